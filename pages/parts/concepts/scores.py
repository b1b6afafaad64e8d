"""From scores to probabilities to a loss: ReLU, softmax, one-hot and cross-entropy."""

from html import escape

import numpy as np
import streamlit as st

from cnn.i18n import _
from cnn.insight import figures, numpy_layers
from pages.parts.concepts.section import in_the_network, look_for
from pages.parts.widgets.numerals import significant, written

CLASSES = ("1", "4", "7")
_AT_FIRST = (2.0, -1.0, 3.0)
_FURTHEST = 5.0
"""Beyond, one probability is all there is to see."""
_LEAST = 1e-5


@st.fragment
def scores() -> None:
    """Three scores to move, and what becomes of them."""
    _relu()
    st.header(_("Scores, probabilities, loss"))
    st.markdown(
        _(
            "The last layer gives each class a **score**, any number. **Softmax** makes probabilities of "
            "them: e to the power of each, divided by the sum. The truth is written **one-hot**: 1 for the "
            "right class, 0 for the others. **Cross-entropy**, the loss, is −ln of the probability that the "
            "right class got."
        )
    )
    look_for(
        _(
            "raise a wrong score. Probabilities move towards it and the loss rises; sure and wrong costs "
            "most. Raise all three alike, and nothing changes."
        )
    )
    moved, seen = st.columns([1, 1.8], gap="large")
    with moved:
        values = [
            st.slider(
                _("Score of {name}").format(name=name),
                -_FURTHEST,
                _FURTHEST,
                first,
                0.1,
                key=f"score_{name}",
                persist_state="session",
            )
            for name, first in zip(CLASSES, _AT_FIRST, strict=True)
        ]
        truth = st.segmented_control(
            _("The image really shows"),
            CLASSES,
            default="1",
            key="truth",
            required=True,
            persist_state="session",
        )
    with seen:
        _steps(np.array(values, np.float32), CLASSES.index(truth or CLASSES[0]))
    in_the_network("pages/feature_maps.py", _("Softmax in a trained network: its output"), "output")


def _relu() -> None:
    st.markdown(
        _(
            "**ReLU** stands between the layers: what is below zero becomes zero, the rest passes. Without "
            "such a bend, all layers together could do no more than one."
        )
    )
    left, right = st.columns([1, 1.8], gap="large", vertical_alignment="center")
    value = left.slider(_("What comes in"), -3.0, 3.0, -1.0, 0.1, key="relu", persist_state="session")
    right.markdown(f"max(0, {written(value, '.1f')}) = **{max(0.0, value):.1f}**")


def _steps(values: np.ndarray, truth: int) -> None:
    steps = numpy_layers.softmax_steps(values)
    wanted = numpy_layers.one_hot(truth, len(CLASSES))
    loss = numpy_layers.cross_entropy(wanted, steps.probabilities)
    heads = (_("Class"), _("score"), _("e to the score"), _("probability"), _("one-hot"), _("pull"))
    # The steps keep e to the (score - largest); people write it without.
    powers = steps.exponentials * np.exp(steps.scores.max())
    scores = [written(score, ".1f") for score in steps.scores]
    rows = zip(CLASSES, scores, powers, steps.probabilities, wanted, strict=True)
    body = "".join(
        f'<tr><th scope="row">{name}</th><td>{score}</td><td>{power:,.3f}</td>'
        f'<td class="bar"><span style="width:{100 * probability:.1f}%"></span>{probability:.1%}</td>'
        f"<td>{one:.0f}</td><td>{_pull(one - probability)}</td></tr>"
        for name, score, power, probability, one in rows
    )
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    with st.container(key="softmax"):
        st.html(
            f'<div class="wide"><table class="report"><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )
    st.caption(
        _("The pull, one-hot − probability, is where training moves each score: up if positive, down if not.")
    )
    share = float(steps.probabilities[truth])
    # Near 1 it takes more digits of the one to give those of the other.
    digits = 7 if share > 0.99 else 4
    st.markdown(
        _("Loss = −ln({share}) = **{loss}**").format(share=significant(share, digits), loss=significant(loss))
    )
    # Towards 0 the curve is steep, and needs more points.
    shares = np.geomspace(_LEAST, 1, 300)
    st.plotly_chart(
        figures.lines(
            [("−ln p", shares, -np.log(shares)), (_("your scores"), [share], [loss])],
            x_title=_("Probability of the right class"),
            y_title=_("Loss"),
        ),
        key="loss_curve",
        config={"displayModeBar": False},
        alt=_("The loss −ln p falls from large values near 0 to 0 at 1; at {share} it is {loss}.").format(
            share=significant(share, digits), loss=significant(loss)
        ),
    )


def _pull(value: float) -> str:
    """With its sign, but for what is as good as nothing."""
    return written(value, "+.2f") if round(value, 2) else "0.00"
