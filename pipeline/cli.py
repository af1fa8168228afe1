"""The command line; each command stands in a file of `pipeline/commands/`."""

import sys

import typer
from rich.console import Console

import pipeline.legacy_keras  # noqa: F401  before any command imports TensorFlow
from pipeline.commands.compile import compile
from pipeline.commands.doctor import doctor
from pipeline.commands.encoder import encoder
from pipeline.commands.gc import gc
from pipeline.commands.init import init
from pipeline.commands.predict import predict
from pipeline.commands.rollback import rollback
from pipeline.commands.run import run
from pipeline.commands.runs import runs
from pipeline.commands.schedule import schedule
from pipeline.commands.submit import submit
from pipeline.commands.verify import verify
from pipeline.errors import ExitCode, NewsdeskError

app = typer.Typer(
    help="Turns labelled text into a transformer classifier in service.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (
    init,
    run,
    predict,
    runs,
    verify,
    rollback,
    gc,
    doctor,
    compile,
    submit,
):
    app.command()(command)
app.add_typer(encoder, name="encoder")
app.add_typer(schedule, name="schedule")


def main() -> None:
    """Runs the command line; an expected error becomes one sentence."""
    try:
        app()
    except NewsdeskError as error:
        _complain(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(ExitCode.FAILED)
    except KeyboardInterrupt:
        _complain("stopped on request")
        sys.exit(ExitCode.INTERRUPTED)


def _complain(sentence: str) -> None:
    console = Console(stderr=True)
    console.print("[red]error[/]", end=" ")
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
