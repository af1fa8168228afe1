"""`newsdesk init`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from newsdesk.escaping import one_line
from pipeline.commands.shown import shown
from pipeline.terminal.streams import is_interactive, say


def init(
    file: Annotated[
        Path,
        typer.Argument(
            help="File of CSV, TSV, JSON Lines, Parquet or TFRecord, one text per row."
        ),
    ],
    text: Annotated[
        list[str] | None,
        typer.Option(help="Column that contains text; may be repeated."),
    ] = None,
    label: Annotated[str, typer.Option(help="Column that contains the label.")] = "",
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--columns",
            help="Name of a column, if the file has no header; repeat it for every "
            "column, in order.",
        ),
    ] = None,
    header: Annotated[
        bool | None,
        typer.Option(
            "--header/--no-header",
            help="Whether the first row names the columns. By default, `init` decides "
            "from the rows.",
        ),
    ] = None,
    file_format: Annotated[
        str,
        typer.Option(
            "--format",
            help="Format of the file: csv, tsv, jsonl, parquet or tfrecord; auto takes "
            "it from the file name.",
        ),
    ] = "auto",
    quoting: Annotated[
        str,
        typer.Option(
            help="What quotes mean in CSV and TSV: standard if they enclose cells, "
            "none if they are ordinary characters; auto is standard for CSV and none "
            "for TSV.",
        ),
    ] = "auto",
    name: Annotated[
        str, typer.Option(help="Name of the pipeline; by default, that of the file.")
    ] = "",
    to: Annotated[Path, typer.Option(help="Folder to write to.")] = Path(),
    force: Annotated[bool, typer.Option(help="Overwrite existing files.")] = False,
) -> None:
    """Examine your data, and write newsdesk.toml and a schema for `newsdesk run`."""
    from pipeline.init.findings import (
        about_header,
        about_labels,
        about_lost_rows,
        about_texts,
    )
    from pipeline.init.look import look
    from pipeline.init.proposal import propose
    from pipeline.init.starter import write
    from pipeline.init.texts import look_at_texts
    from pipeline.terminal.logfile import quiet

    # To read TFRecord imports TensorFlow, which prints to the screen.
    with quiet():
        survey = look(file, columns or (), file_format, header, quoting)
    candidates = survey.label_candidates
    if not label and len(candidates) > 1 and is_interactive():
        label = typer.prompt(f"Which column is the label? {_listed(candidates)}")
    proposal = propose(survey, text or (), label, name)
    if not text and is_interactive():
        guess = ",".join(proposal.text_columns)
        question = f"Text columns, joined by a space [{one_line(guess)}]"
        typed = typer.prompt(question, default=guess, show_default=False)
        chosen = [column.strip() for column in typed.split(",")]
        proposal = propose(survey, chosen, proposal.label_column, name)
    texts = look_at_texts(proposal)
    written = write(proposal, to, force, texts)
    # Only the second pass, which knows the labels, finds rows between two lone quotes.
    bad = texts.reasons["cannot be read"]
    say(f"rows     {texts.rows - bad:,}, and {bad:,} that cannot be read")
    if survey.bad:
        say(f"         the first one: {survey.bad}")
    _show("hint", [hint] if (hint := survey.cause) else [])
    _show("header", [about_header(survey)] if survey.header else [])
    say(f"text     {' + '.join(map(one_line, proposal.text_columns))}")
    say(f"label    {one_line(proposal.label_column)}: {_labels_shown(proposal.labels)}")
    _show("check", about_labels(proposal) + about_texts(texts))
    _show("unused", about_lost_rows(texts))
    say(f"written  {shown(written.absolute())} and its schema")
    say(f"next     newsdesk run {shown(written.absolute())}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(one_line, names))


def _show(heading: str, sentences: list[str]) -> None:
    for sentence in sentences:
        say(f"{heading:<8} {sentence}")


def _labels_shown(labels: dict[str, int]) -> str:
    shown = [f"{one_line(name)} ({rows:,})" for name, rows in labels.items()]
    return ", ".join(shown[:10]) + (", ..." if len(shown) > 10 else "")
