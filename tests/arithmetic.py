"""Each value of a layer made anew, from what the page gets to show it: the layer's facts and its input.

The page computes in the browser, so this has nothing in common with it but the definitions.
"""

import numpy as np

from cnn.insight.activations import Array, LayerFacts, Pixel


def before_activation(facts: LayerFacts, inputs: Array, pixel: Pixel) -> float:
    """The value at a place of a layer's output, in float64, before its activation.

    Args:
        facts: the layer.
        inputs: float32 of the layer's input shape.
        pixel: (row, column, channel) in maps, (unit,) in a vector.
    """
    match facts.kind:
        case "conv2d":
            kernel = facts.kernel[..., pixel[-1]]
            return float((_window(facts, inputs, pixel) * kernel).sum() + facts.bias[pixel[-1]])
        case "max_pool2d":
            return float(_window(facts, inputs, pixel)[..., pixel[-1]].max())
        case "average_pool2d":
            return float(_window(facts, inputs, pixel)[..., pixel[-1]].mean())
        case "dense":
            return float(inputs.astype(np.float64) @ facts.kernel[:, pixel[-1]] + facts.bias[pixel[-1]])
        case "batch_normalization":
            value = inputs.astype(np.float64)[pixel]
            return float(value * facts.kernel[pixel[-1]] + facts.bias[pixel[-1]])
        case "dropout" | "flatten":
            return float(inputs.reshape(facts.output_shape)[pixel])
    raise AssertionError(facts.kind)


def _window(facts: LayerFacts, inputs: Array, pixel: Pixel) -> np.ndarray:
    """The inputs under a window, float64 (window, window, channels), zeros over the border."""
    beyond = facts.window + max(facts.padding)
    around = np.pad(inputs.astype(np.float64), [(beyond, beyond), (beyond, beyond), (0, 0)])
    top, left = (
        beyond + place * facts.stride - zeros for place, zeros in zip(pixel[:2], facts.padding, strict=True)
    )
    return around[top : top + facts.window, left : left + facts.window]
