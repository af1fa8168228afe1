"""Steps of colour for shares and weights; the style sheet has a colour for each."""

import math

# The steps of one colour in the style sheet, from the background to the strongest.
STEPS = 9


def step(value: float, highest: float = 1.0) -> int:
    """Chooses the step of a value.

    Args:
        value: 0 or more.
        highest: the value of the strongest colour.

    Returns:
        0 for nothing and for numbers that are not finite, otherwise 1 to STEPS.
    """
    if not math.isfinite(value) or not math.isfinite(highest):
        return 0
    if value <= 0 or highest <= 0:
        return 0
    return min(STEPS, max(1, round(value / highest * STEPS)))


def signed_class(value: float, highest: float) -> str:
    """Chooses the class of a value that may be negative.

    Args:
        value: the value.
        highest: the absolute value of the strongest colours.

    Returns:
        "h1" to "h9" above zero, "e1" to "e9" below, "h0" at zero.
    """
    number = step(abs(value), highest)
    return f"{'e' if value < 0 and number else 'h'}{number}"
