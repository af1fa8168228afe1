"""`newsdesk explain`."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.arguments import AllowOperations, ModelFolder, PushedRoot


def explain(
    text: Annotated[str, typer.Argument(help="The text to explain.")],
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write the explanation as a web page."),
    ] = None,
    root: PushedRoot = None,
    model: ModelFolder = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object.")
    ] = False,
    allow_operations: AllowOperations = None,
) -> None:
    """Show how much each word of a text moved the answer of the pushed model.

    The weight of a word is the probability of the answer, minus its probability
    without the word. A terminal shows the text in colours, with NO_COLOR every word
    with its weight.

    Exit codes: 0 the text was explained; 1 the text is empty, or the output cannot be
    written; 2 wrong usage; 4 the model differs from its manifest, or contains
    operations that a text classifier does not need.
    """
    from rich.console import Console

    from newsdesk.escaping import as_json as written
    from newsdesk.explaining.explain import weigh
    from newsdesk.explaining.loaded import LoadedModel
    from newsdesk.inspection import operations, trial
    from pipeline.explain import coloured, page, remarks
    from pipeline.predict.find_model import opened_model
    from pipeline.predict.texts import usable
    from pipeline.terminal.logfile import quiet
    from pipeline.terminal.streams import answer, encodes_all, require_written

    text = usable(text)
    with opened_model(root, model) as folder, quiet() as screen:
        operations.check(folder, allow_operations or ())
        trial.check(folder)
        loaded = LoadedModel(folder)
        found = weigh(loaded, text)
        notes = remarks.remarks(loaded, found)
        if html:
            page.write(found, notes, html)
        if as_json:
            values = remarks.as_values(found, notes)
            answer(written(values, ascii_only=not encodes_all(screen)), screen)
        else:
            coloured.show(Console(file=screen), found, notes)
            require_written(screen)
