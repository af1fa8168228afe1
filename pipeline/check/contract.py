"""Checks the reviewed schema of the data, without TensorFlow Data Validation."""

from pathlib import Path
from typing import Any

from newsdesk import features
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError
from pipeline.check.findings import Findings


def check_schema(config: Config, found: Findings) -> None:
    """Checks that the schema can be read, and allows the labels.

    Args:
        config: the whole configuration.
        found: gets the findings.
    """
    schema = found.attempt("schema", lambda: _read(config.data.schema_file))
    if schema is not None:
        _check_label(config, schema, found)


def _read(file: str) -> Any:
    from google.protobuf import text_format
    from tensorflow_metadata.proto.v0 import schema_pb2

    try:
        return text_format.Parse(
            Path(file).read_text(encoding="utf-8"), schema_pb2.Schema()
        )
    except (OSError, UnicodeDecodeError, text_format.ParseError) as error:
        raise ConfigError(
            f"{file}: cannot be read as a schema: {error}; correct it, or write a new "
            "one with `newsdesk init`"
        ) from None


def _check_label(config: Config, schema: Any, found: Findings) -> None:
    file, last = config.data.schema_file, len(config.data.labels) - 1
    label = next((one for one in schema.feature if one.name == features.LABEL), None)
    if label is None or not label.HasField("int_domain"):
        found.stop(
            "schema",
            f"{file}: has no feature {features.LABEL!r} with an int_domain, so labels "
            "cannot be counted; write a new schema with `newsdesk init`",
        )
        return
    domain = label.int_domain
    if domain.min > 0 or domain.max < last:
        found.stop(
            "schema",
            f"{file}: allows the labels {domain.min} to {domain.max}, but data.labels "
            f"has {last + 1}, which are numbered 0 to {last}; write min: 0 and "
            f"max: {last} into the int_domain of {features.LABEL!r}",
        )
    if not domain.is_categorical:
        found.stop(
            "schema",
            f"{file}: the int_domain of {features.LABEL!r} is not categorical, so "
            "labels cannot be counted; add is_categorical: true",
        )
