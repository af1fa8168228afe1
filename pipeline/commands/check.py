"""`newsdesk check`."""

import sys
from typing import Annotated

import typer

from pipeline.commands.arguments import NEWSDESK, File, Overrides
from pipeline.commands.shown import shown


def check(
    config: File = NEWSDESK,
    overrides: Overrides = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object.")
    ] = False,
) -> None:
    """Check configuration, data, splits and lengths, without training.

    Reads all rows, and writes nothing. Exit codes are those that `newsdesk run`
    would have: 0 no problem; 1 the data cannot be read; 2 wrong usage or
    configuration; 4 a gate would stop the run.
    """
    from newsdesk.config.load import load
    from newsdesk.escaping import as_json as written
    from pipeline.check import checks, screen
    from pipeline.terminal.logfile import quiet
    from pipeline.terminal.streams import answer, encodes_all
    from trainer.encoders import inspection

    loaded = load(config, overrides or ())
    # To read TFRecord or a hub model imports TensorFlow, which prints to the screen.
    with quiet():
        found = checks.check(loaded, inspection.check)
    if as_json:
        answer(written(found.as_json(), ascii_only=not encodes_all(sys.stdout)))
    else:
        found.say("config", f"{shown(config)} is valid")
        options = "".join(f" --set {one}" for one in overrides or ())
        for line in screen.lines(found, f"newsdesk run {shown(config)}{options}"):
            answer(line)
    sys.exit(found.exit_code)
