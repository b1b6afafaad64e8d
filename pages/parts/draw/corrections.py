"""“No, it was a 9”: corrections, kept for the session, downloaded, and learned from."""

import io
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnn.errors import CnnError
from cnn.i18n import _, ngettext
from cnn.insight.answers import Answer
from cnn.jobs.queue import training_queue
from cnn.jobs.state import Training
from cnn.jobs.workers import workers
from cnn.models.fine_tuning import FineTuning
from cnn.models.record import ModelRecord, as_known_to
from cnn.models.store import model_store
from pages.parts.server import visitor
from pages.parts.train.monitor import monitor
from pages.parts.widgets.picture import pixels

_KEPT = "corrections"
_LEARNING = "learning_from_corrections"
MOST = 500
"""More corrections than this are not kept; the oldest go first."""
NO_DIGIT = 10
"""The label of a drawing that is no digit: the class after the ten digits."""


@dataclass(frozen=True)
class Correction:
    """A drawing that was read wrongly: float32 (28, 28) in [0, 1], what it is, and what it was read as.

    Both are 0-9, or `NO_DIGIT`.
    """

    image: np.ndarray
    label: int
    read_as: int


def offer(model: ModelRecord, image: np.ndarray, given: Answer) -> None:
    """Let the visitor say what the drawing really was, or take that back.

    Args:
        model: whose answer it is.
        image: float32 (28, 28) in [0, 1].
        given: what it was read as.
    """
    mine = corrections()
    others = [old for old in mine if not np.array_equal(old.image, image)]
    if len(others) < len(mine):
        if st.button(_("Take the correction back"), icon=":material/undo:", key="take_back"):
            _keep(others)
        return
    with st.popover(_("No, it was …"), icon=":material/edit:"):
        choices = range(NO_DIGIT + 1 if model.reject_class else NO_DIGIT)
        # Another drawing is asked about anew.
        question = f"correct_{hash(image.tobytes())}"
        label = st.pills(_("It was"), choices, format_func=_named, key=question)
        if label is not None:
            _keep([*others, Correction(image, int(label), _read(given))])


def _keep(mine: list[Correction]) -> None:
    st.session_state[_KEPT] = mine[-MOST:]
    # The list of corrections stands outside the part that runs at a stroke.
    st.rerun()


def _named(label: int) -> str:
    return _("no digit") if label == NO_DIGIT else str(label)


def _read(given: Answer) -> int:
    return NO_DIGIT if given.verdict == "not_a_digit" else given.digit


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
            known = mine if model.reject_class else [one for one in mine if one.label != NO_DIGIT]
            if st.button(_("Learn from them"), key="fine_tune", icon=":material/school:", disabled=not known):
                _learn(model, known)
            st.button(_("Forget them"), key="forget_corrections", icon=":material/delete:", on_click=_forget)
        _learning(mine)


def _forget() -> None:
    st.session_state.pop(_KEPT)


def _card(correction: Correction) -> str:
    label, read = _named(correction.label), _named(correction.read_as)
    text = _("{label}, read as {read}").format(label=label, read=read)
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
        owner = visitor.owner()
        known = as_known_to(owner, model)
        tuning = FineTuning(
            known, model_store().folder_of(model.id).keras_path().read_bytes(), images, labels
        )
        training = training_queue().submit(owner, tuning.config(), tuning)
    except CnnError as error:
        st.error(str(error))
    else:
        st.session_state[_LEARNING] = training.id, model.id


def _learning(mine: list[Correction]) -> None:
    """Watch the fine-tuning, and afterwards hold before against after."""
    training_id, before_id = st.session_state.get(_LEARNING, (None, None))
    training = training_queue().get(training_id) if training_id else None
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
    assert training.record is not None
    before, after = model_store().record(before_id), training.record
    images = np.stack([correction.image for correction in mine])
    rows = [
        ["", _("Your drawings"), _("Test images")],
        [":--", "--:", "--:"],
        *(
            [name, _right(record, images, mine), f"{record.test_accuracy:.2%}"]
            for name, record in ((_("Before"), before), (_("After"), after))
        ),
    ]
    # Where other digits have taken MNIST's place, the two figures are about different images.
    columns = 3 if before.data_sha256 == after.data_sha256 else 2
    st.markdown("\n".join(f"| {' | '.join(row[:columns])} |" for row in rows))


def _right(record: ModelRecord, images: np.ndarray, mine: list[Correction]) -> str:
    answers = workers().answers(model_store().folder_of(record.id), images)
    right = sum(_read(given) == one.label for given, one in zip(answers, mine, strict=True))
    return _("{right} of {count} right").format(right=right, count=len(mine))
