"""Paths and addresses in a configuration: made absolute, and kept where they belong."""

import os
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

URI = re.compile(r"^[a-z][a-z0-9+.-]+:")


class FromCommandLine(str):
    """A string that was typed after --set, so relative to the working directory."""


def _resolve(value: Any, info: ValidationInfo) -> Any:
    """Makes a path absolute, seen from the file or the shell it was written in."""
    if not isinstance(value, str) or not value or URI.match(value):
        return value
    if isinstance(value, FromCommandLine) or info.context is None:
        folder = Path.cwd()
    else:
        folder = info.context["folder"]
    return os.path.normpath(folder / Path(value).expanduser())


def _local(value: str) -> str:
    if URI.match(value):
        raise ValueError("must be a local path")
    return value


def _can_be_pushed_to(value: str) -> str:
    if URI.match(value) and not value.startswith(("gs://", "s3://")):
        raise ValueError("must be a local path, gs://BUCKET/... or s3://BUCKET/...")
    return value


def _is_a_name(value: str) -> str:
    if not value.strip(".") or any(sign in value for sign in "/\\\0"):
        raise ValueError("must be the name of a file, without a folder")
    return value


def _stays_below(value: str) -> str:
    if value.startswith("/") or ".." in value.split("/") or "\0" in value:
        raise ValueError("must stay below data.path: no `..`, and no / in front")
    return value


FileName = Annotated[str, Field(min_length=1), AfterValidator(_is_a_name)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_stays_below)]
Location = Annotated[str, Field(min_length=1), BeforeValidator(_resolve)]
LocalPath = Annotated[Location, AfterValidator(_local)]
Destination = Annotated[Location, AfterValidator(_can_be_pushed_to)]
