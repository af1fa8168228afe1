"""One object of tokenizer.json, which knows where it is in the file."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from newsdesk.errors import DataError


class Part:
    """An object with a `type`, such as a normalizer.

    Attributes:
        path: the file.
        key: where the object is in it.
        type: what it is; "" if it has no type.
    """

    def __init__(self, path: Path, key: str, found: Any) -> None:
        self.path, self.key, self._found = path, key, found
        if not isinstance(found, dict):
            self.refuse("", "is not an object; fetch the file again")
        self.type = str(found.get("type", ""))

    def get(self, key: str, default: Any = None) -> Any:
        """Reads a setting.

        Args:
            key: its name.
            default: what the library assumes if the file does not say.

        Returns:
            Its value.
        """
        return self._found.get(key, default)

    def of_kind(self, key: str, kind: type, default: Any = None) -> Any:
        """Reads a setting of one JSON type.

        Args:
            key: its name.
            kind: the type that it must have.
            default: what the library assumes if the file does not say.

        Returns:
            Its value.

        Raises:
            DataError: it has another type.
        """
        value = self.get(key, default)
        # True is an int for Python.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.refuse(key, f"is {shown(value)}; fetch the file again")
        return value

    def only(self, key: str, *allowed: Any) -> Any:
        """Reads a setting that must be one of those built in.

        Args:
            key: its name.
            allowed: what it may be; the first is what the library assumes.

        Returns:
            Its value.

        Raises:
            DataError: it is something else.
        """
        value = self.get(key, allowed[0])
        # By type as well, because 1 equals True.
        if not any(value == one and type(value) is type(one) for one in allowed):
            options = " or ".join(shown(one) for one in dict.fromkeys(allowed))
            self.refuse(
                key,
                f"is {shown(value)}, and must be {options}: no other way is built in; "
                "use another checkpoint",
            )
        return value

    def parts(self, key: str) -> Iterator["Part"]:
        """Reads a list of objects.

        Args:
            key: its name.

        Yields:
            The objects.

        Raises:
            DataError: it is not a list of objects.
        """
        for number, one in enumerate(self.of_kind(key, list)):
            yield Part(self.path, f"{self.key}.{key}[{number}]", one)

    def unknown(self, built_in: str) -> NoReturn:
        """Refuses what is not built in.

        Args:
            built_in: what is, in words.

        Raises:
            DataError: always.
        """
        raise DataError(
            f"{self.path}: {self.key} is {shown(self.type or None)}, which is not "
            f"built in (built in: {built_in}); use a checkpoint without it"
        )

    def refuse(self, key: str, why: str) -> NoReturn:
        """Refuses a setting.

        Args:
            key: its name; "" for the whole object.
            why: what it is and what to do.

        Raises:
            DataError: always.
        """
        place = f"{self.key}.{key}".strip(".")
        raise DataError(f"{self.path}: {place} {why}")


def shown(value: Any) -> str:
    """Shows a value as the file has it.

    Args:
        value: any JSON.

    Returns:
        At most 80 characters.
    """
    return json.dumps(value, ensure_ascii=False, default=str)[:80]
