"""Provides StrEnum on Python 3.10, which does not have it."""

import sys

if sys.version_info >= (3, 11):
    from enum import StrEnum as StrEnum
else:
    from enum import Enum

    class StrEnum(str, Enum):
        """An enumeration of strings whose members print as their values."""

        __str__ = str.__str__
