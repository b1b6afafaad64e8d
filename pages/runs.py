"""Every training of mine and every published model of the room: find, compare, publish."""

import streamlit as st

from cnn.i18n import _
from cnn.models.store import model_store
from pages.parts.runs.leaderboard import leaderboard
from pages.parts.runs.run_table import run_table
from pages.parts.runs.sharing import sharing
from pages.parts.runs.side_by_side import side_by_side
from pages.parts.server import visitor
from pages.parts.widgets.error_note import error_note
from pages.parts.widgets.look_inside import look_inside_style

owner = visitor.owner()

look_inside_style()
st.title(_("Runs"))
with error_note():
    found = model_store().usable(owner)
    picked = run_table(found, owner)
    if len(picked) == 1:
        sharing(picked[0], owner)
    elif picked:
        side_by_side(picked)
    leaderboard(found, owner)
