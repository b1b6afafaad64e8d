"""Every training of mine and every published model of the room: find, compare, publish."""

from pathlib import Path

import streamlit as st

from cnn import model_store
from cnn.i18n import _
from pages.parts import visitor
from pages.parts.leaderboard import leaderboard
from pages.parts.run_comparison import comparison
from pages.parts.run_table import run_table
from pages.parts.sharing import sharing
from pages.parts.told import told

owner = visitor.owner()

st.html(Path(__file__).parent / "parts" / "look_inside.css")
st.title(_("Runs"))
with told():
    found = model_store.usable(owner)
    picked = run_table(found, owner)
    if len(picked) == 1:
        sharing(picked[0], owner)
    elif picked:
        comparison(picked)
    leaderboard(found, owner)
