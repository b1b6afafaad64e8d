"""The room as its leader sees it."""

import streamlit as st

from cnn.i18n import _
from pages.parts.server.door import is_leader
from pages.parts.workshop.room_status import status

st.title(_("The workshop"))
if is_leader():
    status()
else:
    st.info(_("This page is the workshop leader's: load it anew, and it asks for the leader's password."))
