"""What moves while a training runs, shown so that it follows the training without a rerun of the page.

Only where more has changed than what moves, the page runs again: see `pages.parts.train.snapshot`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnn.i18n import _
from cnn.jobs.state import Training
from cnn.training.announcements import Epoch
from pages.parts.train.snapshot import address, picture, points, standing
from pages.parts.widgets.component import component

LOOK_AGAIN_MS = 500
_HERE = Path(__file__).parent


def _part(name: str) -> Callable[..., None]:
    """What shows one training by the script live_NAME.js, from what it is given to begin with."""
    html = f'<div class="live-{name}"></div>'
    mount = component(_HERE / f"live_{name}.js", html, css="live.css")

    def show(training: Training, data: dict[str, Any], **callbacks: Callable[[], None]) -> None:
        mount(key=f"live_{name}_{training.id}", data={"training": training.id} | data, **callbacks)

    return show


_progress, _curves, _filters = _part("progress"), _part("curves"), _part("filters")


def progress(training: Training, shown: str | None) -> None:
    """Show how far a training is, and keep all that moves up with it; the page runs again when it must.

    Args:
        training: the one to follow.
        shown: the key of a container to bring into sight, if any.
    """
    _progress(
        training,
        {
            "address": address(training),
            "every": LOOK_AGAIN_MS,
            "now": standing(training),
            "shown": f".st-key-{shown}" if shown else None,
        },
        on_changed_change=lambda: None,
    )


def curves(training: Training) -> None:
    """Show loss and accuracy over the epochs, which grow while the training runs."""
    _curves(
        training,
        {
            "curves": points(training),
            "mark": training.goes_on_from[1] if training.goes_on_from else None,
            "about": _in_words(training.history),
            "texts": {
                "loss": _("Loss"),
                "accuracy": _("Accuracy"),
                "epoch": _("Epoch"),
                "training": _("Training"),
                "validation": _("Validation"),
                "mark": _("where it went on"),
            },
        },
    )


def filters(training: Training) -> None:
    """Show the first layer's filters as they form, and in the end as they are."""
    caption = (
        _("The first layer’s filters, as they became")
        if training.ended
        else _("The first layer’s filters, as they form")
    )
    _filters(training, {"pictureHtml": picture(training), "caption": caption})


def _in_words(history: tuple[Epoch, ...]) -> str:
    if not history:
        return _("Loss and accuracy over the epochs; no epoch is whole yet.")
    return _(
        "Loss and accuracy over the epochs. After epoch {epoch}: training loss {loss:.4f}, accuracy "
        "{accuracy:.2%}; validation loss {val_loss:.4f}, accuracy {val_accuracy:.2%}."
    ).format(**vars(history[-1]))
