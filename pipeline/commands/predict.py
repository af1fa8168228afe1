"""`newsdesk predict`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import ExitCode


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
) -> None:
    """Answer texts with the pushed model: label and probability.

    Exit codes: 0 every row was answered, 1 some could not be, 2 wrong usage, 4 the
    model is not as it was published, or could do what a classifier need not.
    """
    import json

    from pipeline import questions
    from pipeline.answer import Answerer, find_model
    from pipeline.logfile import quiet
    from pipeline.published import manifest, operations

    if texts and file:
        raise typer.BadParameter("give texts or --file, not both")
    found = find_model(root, model)
    if verify:
        manifest.verify(found)
    failed = False
    with quiet() as screen:
        operations.check(found)
        answerer = Answerer(found)
        if file:
            asked = questions.rows(str(file), answerer.text_columns, columns or ())
        elif texts:
            asked = questions.typed(texts)
        else:
            asked = questions.lines(sys.stdin.buffer)
        for answer in answerer.answers(asked):
            failed |= "error" in answer
            if as_json:
                line = json.dumps(answer, ensure_ascii=False)
            elif "error" in answer:
                line = f"error   {answer['error']}"
            else:
                line = f"{answer['probability']:.4f}  {answer['label']}"
            print(line, file=screen)
    sys.exit(ExitCode.FAILED if failed else ExitCode.DONE)
