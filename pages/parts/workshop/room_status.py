"""What goes on in the room: who is here, the trainings, the memory, and the last warnings."""

import logging
from datetime import datetime

import psutil
import streamlit as st

from cnn import logs
from cnn.i18n import _, ngettext
from cnn.jobs.queue import training_queue
from cnn.jobs.state import Training
from pages.parts.server.visitor import present
from pages.parts.train.monitor import state_name

_EVENTS = 30
_SECONDS = 3


@st.fragment(run_every=_SECONDS)
def status() -> None:
    """The room as it is, anew every few seconds."""
    here = present()
    count = len(here)
    said = ngettext("**{count}** visitor has a page open", "**{count}** visitors have a page open", count)
    st.markdown(said.format(count=count))
    if here:
        st.caption(
            _("By the names that the log has for them: {names}").format(names=" · ".join(map(_short, here)))
        )
    st.markdown(_("Memory of the app and its processes: **{size:,.0f} MB**").format(size=_memory() / 1e6))
    st.header(_("Trainings"))
    active = [training for training in training_queue().everyones() if not training.ended]
    if not active:
        st.caption(_("Nothing is being trained, and nothing waits."))
    for training in active:
        _row(training)
    st.header(_("The last warnings and errors"))
    events = logs.last(_EVENTS)
    if not events:
        st.caption(_("None."))
    else:
        st.dataframe(
            {
                _("When"): [datetime.fromtimestamp(event.when) for event in events],
                _("Level"): [_level(event) for event in events],
                _("What happened"): [str(event) for event in events],
            },
            hide_index=True,
            alt=_("The last warnings and errors, the newest first"),
        )
    st.caption(
        _("Since the app was started. `{file}` has all of it, and what was before.").format(file=logs.path())
    )


def _level(event: logs.Event) -> str:
    return _("Warning") if event.level < logging.ERROR else _("Error")


def _memory() -> int:
    """Resident bytes of this process and all that it has started."""
    app = psutil.Process()
    total = 0
    for process in [app, *app.children(recursive=True)]:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            # It has ended since the list was made.
            continue
    return total


def _row(training: Training) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(
            f"{training.config.recipe} · {_short(training.owner)} · {state_name(training)}", width="stretch"
        )
        st.button(
            _("Stop"),
            icon=":material/stop:",
            key=f"status_stop_{training.id}",
            on_click=training_queue().stop,
            args=(training,),
        )


def _short(owner: str) -> str:
    """Enough of a visitor's name to tell visitors apart."""
    return f"{owner[:4]}…"
