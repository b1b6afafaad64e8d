"""What a model gets right and wrong on many images: plain arrays and the questions one asks them.

Needs no Keras. `cnn.network.scoring` makes the probabilities.
"""

import io
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnn import atomic
from cnn.errors import DataCorrupt
from cnn.i18n import N_
from cnn.reasons import reason

Numbers = NDArray[np.int64]
Order = Literal["surest", "least_sure", "number", "random"]

# Probabilities below this are taken for this, so that they have a logarithm.
_LEAST = 1e-9

DOUBT = 0.1
"""A label to which a model gives a probability below this is worth a doubt."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A model's answers to all images of a data set, and what follows from them.

    Attributes:
        probabilities: float32 (N, classes), each row summing to 1.
        labels: int64 (N,), what the images show.
        predictions: int64 (N,), the most probable classes.
        accuracy: the share of right predictions, in [0, 1].
        loss: the mean cross-entropy of what the network itself puts out, before any temperature.
        confusion: int64 (classes, classes), how many images of the class of the row were taken for
            the class of the column.
        precision, recall, f1: float64 (classes,), in [0, 1]; 0 where nothing was there to divide by.
        support: int64 (classes,), how many images of each class there are.
    """

    probabilities: NDArray[np.float32]
    labels: Numbers
    predictions: Numbers
    accuracy: float
    loss: float
    confusion: Numbers
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    support: Numbers

    @property
    def sureness(self) -> NDArray[np.float32]:
        """float32 (N,), the probability of each prediction."""
        return np.asarray(self.probabilities.max(axis=1))


def evaluation_of(
    probabilities: NDArray[np.float32], labels: Numbers, *, temperature: float = 1.0
) -> Evaluation:
    """All figures of these answers, by scikit-learn.

    Args:
        probabilities: float32 (N, classes).
        labels: int64 (N,) in [0, classes).
        temperature: what the network's scores were divided by to give these probabilities.
    """
    # This import takes a second. Only an evaluation waits for it.
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    classes = np.arange(probabilities.shape[1])
    predictions = probabilities.argmax(axis=1)
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predictions, labels=classes, zero_division=0
    )
    return Evaluation(
        probabilities=probabilities,
        labels=labels,
        predictions=predictions,
        accuracy=float((predictions == labels).mean()),
        loss=_loss(probabilities, labels, temperature),
        confusion=confusion_matrix(labels, predictions, labels=classes),
        precision=precision,
        recall=recall,
        f1=f1,
        support=support,
    )


def _loss(probabilities: NDArray[np.float32], labels: Numbers, temperature: float) -> float:
    """The mean cross-entropy without the temperature."""
    least = _LEAST ** (1 / temperature)
    scores = temperature * np.log(np.maximum(probabilities.astype(np.float64), least))
    of_truth = scores[np.arange(len(labels)), labels]
    return float((np.logaddexp.reduce(scores, axis=1) - of_truth).mean())


def given_a_class(outputs: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """The probability of each class given that the image shows one, float32 (N, count).

    Args:
        outputs: float32 (N, count), or one more where the last output stands for none of the classes.
        count: how many classes there are.
    """
    classes = outputs[:, :count].astype(np.float64)
    total = classes.sum(axis=1, keepdims=True)
    # As `answer_from`: where no class has anything, each has the same.
    shares = np.divide(classes, total, out=np.full_like(classes, 1 / count), where=total > 0)
    return np.asarray(shares, np.float32)


def mistakes(
    evaluation: Evaluation,
    order: Order = "surest",
    *,
    truth: int | None = None,
    predicted: int | None = None,
    seed: int = 0,
) -> Numbers:
    """The numbers of the images that were taken for something else.

    Args:
        evaluation: the answers.
        order: the most surely wrong first, the least sure first, by number, or shuffled.
        truth: only images of this class.
        predicted: only images that were taken for this class.
        seed: of the shuffling.
    """
    wrong = evaluation.predictions != evaluation.labels
    if truth is not None:
        wrong &= evaluation.labels == truth
    if predicted is not None:
        wrong &= evaluation.predictions == predicted
    return _ordered(np.flatnonzero(wrong), evaluation, order, seed)


def cell(
    evaluation: Evaluation, truth: int, predicted: int, order: Order = "number", *, seed: int = 0
) -> Numbers:
    """The numbers of the images in one cell of the confusion matrix, right ones on its diagonal.

    Args:
        evaluation: the answers.
        truth: the cell's row.
        predicted: its column.
        order: see `mistakes`.
        seed: of the shuffling.
    """
    inside = (evaluation.labels == truth) & (evaluation.predictions == predicted)
    return _ordered(np.flatnonzero(inside), evaluation, order, seed)


def only_first_right(first: Evaluation, second: Evaluation) -> Numbers:
    """The numbers of the images that the first model gets right and the second wrong.

    Both must be of the same images.
    """
    right, also_right = (each.predictions == each.labels for each in (first, second))
    return np.flatnonzero(right & ~also_right)


def doubtful(evaluation: Evaluation) -> Numbers:
    """The numbers of the images whose label may be wrong, the most doubtful first.

    The score of a label is the probability that the model gives it; below `DOUBT` it is doubtful. Source:
    self-confidence; Kuan, Mueller, "Model-agnostic label quality scoring to detect real-world label
    errors", ICML DataPerf 2022. The better the model and its calibration, the better the hint.
    """
    scores = evaluation.probabilities[np.arange(len(evaluation.labels)), evaluation.labels]
    order = np.argsort(scores, kind="stable")
    return order[scores[order] < DOUBT]


def save(evaluation: Evaluation, path: Path) -> None:
    """Keep the answers in a file; it appears whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    packed = io.BytesIO()
    np.savez_compressed(packed, **vars(evaluation))
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(path, packed.getvalue())


def read(path: Path) -> Evaluation:
    """The evaluation that `save` kept.

    Raises:
        FileNotFoundError: there is none.
        DataCorrupt: the file holds something else.
    """
    try:
        with np.load(path) as kept:
            # All figures are kept: reckoning them again would first import scikit-learn, a second and more.
            figures: dict[str, Any] = {field.name: kept[field.name] for field in fields(Evaluation)}
        return Evaluation(
            **figures | {"accuracy": float(figures["accuracy"]), "loss": float(figures["loss"])}
        )
    except FileNotFoundError:
        raise
    except Exception as error:  # zip, zlib and NumPy have many ways to say so
        raise DataCorrupt(
            N_("{file} holds no evaluation of a model: {reason}"), file=path.name, reason=reason(error)
        ) from error


def _ordered(numbers: Numbers, evaluation: Evaluation, order: Order, seed: int) -> Numbers:
    match order:
        case "surest":
            return numbers[np.argsort(-evaluation.sureness[numbers], kind="stable")]
        case "least_sure":
            return numbers[np.argsort(evaluation.sureness[numbers], kind="stable")]
        case "random":
            return np.random.default_rng(seed).permutation(numbers)
        case "number":
            return numbers
