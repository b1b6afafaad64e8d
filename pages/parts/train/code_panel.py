"""The training that is being prepared as plain Keras code: to read, to copy, to take along."""

import streamlit as st

from cnn.errors import ConfigError
from cnn.i18n import _
from cnn.training.keras_code import keras_code, notebook
from cnn.training.recipes import TrainConfig

_HEIGHT = 420
"""Pixels; a script with the distortions of drawings has hundreds of lines."""


def code_panel(config: TrainConfig) -> None:
    """Offer the script and the notebook of a training whose network can be built."""
    shown = st.expander(_("The same as plain Keras code"), key="keras_code", on_change="rerun")
    if not shown.open:
        return
    with shown:
        try:
            script = keras_code(config)
        except ConfigError as error:
            st.error(str(error))
            return
        st.caption(
            _("Run alone, on the same kind of machine and versions, it gives the result that Train gives.")
        )
        with st.container(horizontal=True):
            st.download_button(
                _("Script (.py)"),
                script,
                "training.py",
                "text/x-python",
                key="get_script",
                icon=":material/download:",
                on_click="ignore",
            )
            st.download_button(
                _("Jupyter notebook (.ipynb)"),
                notebook(script),
                "training.ipynb",
                "application/x-ipynb+json",
                key="get_notebook",
                icon=":material/download:",
                on_click="ignore",
            )
        st.code(script, "python", height=_HEIGHT)
