"""`newsdesk predict`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from newsdesk.errors import ExitCode, NewsdeskError
from pipeline.commands.arguments import AllowOperations


def predict(
    texts: Annotated[
        list[str] | None,
        typer.Argument(help="Texts; else --file, else a text a line from the input."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Rows like the training data's.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--columns", help="A column's name, where the file has none; repeated."
        ),
    ] = None,
    root: Annotated[
        Path | None, typer.Option(help="A pipeline's folder; else the newest push.")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="A model's folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a row.")] = False,
    verify: Annotated[
        bool, typer.Option(help="Hold the model against its manifest first.")
    ] = False,
    allow_operations: AllowOperations = None,
) -> None:
    """Answer texts with the pushed model: label and probability.

    Exit codes: 0 every row was answered, 1 some could not be or
    the answers could not be written, 2 wrong usage, 4 the model is not as it was
    published, or could do what a classifier need not.
    """
    from newsdesk.escaping import as_json as written
    from newsdesk.escaping import one_line
    from newsdesk.inspection import operations, trial
    from newsdesk.published import manifest
    from pipeline.predict import texts as questions
    from pipeline.predict.answers import Answerer
    from pipeline.predict.find_model import opened_model
    from pipeline.predict.line_reader import Pause
    from pipeline.terminal.logfile import quiet
    from pipeline.terminal.streams import answer, encodes_all

    if texts and file:
        raise typer.BadParameter("give texts or --file, not both")
    if not texts and not file and sys.stdin is None:
        raise NewsdeskError(
            "standard input: is closed; give texts as arguments, or rows with --file"
        )
    failed = False
    # What is not found is said before standard error goes to a file.
    with opened_model(root, model) as found, quiet() as screen:
        if verify:
            manifest.verify(found)
        operations.check(found, allow_operations or ())
        trial.check(found)
        answerer = Answerer(found)
        asked: Iterator[questions.Question | Pause]
        if file:
            asked = questions.rows(
                str(file), answerer.text_columns, columns or (), answerer.quoting
            )
        elif texts:
            asked = questions.typed(texts)
        else:
            asked = questions.lines(sys.stdin.buffer)
        for one in answerer.answers(asked):
            failed |= "error" in one
            if as_json:
                line = written(one, ascii_only=not encodes_all(screen))
            elif "error" in one:
                line = one_line(f"error   {one['error']}")
            else:
                line = one_line(f"{one['probability']:.4f}  {one['label']}")
            answer(line, screen)
    sys.exit(ExitCode.FAILED if failed else ExitCode.DONE)
