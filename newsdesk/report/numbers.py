"""Numbers as people read them; a number that was not measured is a dash."""

import math

MISSING = "–"


def figure(value: float | None, digits: int = 4) -> str:
    """Formats a figure such as an accuracy or a loss.

    Args:
        value: the figure, or None.
        digits: after the point.

    Returns:
        For example "0.9156".
    """
    if value is None:
        return MISSING
    return f"{value:.{digits}f}" if math.isfinite(value) else "not finite"


def signed(value: float | None) -> str:
    """Formats a difference.

    Args:
        value: the difference, or None.

    Returns:
        For example "+0.0123" or "−0.0123".
    """
    if value is None or not math.isfinite(value):
        return figure(value)
    return f"{value:+.4f}".replace("-", "−")


def share(value: float | None) -> str:
    """Formats a share of rows.

    Args:
        value: between 0 and 1, or None.

    Returns:
        For example "91.6%".
    """
    if value is None or not math.isfinite(value):
        return figure(value)
    return f"{value:.1%}"


def count(value: int | None) -> str:
    """Formats a number of things.

    Args:
        value: the number, or None.

    Returns:
        For example "1,234".
    """
    return MISSING if value is None else f"{value:,}"


def tick(value: float) -> str:
    """Formats a number beside an axis.

    Args:
        value: the number.

    Returns:
        For example "0.25", "2,000" or "3e-5".
    """
    if 0 < abs(value) < 0.001:
        # Short, so that a learning rate fits beside an axis.
        digits, _, power = f"{value:e}".partition("e")
        return f"{float(digits):.3g}e{int(power)}"
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e7 else f"{value:.6g}"


def duration(seconds: float) -> str:
    """Formats a duration.

    Args:
        seconds: the duration.

    Returns:
        For example "0.8 s", "2 min 5 s" or "3 h 12 min".
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def memory(size: int | None) -> str:
    """Formats a number of bytes.

    Args:
        size: the number of bytes, or None.

    Returns:
        For example "512 MB" or "1.4 GB".
    """
    if size is None:
        return MISSING
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
