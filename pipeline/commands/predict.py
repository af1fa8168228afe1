"""`newsdesk predict`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from newsdesk.errors import ExitCode, NewsdeskError
from pipeline.commands.arguments import AllowOperations, Columns, ModelFolder


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
    from pipeline.predict.find_model import opened_model
    from pipeline.predict.line_reader import Pause
    from pipeline.terminal.logfile import quiet
    from pipeline.terminal.streams import answer, encodes_all

    if texts and file:
        raise typer.BadParameter("give texts or --file, not both")
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
        asked: Iterator[questions.Question | Pause]
        if file:
            asked = questions.rows(
                str(file),
                answerer.text_columns,
                columns or (),
                answerer.quoting,
                answerer.encoding,
                answerer.delimiter,
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
