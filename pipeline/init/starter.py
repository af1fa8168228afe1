"""Writes a configuration and a schema for a surveyed file."""

import fnmatch
import json
import os
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import tomlkit

from newsdesk import features
from newsdesk.errors import ConfigError
from newsdesk.escaping import one_line
from pipeline.init import odd_labels
from pipeline.init.findings import about_labels, about_lost_rows, about_tiny_classes
from pipeline.init.inputs import CONFIG_FILE, OWN_FILES, SCHEMA_FILE, pattern_of
from pipeline.init.proposal import Proposal
from pipeline.init.settings import MOST_BAD_ROWS, choose, tiny_classes
from pipeline.init.survey import Survey
from pipeline.init.texts import Texts

# With the sign of the comment, a line fits into a terminal of 80 columns.
_WIDTH = 78
_NO_BREAK = "\0=\0"


def write(
    proposal: Proposal, to: Path, force: bool = False, texts: Texts | None = None
) -> Path:
    """Writes newsdesk.toml and schema.pbtxt.

    Args:
        proposal: what to write.
        texts: the statistics of the rows; what the user must decide becomes a comment.
        to: the folder, created if it does not exist.
        force: overwrite existing files.

    Returns:
        The path of the configuration.

    Raises:
        ConfigError: a file already exists, or the folder cannot be written.
    """
    files = {
        to / SCHEMA_FILE: schema(len(proposal.labels), proposal.slice_columns),
        to / CONFIG_FILE: _configuration(proposal, to, texts or Texts()),
    }
    for path in files:
        if path.exists() and not force:
            raise ConfigError(
                f"{path}: already exists; overwrite it with --force, "
                "or choose another folder with --to DIR"
            )
    try:
        to.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{to}: cannot be written: {error.strerror}; choose another folder "
            "with --to DIR"
        ) from None
    return to / CONFIG_FILE


def schema(classes: int, slice_columns: Sequence[str] = ()) -> str:
    """Describes the examples that text_example_gen writes.

    Args:
        classes: the number of labels.
        slice_columns: the columns by whose values a model is also evaluated.

    Returns:
        A tensorflow_metadata Schema in text format. Every example has one string
        `text`, one integer `label` from 0 to classes - 1, and a string for each slice
        column.
    """
    from google.protobuf import text_format
    from tensorflow_metadata.proto.v0 import schema_pb2

    result = schema_pb2.Schema()
    text = result.feature.add(name=features.TEXT, type=schema_pb2.BYTES)
    label = result.feature.add(name=features.LABEL, type=schema_pb2.INT)
    label.int_domain.min = 0
    label.int_domain.max = classes - 1
    label.int_domain.is_categorical = True
    for feature in (text, label):
        feature.presence.min_fraction = 1.0
        feature.presence.min_count = 1
        feature.shape.SetInParent()
    for column in slice_columns:
        # As the schema import node adds it, so that writing it changes nothing.
        result.feature.add(name=column, type=schema_pb2.BYTES)
    return str(text_format.MessageToString(result, as_utf8=True))


def _configuration(proposal: Proposal, to: Path, texts: Texts) -> str:
    """The content of newsdesk.toml, with comments for the user."""
    sections = {"data": _data(proposal, to, texts)}
    for section, key, value, why in choose(proposal, texts):
        table = sections.setdefault(section, tomlkit.table())
        _add_comments(table, [why])
        table[key] = value
    document = tomlkit.document()
    document.add(tomlkit.comment("Train, evaluate, push: newsdesk run newsdesk.toml"))
    document["name"] = proposal.name
    for section, table in sections.items():
        document[section] = table
    return tomlkit.dumps(document)


