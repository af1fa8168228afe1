"""`newsdesk encoder`."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.shown import shown

encoder = typer.Typer(help="Pretrained encoders.", no_args_is_help=True)


@encoder.callback()
def _keep_the_name_of_the_only_command() -> None:
    pass


@encoder.command("import")
def import_(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="A BERT as Hugging Face publishes it: config.json, "
            "model.safetensors, vocab.txt, and tokenizer_config.json if it has one.",
        ),
    ],
    to: Annotated[
        Path, typer.Option(metavar="FOLDER", help="A new folder for the SavedModels.")
    ],
) -> None:
    """Write a checkpoint as TF Hub has it: an encoder and its preprocessing."""
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
    say("next     put into a configuration:")
    say("[model.encoder]")
    say('kind = "hub"')
    say(f"path = {json.dumps(str(to / ENCODER), ensure_ascii=False)}")
    say(f"preprocess = {json.dumps(str(to / PREPROCESS), ensure_ascii=False)}")
