"""Numbers as people read them."""

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def written(value: float, form: str) -> str:
    """A number in a form of `format`, with a true minus sign."""
    return f"{value:{form}}".replace("-", "−")


def significant(value: float, digits: int = 4) -> str:
    """A number with so many significant digits; where it is very small or large, times a power of ten."""
    mantissa, _e, exponent = f"{value:.{digits}g}".partition("e")
    mantissa = mantissa.replace("-", "−")
    return f"{mantissa} · 10{str(int(exponent)).translate(_RAISED)}" if exponent else mantissa
