"""What moves while a training runs, and the address at which the browser asks for it.

To ask there costs the server and the browser a small part of what a rerun of the page does: on a
workshop's laptop, the rest would be missing from everybody's trainings and answers.
"""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cnn.i18n import _
from cnn.insight import shades
from cnn.insight.turning_point import turning_point
from cnn.jobs.queue import training_queue
from cnn.jobs.state import Training
from cnn.training.announcements import Epoch, Progress, Scoring
from pages.parts.server import language, visitor
from pages.parts.server.addresses import TRAINING
from pages.parts.widgets.picture import pixels

# Not as the address of a page names it, which the picker writes.
_SPOKEN = "lang"
_DIGITS = 5
_SECONDS_TOLD = 100
"""So many seconds and more are told in minutes."""


def address(training: Training) -> str:
    """Where to ask how a training stands; relative, as the app may be served below a path of its own."""
    return f"{TRAINING}/{training.id}?{_SPOKEN}={language.chosen()}"


def has_curves(training: Training) -> bool:
    """Whether there is a point to draw."""
    return bool(training.points)


def has_filters(training: Training) -> bool:
    """Whether the first layer's filters are known and can be seen as pictures."""
    return training.filters is not None and training.filters.shape[2] in (1, 3)


def is_moving(training: Training) -> bool:
    """Whether something can be counted: bytes, batches or test images."""
    return bool(_bars(training))


def answer(request: Request) -> Response:
    """How a training stands, for nobody but its owner."""
    training = training_queue().get(request.path_params["training"])
    if training is None or training.owner != visitor.owner_of(request):
        return JSONResponse(None, 404)
    with language.spoken(request.query_params.get(_SPOKEN, "")):
        return JSONResponse(moving(training), headers={"Cache-Control": "no-store"})


def moving(training: Training) -> dict[str, Any]:
    """All that moves, as what shows it in the browser reads it.

    Returns:
        what `standing` says, and "curves", see `points`, and "filtersHtml", see `picture`.
    """
    return standing(training) | {"curves": points(training), "filtersHtml": picture(training)}


def standing(training: Training) -> dict[str, Any]:
    """How far a training is.

    Returns:
        "shown": what the page around it was made for; where it differs, the page has to run again.
        "bars": [share in [0, 1], text] each; "pace": a line, or "".
        "spoken": what changes with each epoch only, for whoever hears the page.
    """
    running = training.state in {"running", "stopping"} and training.loading is None
    return {
        "shown": _shown(training),
        "bars": _bars(training),
        "pace": _pace(training.progress) if running and training.progress else "",
        "spoken": _spoken(training.progress, training.history) if running and training.progress else "",
    }


def _shown(training: Training) -> str:
    turned = turning_point(training.history)
    return repr(
        (
            training.state,
            training.place,
            training.starts,
            training.epochs_kept,
            training.away,
            training.stand_in is not None,
            turned and turned.epoch,
            is_moving(training),
            has_curves(training),
            has_filters(training),
        )
    )


def _bars(training: Training) -> list[tuple[float, str]]:
    progress = training.progress
    match training.state:
        case "scoring" if training.scoring is not None:
            return [(training.scoring.done / training.scoring.images, _scoring(training.scoring))]
        case "running" | "stopping" if training.loading is not None:
            done, total = training.loading.done, training.loading.total
            text = _("Fetching the data: {mb:.1f} MB").format(mb=done / 1e6)
            return [(done / total if total else 0.0, text)]
        case "running" | "stopping" if progress is not None:
            within = min(progress.batch / progress.batches, 1.0)
            text = _("Within the epoch: batch {batch} of {batches}")
            return [
                (
                    min((progress.epoch - 1 + within) / progress.epochs, 1.0),
                    _overall(progress, stopping=training.state == "stopping"),
                ),
                (within, text.format(batch=progress.batch, batches=progress.batches)),
            ]
    return []


def _spoken(progress: Progress, history: Sequence[Epoch]) -> str:
    text = _overall(progress, stopping=False)
    if not history:
        return text
    told = _("Validation accuracy {accuracy:.2%}").format(accuracy=history[-1].val_accuracy)
    return f"{text}. {told}"


def _scoring(scoring: Scoring) -> str:
    text = (
        _("Stopped. Measuring it on the {count:,} test images…")
        if scoring.stopped
        else _("Trained. Measuring it on the {count:,} test images…")
    )
    return text.format(count=scoring.images)


def _overall(progress: Progress, *, stopping: bool) -> str:
    text = _("Epoch {epoch} of {epochs}").format(epoch=progress.epoch, epochs=progress.epochs)
    return text + " · " + _("stopping") if stopping else text


def _pace(progress: Progress) -> str:
    left = _("time left not known yet") if progress.seconds_left is None else _left(progress.seconds_left)
    return _("{speed:,.0f} images a second · {left} · loss {loss:.4f} · accuracy {accuracy:.2%}").format(
        speed=progress.images_per_second, left=left, loss=progress.loss, accuracy=progress.accuracy
    )


def _left(seconds: float) -> str:
    if seconds < _SECONDS_TOLD:
        return _("{seconds:.0f} s left").format(seconds=seconds)
    return _("{minutes:.0f} min left").format(minutes=seconds / 60)


def points(training: Training) -> dict[str, list[list[float]]]:
    """The curves: [epochs, loss, accuracy] each, for "training", also within the epochs, and "validation"."""
    return {
        "training": _rounded(training.points),
        "validation": _rounded(
            [(epoch.epoch, epoch.val_loss, epoch.val_accuracy) for epoch in training.history]
        ),
    }


def _rounded(points: Sequence[tuple[float, ...]]) -> list[list[float]]:
    return [[round(value, _DIGITS) for value in point] for point in points]


def picture(training: Training) -> str:
    """The first layer's filters as they stand, as HTML; nothing where they are no pictures."""
    if training.filters is None or not has_filters(training):
        return ""
    sheet = shades.tiles(shades.kernel_pictures(training.filters), columns=16)
    return pixels(sheet, 8, alt=_("The first layer's filters as they stand"))
