"""Enumerations whose members are strings, on Python 3.10 too."""

import sys

if sys.version_info >= (3, 11):
    from enum import StrEnum as StrEnum
else:
    from enum import Enum

    class StrEnum(str, Enum):
        """Members print as their values, as they do from Python 3.11 on."""

        __str__ = str.__str__
