"""`newsdesk encoder`."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.shown import shown

encoder = typer.Typer(help="Convert pretrained encoders.", no_args_is_help=True)


@encoder.callback()
def _keep_the_name_of_the_only_command() -> None:
    # Without a callback, Typer drops the name `import` of the only command.
    pass


@encoder.command("import")
def import_(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="Folder of a BERT checkpoint from Hugging Face: config.json, "
            "model.safetensors, tokenizer.json or vocab.txt, and "
            "tokenizer_config.json if it has one.",
        ),
    ],
    to: Annotated[
        Path, typer.Option(metavar="FOLDER", help="New folder for the two SavedModels.")
    ],
) -> None:
    """Convert a checkpoint to an encoder and a preprocessing model of TF Hub."""
    import json
    import tempfile

    from pipeline.terminal.logfile import captured
    from pipeline.terminal.streams import say
    from trainer.encoders import inspection

    for note in inspection.check_checkpoint(str(checkpoint)):
        say(f"note     {note}")
    to = to.absolute()
    with (
        tempfile.NamedTemporaryFile(suffix=".log") as log,
        captured(Path(log.name)),
    ):
        from trainer.export.hub_encoder import ENCODER, PREPROCESS, export

        export(str(checkpoint), to)
    say(f"written  {shown(to / ENCODER)} and {shown(to / PREPROCESS)}")
    say("next     add to a configuration:")
    say("[model.encoder]")
    say('kind = "hub"')
    say(f"path = {json.dumps(str(to / ENCODER), ensure_ascii=False)}")
    say(f"preprocess = {json.dumps(str(to / PREPROCESS), ensure_ascii=False)}")
