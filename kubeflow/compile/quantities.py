"""Quantities of Kubernetes in the units that a pipeline spec has."""

from kubernetes.utils import parse_quantity


def cores(quantity: str) -> float:
    """Reads a quantity of processor time.

    Args:
        quantity: such as 2, 0.5 or 500m.

    Returns:
        Cores.
    """
    return float(parse_quantity(quantity))


def gigabytes(quantity: str) -> float:
    """Reads a quantity of memory.

    Args:
        quantity: in bytes, or such as 512Mi or 8G.

    Returns:
        Gigabytes, of 10^9 bytes.
    """
    return float(parse_quantity(quantity) / 10**9)
