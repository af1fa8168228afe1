"""`newsdesk predict`."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from newsdesk.errors import ConfigError, ExitCode, NewsdeskError
from pipeline.commands.arguments import AllowOperations, Columns, ModelFolder

if TYPE_CHECKING:
    from pipeline.predict.answers import Answerer
    from pipeline.predict.batch.columns import Rules


def predict(
    texts: Annotated[
        list[str] | None,
        typer.Argument(
            help="Texts to classify. Without texts or --file, reads one text per line "
            "from standard input."
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            help="File to classify: rows like those of the training data, or .txt with "
            "one text per line."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="File for the rows of --file with their answers: .csv, .jsonl or "
            ".parquet. Rows that cannot be classified go to a file beside it."
        ),
    ] = None,
    top_k: Annotated[
        int, typer.Option(min=1, help="With --out: how many labels to write per row.")
    ] = 1,
    min_probability: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            help="With --out: below this probability, the label is that of --abstain.",
        ),
    ] = 0.0,
    abstain: Annotated[
        str, typer.Option(help="With --min-probability: the label of such a row.")
    ] = "abstain",
    columns: Columns = None,
    root: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a pipeline (output.root), whose newest pushed model is "
            "used. By default, the newest push of all pipelines in ./newsdesk."
        ),
    ] = None,
    model: ModelFolder = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per text.")
    ] = False,
    verify: Annotated[
        bool, typer.Option(help="Check the model against its manifest first.")
    ] = False,
    allow_operations: AllowOperations = None,
) -> None:
    """Classify texts with the pushed model; print probability and label of each.

    Exit codes: 0 every text was classified; 1 some were not, or the answers could
    not be written; 2 wrong usage; 4 the model differs from its manifest, or
    contains operations that a text classifier does not need.
    """
    from newsdesk.escaping import as_json as written
    from newsdesk.escaping import one_line
    from pipeline.api.model import Model
    from pipeline.predict import texts as questions
    from pipeline.predict.answers import doubts
    from pipeline.predict.batch.columns import Rules
    from pipeline.predict.find_model import opened_model
    from pipeline.predict.line_reader import Pause
    from pipeline.terminal.logfile import quiet
    from pipeline.terminal.streams import answer, encodes_all

    if texts and file:
        raise typer.BadParameter("give texts or --file, not both")
    if out:
        _check_output(file, out)
    elif top_k > 1 or min_probability or abstain != "abstain":
        raise typer.BadParameter(
            "--top-k, --min-probability and --abstain need --out FILE"
        )
    # None if the stream was closed before the command started.
    if not texts and not file and sys.stdin is None:
        raise NewsdeskError(
            "standard input: is closed; give texts as arguments, or rows with --file"
        )
    failed = False
    # A missing model is reported before `quiet` sends standard error to a file.
    with opened_model(root, model) as found, quiet() as screen:
        answerer = Model(
            found, verify=verify, allow_operations=allow_operations or ()
        ).answerer
        if file and out:
            rules = Rules(top_k, min_probability, abstain)
            failed = _answer_file(file, out, answerer, columns or (), rules, screen)
            sys.exit(ExitCode.FAILED if failed else ExitCode.DONE)
        asked: Iterator[questions.Question | Pause]
        if file:
            asked = questions.rows(
                str(file),
                answerer.text_columns,
                columns or (),
                answerer.quoting,
                answerer.encoding,
                answerer.delimiter,
                answerer.columns,
            )
        elif texts:
            asked = questions.typed(texts)
        else:
            asked = questions.lines(sys.stdin.buffer)
        for result in answerer.answers(asked):
            failed |= "error" in result
            if as_json:
                line = written(result, ascii_only=not encodes_all(screen))
            elif "error" in result:
                line = one_line(f"error   {result['error']}")
            else:
                line = one_line(
                    f"{result['probability']:.4f}  {result['label']}{doubts(result)}"
                )
            answer(line, screen)
    sys.exit(ExitCode.FAILED if failed else ExitCode.DONE)


def _check_output(file: Path | None, out: Path) -> None:
    """Refuses an output without an input, in an unknown format or over the input."""
    from pipeline.predict.batch.writers import writer_for

    if file is None:
        raise typer.BadParameter("--out needs --file FILE")
    writer_for(out)
    if out.exists() and file.exists() and out.samefile(file):
        raise ConfigError(f"{out}: is also the input; choose another file with --out")
    if not out.parent.is_dir():
        raise ConfigError(f"{out.parent}: is not a folder; make it, or choose another")


def _answer_file(
    file: Path,
    out: Path,
    answerer: "Answerer",
    columns: Sequence[str],
    rules: "Rules",
    screen: TextIO,
) -> bool:
    """Answers a file with a file; returns whether some rows were not classified."""
    from rich.console import Console

    from pipeline.interrupt import interruptible
    from pipeline.predict.batch.answer_file import answer_file
    from pipeline.predict.batch.rows import rows_of
    from pipeline.predict.batch.shown import Shown

    shown = Shown(Console(file=screen))
    # A signal must not leave the unfinished output behind.
    with interruptible(), shown.moving():
        rows = rows_of(str(file), answerer, columns)
        counts = answer_file(rows, out, answerer, rules, shown)
    shown.end(out, counts)
    return bool(counts.bad)
