"""Numbers as people read them."""


def written(value: float, form: str) -> str:
    """A number in a form of `format`, with a true minus sign."""
    return f"{value:{form}}".replace("-", "−")
