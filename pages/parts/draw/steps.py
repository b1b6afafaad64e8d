"""The preparation of a drawing as small pictures, one for each step."""

from html import escape

import numpy as np
import streamlit as st

from cnn.i18n import _
from pages.parts.widgets.picture import pixels

_HEIGHT = 84


def steps(pictures: dict[str, np.ndarray]) -> None:
    """Show how a drawing became what the network sees.

    Args:
        pictures: uint8 pictures by the names that `cnn.pictures.preparation.Prepared.steps` gives them.
    """
    captions = {
        "drawn": _("Drawn"),
        "cropped": _("Cropped to its ink"),
        "fitted": _("Fitted into 20×20"),
        "centred": _("Centred by its mass in 28×28"),
    }
    figures = [
        f"<figure>{pixels(picture, _HEIGHT / picture.shape[0], alt=captions[name])}"
        f"<figcaption>{escape(captions[name])}</figcaption></figure>"
        for name, picture in pictures.items()
    ]
    reason = _(
        "The network learned from digits that were all prepared like this. A small 3 in a corner is another "
        "picture to it than a large one in the middle; after these steps they are the same."
    )
    with st.container(key="steps"):
        st.html(f'<div class="steps">{"<span>→</span>".join(figures)}</div><small>{escape(reason)}</small>')
