"""Choose a recipe, change what you like, its layers too, train, and watch."""

import streamlit as st

from cnn.errors import CnnError
from cnn.i18n import _
from cnn.jobs.queue import training_queue
from pages.parts.server import visitor
from pages.parts.train.monitor import begin, choose_training, monitor
from pages.parts.train.network_panel import check, network_panel
from pages.parts.train.recipe_form import chosen_recipe, recipe_form
from pages.parts.train.samples import samples
from pages.parts.train.sweep_panel import sweep_form, sweep_table

owner = visitor.owner()

st.title(_("Train a network"))
settings_side, network_side = st.columns([1, 1.5], gap="large")
with settings_side:
    config = recipe_form()
    mistake = check(config)[1] if config else None
    if config and st.button(
        _("Train"),
        key="train_start",
        type="primary",
        icon=":material/play_arrow:",
        disabled=mistake is not None,
    ):
        try:
            begin(training_queue().submit(owner, config))
        except CnnError as error:
            st.error(str(error))
    if mistake:
        st.caption(str(mistake))
    elif config:
        sweep_form(config, owner)
with network_side:
    if mine := training_queue().of(owner):
        training = choose_training(mine)
        if training.sweep:
            sweep_table(training.sweep, mine)
        monitor(training)
    if config:
        if mine:
            st.header(_("The network to train next"))
        network_panel(config, chosen_recipe())
        samples(config.dataset)
