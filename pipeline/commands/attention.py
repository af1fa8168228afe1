"""`newsdesk attention`."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.arguments import AllowOperations, ModelFolder, PushedRoot


def attention(
    text: Annotated[str, typer.Argument(help="The text to look at.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The picture to write; ends with .png or .svg."
        ),
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option(
            metavar="N|all",
            help="Number of a layer, from 1, or `all` for their mean. By default, the "
            "last layer.",
        ),
    ] = None,
    head: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Number of a head, from 1. By default, the mean of all."
        ),
    ] = None,
    root: PushedRoot = None,
    model: ModelFolder = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the tokens and the matrix as JSON.")
    ] = False,
    allow_operations: AllowOperations = None,
) -> None:
    """Draw which tokens of a text look at which, in the pushed model.

    Exit codes: 0 the picture was written; 1 the text is empty, or the picture cannot
    be written; 2 wrong usage, or the model does not show its attention; 4 the model
    differs from its manifest, or contains operations that a text classifier does not
    need.
    """
    from newsdesk.escaping import as_json as written
    from newsdesk.explaining.loaded import LoadedModel
    from newsdesk.inspection import operations, trial
    from pipeline.explain import attended
    from pipeline.predict.find_model import opened_model
    from pipeline.predict.texts import usable
    from pipeline.terminal.logfile import quiet
    from pipeline.terminal.streams import answer, encodes_all

    if (output is None) is not as_json:
        raise typer.BadParameter("give --output FILE or --json")
    text = usable(text)
    chosen = attended.Chosen.of(layer, head)
    if output:
        attended.check_suffix(output)
    with opened_model(root, model) as folder, quiet() as screen:
        operations.check(folder, allow_operations or ())
        trial.check(folder)
        shown = attended.attend(LoadedModel(folder), folder, text, chosen)
        if output is None:
            ascii_only = not encodes_all(screen)
            answer(written(attended.as_values(shown), ascii_only), screen)
            return
        for line in attended.draw(shown, output):
            answer(line, screen)
