"""Quantities of Kubernetes in the units that a pipeline spec has."""

_UNITS = {
    **{sign: 1000**power for power, sign in enumerate("KMGT", 1)},
    **{f"{sign}i": 1024**power for power, sign in enumerate("KMGT", 1)},
}


def cores(quantity: str) -> float:
    """Reads a quantity of processor time.

    Args:
        quantity: such as 2, 0.5 or 500m.

    Returns:
        Cores.
    """
    if quantity.endswith("m"):
        return int(quantity[:-1]) / 1000
    return float(quantity)


def gigabytes(quantity: str) -> float:
    """Reads a quantity of memory.

    Args:
        quantity: in bytes, or such as 512Mi or 8G.

    Returns:
        Gigabytes, of 10^9 bytes.
    """
    number = quantity.rstrip("KMGTi")
    return float(number) * _UNITS.get(quantity[len(number) :], 1) / 1e9
