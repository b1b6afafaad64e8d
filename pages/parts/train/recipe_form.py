"""A recipe and its hyperparameters, all of which can be changed."""

from typing import Any

import streamlit as st

from cnn.data import datasets
from cnn.data.origins import ORIGINS
from cnn.errors import ConfigError
from cnn.i18n import _
from cnn.training.recipes import OPTIMIZERS, RECIPES, Recipe, TrainConfig, config_from
from pages.parts.train.own_layers import with_own_layers

_TEST_IMAGES = "test"
_SHARE = "share"


def recipe_form() -> TrainConfig | None:
    """Let the visitor pick a recipe and change its hyperparameters.

    Returns:
        the training that results, with the layers that the visitor has made of the recipe's; None after
        saying what is wrong with it.
    """
    name = st.selectbox(_("Recipe"), list(RECIPES), key="recipe", bind="query-params")
    recipe = RECIPES[name]
    st.caption(_about(recipe))
    dataset = _dataset(recipe)
    base = recipe.config.model_dump() | {"dataset": dataset}
    try:
        return with_own_layers(config_from(base | _basic(recipe) | _more(recipe, dataset)), recipe)
    except ConfigError as error:
        st.error(str(error))
        return None


def chosen_recipe() -> Recipe:
    """The recipe that the visitor begins with; the form has been shown before."""
    return RECIPES[st.session_state["recipe"]]


def _about(recipe: Recipe) -> str:
    text = _(recipe.about)
    if recipe.published:
        low, high = recipe.published
        span = f"{low:.2%}" if low == high else f"{low:.2%} – {high:.2%}"
        text += " " + _("Published: {span}.").format(span=span)
    return text


def _dataset(recipe: Recipe) -> str:
    names = list(ORIGINS)
    name = st.selectbox(
        _("Data"),
        names,
        index=names.index(recipe.config.dataset),
        format_func=lambda name: _(datasets.TITLES[name]),
        key=f"dataset_{recipe.name}",
        bind="query-params",
    )
    if name != "mnist" and datasets.find(name) is None:
        st.caption(_("These images are not on this computer yet; the training fetches them first."))
    return name


def _basic(recipe: Recipe) -> dict[str, Any]:
    config = recipe.config
    left, right = st.columns(2)
    with left:
        epochs = _number(recipe, "epochs", _("Epochs"), config.epochs, (1, 200))
        optimizer = st.selectbox(
            _("Optimizer"),
            OPTIMIZERS,
            index=OPTIMIZERS.index(config.optimizer),
            key=f"optimizer_{recipe.name}",
            bind="query-params",
        )
    with right:
        batch_size = _number(recipe, "batch_size", _("Batch size"), config.batch_size, (1, 4096))
        learning_rate = st.number_input(
            _("Learning rate"),
            min_value=0.000001,
            max_value=10.0,
            value=config.learning_rate,
            step=config.learning_rate / 10,
            format="%g",
            key=f"learning_rate_{recipe.name}",
            bind="query-params",
        )
    return {
        "epochs": epochs,
        "optimizer": optimizer,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
    }


def _more(recipe: Recipe, dataset: str) -> dict[str, Any]:
    config = recipe.config
    with st.expander(_("More settings")):
        validation = _validation(recipe)
        train_images = _number(
            recipe, "train_images", _("Training images (0 for all)"), config.train_images or 0, (0, 60_000)
        )
        seed = _number(recipe, "seed", _("Seed"), config.seed, (0, 2**31 - 1))
        early_stopping = _switch(recipe, "early_stopping", _("Stop early"), config.early_stopping)
        patience = (
            _number(recipe, "patience", _("Patience, in epochs"), config.patience, (1, 200))
            if early_stopping
            else config.patience
        )
        keep_best = _switch(recipe, "keep_best", _("Keep the best epoch"), config.keep_best)
        # People draw digits; colour photographs cannot be distorted like that at all.
        as_people_draw = dataset == "mnist" and _switch(
            recipe, "as_people_draw", _("Distort images as people draw"), config.as_people_draw
        )
    return {
        "validation": validation,
        "train_images": train_images or None,
        "seed": seed,
        "early_stopping": early_stopping,
        "patience": patience,
        "keep_best": keep_best,
        "as_people_draw": as_people_draw,
    }


def _validation(recipe: Recipe) -> str | float:
    share = recipe.config.validation
    kinds = {_TEST_IMAGES: _("the test images"), _SHARE: _("a share of the training images")}
    kind = st.selectbox(
        _("Validate on"),
        list(kinds),
        index=0 if share == "test" else 1,
        format_func=kinds.__getitem__,
        key=f"validation_{recipe.name}",
        bind="query-params",
    )
    if kind == _TEST_IMAGES:
        st.caption(
            _(
                "Whatever is chosen by the test images, an epoch or a setting, looks better on them than it "
                "is: the test accuracy is then no clean estimate for new images."
            )
        )
        return "test"
    percent = st.slider(
        _("Share for validation, in percent"),
        1,
        50,
        20 if share == "test" else round(100 * share),
        key=f"share_{recipe.name}",
        bind="query-params",
    )
    return percent / 100


def _number(recipe: Recipe, field: str, label: str, value: int, span: tuple[int, int]) -> int:
    return int(
        st.number_input(label, *span, value, step=1, key=f"{field}_{recipe.name}", bind="query-params") or 0
    )


def _switch(recipe: Recipe, field: str, label: str, value: bool) -> bool:
    return st.toggle(label, value, key=f"{field}_{recipe.name}", bind="query-params")
