"""What became of a fault, as a script prints it."""

from typing import NamedTuple


class Outcome(NamedTuple):
    """What became of a fault.

    Attributes:
        fault: its name.
        is_fine: the project did what it must do then.
        told: what was seen, in a few words.
    """

    fault: str
    is_fine: bool
    told: str
