"""`newsdesk compile`."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.arguments import NEWSDESK, File, Overrides


def compile(  # noqa: A001  the command's name
    config: File = NEWSDESK,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="File to write: .yaml for Kubeflow Pipelines, .json for Vertex AI. "
            "With -, writes YAML to standard output.",
        ),
    ] = Path("pipeline.yaml"),
    overrides: Overrides = None,
) -> None:
    """Compile the pipeline for Kubeflow Pipelines or Vertex AI."""
    from newsdesk.config.load import load
    from newsdesk.errors import ConfigError
    from pipeline.commands.shown import complain
    from pipeline.terminal.logfile import quiet
    from pipeline.terminal.streams import answer, say

    loaded = load(config, overrides or ())
    if output.suffix not in (".yaml", ".yml", ".json") and str(output) != "-":
        raise ConfigError(f"--output {output}: must end with .yaml or .json")
    from kubeflow.compile.checks import check

    check(loaded)
    from trainer.encoders import inspection

    for note in inspection.check(loaded):
        complain(note, "note", "yellow")
    with quiet():
        from kubeflow.compile import compiler as compiling
        from kubeflow.compile import workflow_size

        is_job = output.suffix == ".json"
        text = compiling.compile_job(loaded) if is_job else compiling.compile(loaded)
    if not is_job and (warning := workflow_size.note(text)):
        complain(warning, "note", "yellow")
    if str(output) == "-":
        answer(text.removesuffix("\n"))
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{output}: cannot be written: {error.strerror}") from None
    say(f"compiled {output}: {len(text.encode()):,} bytes")
    say(f"next     newsdesk submit {config} --pipeline {output}")
