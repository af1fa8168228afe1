"""Provides the compiled pipeline that `submit` and `schedule apply` send."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsdesk.config.sections import Config


def compiled(config: "Config", file: Path | None) -> str:
    """Reads a compiled pipeline, or compiles the configuration.

    Args:
        config: the whole configuration.
        file: a file that `newsdesk compile` wrote; None to compile now.

    Returns:
        The compiled pipeline as YAML.

    Raises:
        ConfigError: the file cannot be read, or the configuration cannot be compiled.
        DataError: the encoder's files cannot be used.
    """
    from newsdesk.errors import ConfigError
    from pipeline.commands.shown import complain

    if file is None:
        from kubeflow.compile.checks import check

        check(config)
        from trainer.encoders import inspection

        for note in inspection.check(config):
            complain(note, "note", "yellow")
        from kubeflow.compile import workflow_size
        from kubeflow.compile.compiler import compile
        from pipeline.terminal.logfile import quiet

        with quiet():
            text = compile(config)
        if warning := workflow_size.note(text):
            complain(warning, "note", "yellow")
        return text
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not a text file"
        raise ConfigError(f"{file}: cannot be read: {reason}") from None
