"""The digits that come with scikit-learn, in MNIST's form: they take its place where it cannot be had."""

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np

BOX = 20
SIZE = 28
TEST_IMAGES = 297


@dataclass(frozen=True)
class UciDigits:
    """The images and labels as `cnn.data.datasets.Dataset` has them, and the hash of the original arrays."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    sha256: str


def uci_digits() -> UciDigits:
    """1,797 handwritten digits, 1,500 to train and 297 to test, always the same ones.

    They are the test images of UCI's "Optical Recognition of Handwritten Digits" (Alpaydin, Kaynak
    1998; CC BY 4.0): 8x8 pixels of 0 to 16. Each is fitted into 20x20 and centred by its mass in
    28x28, as NIST's were for MNIST.
    """
    from sklearn.datasets import load_digits

    original = load_digits()
    digits = np.stack([enlarge(image) for image in original.images])
    labels = original.target.astype(np.int64)
    order = np.random.default_rng(0).permutation(len(labels))
    test, train = order[:TEST_IMAGES], order[TEST_IMAGES:]
    sha256 = hashlib.sha256(original.images.astype(np.uint8).tobytes() + labels.tobytes()).hexdigest()
    return UciDigits(digits[train], labels[train], digits[test], labels[test], sha256)


def enlarge(image: np.ndarray) -> np.ndarray:
    """A small digit in MNIST's form.

    Args:
        image: (H, W), light ink on 0, with some ink.

    Returns:
        uint8 (28, 28) in [0, 255]: the ink's longer side is 20 pixels, its mass in the middle.
    """
    rows, columns = np.nonzero(image.max(axis=1))[0], np.nonzero(image.max(axis=0))[0]
    ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    scale = BOX / max(ink.shape)
    width, height = (max(1, round(side * scale)) for side in ink.shape[::-1])
    fitted = np.clip(cv2.resize(ink / ink.max(), (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)
    return (_centred(fitted) * 255).round().astype(np.uint8)


def _centred(ink: np.ndarray) -> np.ndarray:
    height, width = ink.shape
    y, x = (np.arange(side) for side in ink.shape)
    mass = ink.sum()
    centre_y, centre_x = (ink.sum(axis=1) @ y) / mass, (ink.sum(axis=0) @ x) / mass
    top = int(np.clip(round(SIZE / 2 - 0.5 - centre_y), 0, SIZE - height))
    left = int(np.clip(round(SIZE / 2 - 0.5 - centre_x), 0, SIZE - width))
    page = np.zeros((SIZE, SIZE), np.float32)
    page[top : top + height, left : left + width] = ink
    return page
