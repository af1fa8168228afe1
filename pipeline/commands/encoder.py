"""`newsdesk encoder`."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.shown import shown

encoder = typer.Typer(
    help="Inspect and convert pretrained encoders.", no_args_is_help=True
)


@encoder.command()
def show(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="Folder of a text encoder from Hugging Face."
        ),
    ],
    texts: Annotated[
        list[str] | None,
        typer.Argument(help="Texts to encode; requires --json."),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print one JSON object per text: its token ids, and the first 8 "
            "values of the last hidden state of the first token and of the mean over "
            "all tokens.",
        ),
    ] = False,
    max_length: Annotated[
        int | None,
        typer.Option(
            help="Tokens of a text, special ones included; longer texts are truncated. "
            "By default, the most that the encoder reads."
        ),
    ] = None,
) -> None:
    """Check a checkpoint, and show what it is and what of it would be loaded."""
    from pipeline.terminal.streams import say
    from trainer.encoders import inspection
    from trainer.encoders.description import describe

    if as_json != bool(texts):
        raise typer.BadParameter("give texts and --json together: --json -- TEXT...")
    if max_length is not None and not as_json:
        raise typer.BadParameter("--max-length requires --json and texts")
    folder = str(checkpoint)
    notes = inspection.check_checkpoint(folder)
    if texts:
        _encode(folder, texts, max_length)
        return
    for word, fact in describe(folder).items():
        say(f"{word:<10} {fact}")
    for note in notes:
        say(f"{'note':<10} {note}")


def _encode(folder: str, texts: list[str], max_length: int | None) -> None:
    from newsdesk.escaping import as_json as written
    from pipeline.terminal.logfile import quiet
    from pipeline.terminal.streams import answer, encodes_all

    with quiet() as screen:
        from trainer.encoders import probe

        for found in probe.answers(folder, texts, max_length):
            answer(written(found, ascii_only=not encodes_all(screen)), screen)


@encoder.command("import")
def import_(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="Folder of a BERT checkpoint from Hugging Face: config.json, "
            "model.safetensors, tokenizer.json or vocab.txt, and "
            "tokenizer_config.json if it has one. Other families have no form in TF "
            "Hub.",
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
