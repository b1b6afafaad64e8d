"""What moves while a training runs, shown so that it follows the training without a rerun of the page.

Only where more has changed than what moves, the page runs again: see `pages.parts.moving`.
"""

from cnn.i18n import _
from cnn.progress import Epoch
from cnn.trainings import Training
from pages.parts.component import component
from pages.parts.moving import address, moving, picture, points

LOOK_AGAIN_MS = 500


_progress = component("live_progress", '<div class="live-progress"></div>', css="live.css")
_curves = component("live_curves", '<div class="live-curves"></div>', css="live.css")
_filters = component("live_filters", '<div class="live-filters"></div>', css="live.css")


def progress(training: Training) -> None:
    """Show how far a training is, and keep all that moves up with it; the page runs again when it must."""
    _progress(
        key=f"live_progress_{training.id}",
        data={
            "training": training.id,
            "address": address(training),
            "every": LOOK_AGAIN_MS,
            "now": moving(training),
        },
        on_changed_change=lambda: None,
    )


def curves(training: Training) -> None:
    """Show loss and accuracy over the epochs, which grow while the training runs."""
    _curves(
        key=f"live_curves_{training.id}",
        data={
            "training": training.id,
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
    """Show the first layer's filters as they form."""
    _filters(
        key=f"live_filters_{training.id}",
        data={
            "training": training.id,
            "picture": picture(training),
            "caption": _("The first layer’s filters, as they form"),
        },
    )


def _in_words(history: tuple[Epoch, ...]) -> str:
    if not history:
        return _("Loss and accuracy over the epochs; no epoch is whole yet.")
    last = history[-1]
    return _(
        "Loss and accuracy over the epochs. After epoch {epoch}: training loss {loss:.4f}, accuracy "
        "{accuracy:.2%}; validation loss {val_loss:.4f}, accuracy {val_accuracy:.2%}."
    ).format(
        epoch=last.epoch,
        loss=last.loss,
        accuracy=last.accuracy,
        val_loss=last.val_loss,
        val_accuracy=last.val_accuracy,
    )
