"""The settings of a training in words: what each is called, and what its value means."""

from cnn.i18n import _
from cnn.models.comparison import Value


def labels() -> dict[str, str]:
    """What the settings of a training are called, in the order in which they are shown."""
    return {
        "dataset": _("Data"),
        "network": _("Network"),
        "optimizer": _("Optimizer"),
        "learning_rate": _("Learning rate"),
        "schedule": _("Schedule"),
        "batch_size": _("Batch size"),
        "epochs": _("Epochs"),
        "done": _("Epochs trained"),
        "train_images": _("Training images"),
        "validation": _("Validate on"),
        "early_stopping": _("Stop early"),
        "patience": _("Patience, in epochs"),
        "keep_best": _("Keep the best epoch"),
        "as_people_draw": _("Distort images as people draw"),
        "seed": _("Seed"),
    }


def of(field: str, value: Value) -> str:
    """The value of a setting, as people say it.

    Args:
        field: a key of `labels`.
        value: what it is set to; None for all training images, and for what has no effect.
    """
    said: dict[tuple[str, Value], str] = {
        ("train_images", None): _("all"),
        ("validation", "test"): _("the test images"),
        ("schedule", "constant"): _("constant"),
        ("schedule", "one_cycle"): _("one cycle"),
    }
    if words := said.get((field, value)):
        return words
    match value:
        case None:
            return "–"
        case bool():
            return _("yes") if value else _("no")
        case float():
            return f"{value:.0%}" if field == "validation" else f"{value:g}"
    return str(value)
