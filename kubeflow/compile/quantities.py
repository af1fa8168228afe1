"""Converts Kubernetes' quantities to the units of a pipeline spec."""

from kubernetes.utils import parse_quantity


def cores(quantity: str) -> float:
    """Converts a quantity of CPU to cores.

    Args:
        quantity: such as 2, 0.5 or 500m.

    Returns:
        The number of cores.
    """
    return float(parse_quantity(quantity))


def gigabytes(quantity: str) -> float:
    """Converts a quantity of memory to gigabytes.

    Args:
        quantity: a number of bytes, or a value such as 512Mi or 8G.

    Returns:
        The number of gigabytes (10^9 bytes).
    """
    return float(parse_quantity(quantity) / 10**9)
