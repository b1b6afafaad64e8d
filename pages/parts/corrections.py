"""“No, it was a 9”: corrections, kept for the session, downloaded, and learned from."""

import io
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnn.answer import Answer
from cnn.errors import CnnError
from cnn.fine_tuning import FineTuning
from cnn.i18n import _, ngettext
from cnn.model_store import ModelRecord, keras_path
from cnn.trainings import Training, trainings
from cnn.workers import workers
from pages.parts import visitor
from pages.parts.monitor import monitor
from pages.parts.picture import pixels

_KEPT = "corrections"
_LEARNING = "learning_from_corrections"
MOST = 500
"""More corrections than this are not kept; the oldest go first."""


@dataclass(frozen=True)
class Correction:
    """A drawing that was read wrongly: float32 (28, 28) in [0, 1], what it is, and what it was read as."""

    image: np.ndarray
    label: int
    read_as: int


def offer(image: np.ndarray, given: Answer) -> None:
    """Let the visitor say what the drawing really was.

    Args:
        image: float32 (28, 28) in [0, 1].
        given: what it was read as.
    """
    with st.popover(_("No, it was …"), icon=":material/edit:"):
        label = st.pills(_("It was a"), range(10), key=f"correct_{_fingerprint(image)}")
        if label is not None and _remember(Correction(image, int(label), given.digit)):
            st.toast(_("Kept: a {label}, read as {read}.").format(label=label, read=given.digit))
            # The list of corrections stands outside the part that runs at a stroke.
            st.rerun()


def _fingerprint(image: np.ndarray) -> int:
    return hash(image.tobytes())


def _remember(correction: Correction) -> bool:
    """Keep a correction; a second one for the same drawing takes the first one's place."""
    kept = corrections()
    same = [old for old in kept if np.array_equal(old.image, correction.image)]
    if same and same[0].label == correction.label:
        return False
    st.session_state[_KEPT] = [*(old for old in kept if old not in same), correction][-MOST:]
    return True


def corrections() -> list[Correction]:
    """The visitor's corrections of this session, the oldest first."""
    return list(st.session_state.get(_KEPT, []))


def kept(model: ModelRecord) -> None:
    """Show the corrections that were made, and what can be done with them."""
    mine = corrections()
    if not mine:
        return
    count = len(mine)
    title = ngettext("{count} correction", "{count} corrections", count).format(count=count)
    with st.expander(title, icon=":material/edit_note:", expanded=True):
        st.html(f'<div class="steps">{"".join(map(_card, mine[-20:]))}</div>')
        with st.container(horizontal=True):
            st.download_button(
                _("Download as .npz"), lambda: _npz(mine), "corrections.npz", key="get_corrections"
            )
            if st.button(_("Learn from them"), key="fine_tune", icon=":material/school:"):
                _learn(model, mine)
        _learning(mine)


def _card(correction: Correction) -> str:
    text = _("{label}, read as {read}").format(label=correction.label, read=correction.read_as)
    return f"<figure>{pixels(correction.image, 2, alt=text)}<figcaption>{text}</figcaption></figure>"


def _npz(mine: list[Correction]) -> bytes:
    content = io.BytesIO()
    images, labels = _arrays(mine)
    np.savez_compressed(content, images=images, labels=labels, read_as=[one.read_as for one in mine])
    return content.getvalue()


def _arrays(mine: list[Correction]) -> tuple[np.ndarray, np.ndarray]:
    images = np.stack([(255 * correction.image).round().astype(np.uint8) for correction in mine])
    return images, np.array([correction.label for correction in mine], np.int64)


def _learn(model: ModelRecord, mine: list[Correction]) -> None:
    images, labels = _arrays(mine)
    try:
        tuning = FineTuning(model, keras_path(model.id).read_bytes(), images, labels)
        training = trainings().submit(visitor.owner(), tuning.config(), tuning)
    except CnnError as error:
        st.error(str(error))
    else:
        st.session_state[_LEARNING] = training.id, model.id


def _learning(mine: list[Correction]) -> None:
    """Watch the fine-tuning, and afterwards hold before against after."""
    training_id, before_id = st.session_state.get(_LEARNING, (None, None))
    training = trainings().get(training_id) if training_id else None
    if training is None:
        return
    monitor(training)
    if training.record is not None:
        try:
            _compare(before_id, training, mine)
        except CnnError as error:
            st.error(
                _("Before and after cannot be compared: {reason}").format(reason=str(error)),
                icon=":material/compare:",
            )


def _compare(before_id: str, training: Training, mine: list[Correction]) -> None:
    from cnn.model_store import read

    assert training.record is not None
    images = np.stack([correction.image for correction in mine])
    rows = [
        f"| {name} | {_right(record, images, mine)} | {record.test_accuracy:.2%} |"
        for name, record in ((_("Before"), read(before_id)), (_("After"), training.record))
    ]
    head = f"| | {_('Your drawings')} | {_('Test images')} |"
    st.markdown("\n".join([head, "|:--|--:|--:|", *rows]))


def _right(record: ModelRecord, images: np.ndarray, mine: list[Correction]) -> str:
    answers = workers().classify_all(keras_path(record.id).parent, images)
    right = sum(given.digit == one.label for given, one in zip(answers, mine, strict=True))
    return _("{right} of {count} right").format(right=right, count=len(mine))
