"""The command line. Each command is a module of `pipeline/commands/`."""

import errno
import sys
from typing import Annotated

import typer

import newsdesk.legacy_keras  # noqa: F401  before any command imports TensorFlow
from newsdesk.errors import ExitCode, NewsdeskError
from pipeline.commands.attention import attention
from pipeline.commands.cancel import cancel
from pipeline.commands.check import check
from pipeline.commands.compare import compare
from pipeline.commands.compile import compile
from pipeline.commands.doctor import doctor
from pipeline.commands.encoder import encoder
from pipeline.commands.evaluate import evaluate
from pipeline.commands.explain import explain
from pipeline.commands.gc import gc
from pipeline.commands.init import init
from pipeline.commands.logs import logs
from pipeline.commands.predict import predict
from pipeline.commands.report import report
from pipeline.commands.rollback import rollback
from pipeline.commands.run import run
from pipeline.commands.runs import runs
from pipeline.commands.schedule import schedule
from pipeline.commands.serve import serve
from pipeline.commands.shown import complain
from pipeline.commands.submit import submit
from pipeline.commands.tune import tune
from pipeline.commands.verify import verify
from pipeline.commands.versions import print_versions
from pipeline.terminal import streams
from pipeline.terminal.output import Output

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (
    init,
    check,
    run,
    tune,
    predict,
    serve,
    evaluate,
    explain,
    attention,
    runs,
    report,
    compare,
    verify,
    rollback,
    gc,
    doctor,
    compile,
    submit,
    logs,
    cancel,
):
    app.command()(command)
app.add_typer(encoder, name="encoder")
app.add_typer(schedule, name="schedule")


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the versions of newsdesk, Python and TensorFlow.",
            is_eager=True,
            callback=print_versions,
        ),
    ] = False,
) -> None:
    """Train text classifiers on labelled text, and publish them."""


def main() -> None:
    """Runs the command line, and prints an expected error as one sentence."""
    streams.open_standard()
    try:
        try:
            app(prog_name="newsdesk")
        except SystemExit as end:
            # Typer prints the help itself, and its text is the result of --help.
            if not end.code:
                streams.require_written()
            _warn_of_lost_messages()
            raise
    except NewsdeskError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        complain("stopped on request")
        sys.exit(ExitCode.INTERRUPTED)


def _warn_of_lost_messages() -> None:
    """Warns on standard error if the messages of a finished command were lost.

    A closed stream or pipe is not a fault: its reader does not want the messages.
    """
    broke = isinstance(sys.stdout, Output) and sys.stdout.broke
    if broke and broke.errno not in (errno.EPIPE, errno.EBADF):
        complain(
            f"standard output cannot be written: {broke.strerror}; the messages of "
            "this command are lost, but its exit code is valid",
            "warning",
            "yellow",
        )


if __name__ == "__main__":
    main()