def _data(proposal: Proposal, to: Path, texts: Texts) -> Any:
    survey = proposal.survey
    data = tomlkit.table()
    data["path"] = _path(survey, to)
    data["path"].comment("relative to this file")
    if survey.inputs.splits:
        data["splits"] = tomlkit.inline_table()
        data["splits"].update(survey.inputs.splits)
        data["splits"].comment("by the names of the files")
    _add_format(data, survey)
    data["text_columns"] = list(proposal.text_columns)
    data["text_columns"].comment("joined by a space")
    data["label_column"] = proposal.label_column
    _add_labels(data, proposal, texts)
    if proposal.slice_columns:
        data["slice_columns"] = list(proposal.slice_columns)
        data["slice_columns"].comment("a model is also evaluated by their values")
    if texts.lost_share > MOST_BAD_ROWS:
        _add_comments(data, about_lost_rows(texts))
    data["schema_file"] = SCHEMA_FILE
    data["schema_file"].comment("the data is checked against it")
    return data


def _path(survey: Survey, to: Path) -> str:
    """Returns the path of the data, relative to the folder of the configuration."""
    path = os.path.relpath(survey.file, to)
    if survey.inputs.splits or not survey.file.is_dir() or path != ".":
        return path
    # A run that reads the whole folder would also read the configuration in it.
    pattern = pattern_of(list(map(os.path.basename, survey.inputs.files)))
    if any(fnmatch.fnmatch(name, pattern) for name in OWN_FILES):
        raise ConfigError(
            f"{survey.file}: contains the data, so a run would read {CONFIG_FILE} in "
            "it as rows; choose another folder with --to DIR"
        )
    return pattern


def _add_format(data: Any, survey: Survey) -> None:
    if survey.file_format != "auto":
        data["format"] = survey.file_format
    if survey.encoding != "auto":
        data["encoding"] = survey.encoding
        if survey.example:
            data["encoding"].comment(f"guessed by words such as {survey.example!r}")
    if survey.delimiter != "auto":
        data["delimiter"] = survey.delimiter
    if survey.quoting != "auto":
        data["quoting"] = survey.quoting
    if not survey.has_header:
        data["columns"] = list(survey.columns)
        data["columns"].comment("the file has no header")


def _add_labels(data: Any, proposal: Proposal, texts: Texts) -> None:
    _add_comments(data, about_labels(proposal) + about_tiny_classes(texts))
    merged = odd_labels.merged(proposal.labels)
    if merged:
        _add_comments(data, ["To do so, add this line, and keep all names in labels:"])
        data.add(tomlkit.comment(f"merge_labels = {_inline(merged)}"))
    alike = {*merged, *chain(*merged.values())}
    # The first line has these labels already, and a key can be there only once.
    if tiny := [name for name in tiny_classes(texts) if name not in alike]:
        names = json.dumps(tiny, ensure_ascii=False)
        _add_comments(data, ["To do so, add one of these, and keep them in labels:"])
        data.add(tomlkit.comment(f"drop_labels = {names}"))
        data.add(tomlkit.comment(f'merge_labels = {{ "ANOTHER LABEL" = {names} }}'))
    data["labels"] = tomlkit.array()
    data["labels"].extend(proposal.labels)
    data["labels"].multiline(len(proposal.labels) > 6)
    if proposal.numbered:
        data["labels"].comment("numbers of the data; you may write names instead")
    if proposal.first_label:
        data["first_label"] = proposal.first_label
        data["first_label"].comment("the number of the first label in the data")


def _inline(merged: Mapping[str, Sequence[str]]) -> str:
    table = tomlkit.inline_table()
    table.update(merged)
    return table.as_string()


def _add_comments(table: Any, sentences: Iterable[str]) -> None:
    for sentence in sentences:
        for line in _wrapped(sentence):
            table.add(tomlkit.comment(line))


def _wrapped(sentence: str) -> list[str]:
    # A label may contain a line break, which would end the comment, and a setting that
    # is cut into two lines could not be copied.
    whole = one_line(sentence).replace(" = ", _NO_BREAK)
    lines = textwrap.wrap(whole, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return [line.replace(_NO_BREAK, " = ") for line in lines]
