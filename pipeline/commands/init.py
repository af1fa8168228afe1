"""`newsdesk init`."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from newsdesk.errors import ConfigError
from pipeline.commands.shown import shown
from pipeline.terminal.streams import is_interactive, say

_TABS = ("tab", "\\t")


def init(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            help="File of CSV, TSV, JSON Lines, Parquet or TFRecord, one text per row; "
            "or a folder, or a pattern such as 'rows/*.csv' or "
            "'rows/{YYYY}-{MM}-{DD}.csv', of which the newest is read.",
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
            "none if they are ordinary characters; auto is none between tabs, else "
            "standard.",
        ),
    ] = "auto",
    encoding: Annotated[
        str,
        typer.Option(
            help="Encoding of CSV, TSV and JSON Lines: utf-8, utf-16 or windows-1252; "
            "auto guesses it."
        ),
    ] = "auto",
    delimiter: Annotated[
        str,
        typer.Option(
            help="What separates the cells of CSV and TSV: a comma, a semicolon, a "
            "vertical bar or tab; auto finds it."
        ),
    ] = "auto",
    slices: Annotated[
        list[str] | None,
        typer.Option(
            "--slice",
            help="Column, such as a language or a source; a model is also evaluated "
            "for each of its values. May be repeated.",
        ),
    ] = None,
    name: Annotated[
        str, typer.Option(help="Name of the pipeline; by default, that of the file.")
    ] = "",
    to: Annotated[Path, typer.Option(help="Folder to write to.")] = Path(),
    force: Annotated[bool, typer.Option(help="Overwrite existing files.")] = False,
) -> None:
    """Examine your data, and write newsdesk.toml and a schema for `newsdesk run`."""
    from pipeline.init.choose_columns import propose
    from pipeline.init.look import look
    from pipeline.init.questions import ask_label, ask_text
    from pipeline.init.report import report
    from pipeline.init.starter import write
    from pipeline.init.texts import look_at_texts
    from pipeline.terminal.logfile import quiet

    if len(paths) > 1:
        raise ConfigError(
            f"{paths[0]}, {paths[1]}: give one path; in a shell, put a pattern in "
            "quotes, such as 'rows/*.csv'"
        )
    # To read TFRecord imports TensorFlow, which prints to the screen.
    with quiet():
        survey = look(
            paths[0],
            columns or (),
            file_format,
            header,
            quoting,
            encoding,
            "\t" if delimiter in _TABS else delimiter,
        )
    if not label and is_interactive():
        label = ask_label(survey, slices or ())
    proposal = propose(survey, text or (), label, name, slices or ())
    if not text and is_interactive():
        proposal = ask_text(proposal)
    with quiet():
        texts = look_at_texts(proposal)
    written = write(proposal, to, force, texts)
    report(proposal, texts)
    place = shown(written.absolute())
    say(f"written  {place} and its schema")
    say(f"next     newsdesk check {shlex.quote(place)}")
