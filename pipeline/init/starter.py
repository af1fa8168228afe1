"""Writes a configuration and a schema for a surveyed file."""

import os
from pathlib import Path

import tomlkit

from newsdesk import features
from newsdesk.errors import ConfigError
from pipeline.init.findings import about_labels, about_lost_rows
from pipeline.init.proposal import Proposal
from pipeline.init.texts import Texts

CONFIG_FILE = "newsdesk.toml"
SCHEMA_FILE = "schema.pbtxt"


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
        to / SCHEMA_FILE: schema(len(proposal.labels)),
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


def schema(classes: int) -> str:
    """Describes the examples that text_example_gen writes.

    Args:
        classes: the number of labels.

    Returns:
        A tensorflow_metadata Schema in text format. Every example has one string
        `text` and one integer `label` from 0 to classes - 1.
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
    return str(text_format.MessageToString(result))


def _configuration(proposal: Proposal, to: Path, texts: Texts) -> str:
    """The content of newsdesk.toml, with comments for the user."""
    survey = proposal.survey
    data = tomlkit.table()
    data["path"] = os.path.relpath(survey.file, to)
    data["path"].comment("relative to this file")
    if survey.file_format != "auto":
        data["format"] = survey.file_format
    if survey.quoting != "auto":
        data["quoting"] = survey.quoting
    if not survey.has_header:
        data["columns"] = list(survey.columns)
        data["columns"].comment("the file has no header")
    data["text_columns"] = list(proposal.text_columns)
    data["text_columns"].comment("joined by a space")
    data["label_column"] = proposal.label_column
    for sentence in about_labels(proposal):
        data.add(tomlkit.comment(sentence))
    data["labels"] = tomlkit.array()
    data["labels"].extend(proposal.labels)
    data["labels"].multiline(len(proposal.labels) > 6)
    if proposal.numbered:
        data["labels"].comment("numbers of the data; you may write names instead")
    if proposal.first_label:
        data["first_label"] = proposal.first_label
        data["first_label"].comment("the number of the first label in the data")
    for sentence in about_lost_rows(texts):
        data.add(tomlkit.comment(sentence))
    data["schema_file"] = SCHEMA_FILE
    data["schema_file"].comment("the data is checked against it")
    evaluation = tomlkit.table()
    largest = max(proposal.labels, key=proposal.labels.__getitem__)
    evaluation.add(
        tomlkit.comment(
            f"Always predicting {largest!r} has accuracy {proposal.largest_share:.3f}; "
            "a model must be clearly better to be pushed."
        )
    )
    evaluation["min_accuracy"] = proposal.min_accuracy
    document = tomlkit.document()
    document.add(tomlkit.comment("Train, evaluate, push: newsdesk run newsdesk.toml"))
    document["name"] = proposal.name
    document["data"] = data
    document["evaluation"] = evaluation
    return tomlkit.dumps(document)
