"""`cnn.pictures.refusals`: what goes wrong with one picture is a sentence, and the log keeps the rest."""

import logging

import cv2
import numpy as np
import pytest

from cnn.errors import ModelBroken, PictureError
from cnn.pictures.refusals import refusing


def resize_nothing():
    """Fail within OpenCV."""
    cv2.resize(np.zeros((0, 0), np.uint8), (1, 1))


def take_nothing():
    """Fail within NumPy."""
    np.zeros(0)[0]


def need_too_much():
    """Fail for lack of memory."""
    raise MemoryError


@pytest.mark.parametrize(
    ("fail", "kind"),
    [(resize_nothing, "error"), (take_nothing, "IndexError"), (need_too_much, "MemoryError")],
)
def test_what_nobody_foresaw_is_a_sentence_and_logged(fail, kind, caplog):
    """Whoever brought the picture reads what to do; the traceback is in the log and nowhere else."""
    with (
        pytest.raises(PictureError, match=rf"fault in the program \({kind}\)\. Crop it") as refusal,
        refusing(),
    ):
        fail()
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info[1] is refusal.value.__cause__
    assert fail.__name__ in logging.Formatter().formatException(record.exc_info)
    assert fail.__name__ not in str(refusal.value)


def test_what_the_library_says_itself_is_left_as_it_is(caplog):
    """An error with a sentence of its own passes unchanged, and is no event for the log."""
    own = ModelBroken("It is broken.")
    with pytest.raises(ModelBroken) as passed, refusing():
        raise own
    assert passed.value is own
    assert not caplog.records


def test_whoever_stops_the_program_stops_it():
    """Ctrl+C is nothing that a picture did."""
    with pytest.raises(KeyboardInterrupt), refusing():
        raise KeyboardInterrupt
