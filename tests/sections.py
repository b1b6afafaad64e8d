"""The sections of /concepts, as an address names them."""

SECTIONS = (
    "convolution",
    "pooling",
    "shared_weights",
    "receptive_field",
    "scores",
    "overfitting",
    "shifted_digits",
    "mnist",
)
