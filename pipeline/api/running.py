"""Runs a configuration on this machine, for Python programs and `newsdesk run`."""

import contextlib
import io
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from newsdesk.config.load import load
from newsdesk.config.paths import refuse_patterns
from newsdesk.errors import ConfigError
from pipeline.interrupt import interruptible
from pipeline.local import lock, ownership
from pipeline.local.history import RunFolder, Summary, mark_killed

if TYPE_CHECKING:
    from rich.console import Console

    from newsdesk.config.sections import Config

Reported = TypeVar("Reported")


def run(
    config: str | Path,
    overrides: Sequence[str] | Mapping[str, Any] = (),
    *,
    beam_args: Sequence[str] = (),
    accept_new_baseline: str = "",
    show: bool = False,
) -> Summary:
    """Runs a pipeline on this machine, as `newsdesk run` does.

    While it runs, everything that this process writes to its standard streams goes to
    the log of the run. In the main thread, Ctrl-C and SIGTERM end the run, and its
    summary says so.

    Args:
        config: the configuration file.
        overrides: keys of the configuration and their values, such as
            `{"train.epochs": 5}`; or strings as `--set` takes them.
        beam_args: arguments for Beam that override the configuration.
        accept_new_baseline: a reason to push even if the model in service has other
            labels or signatures, or fails on the new rows; it is recorded.
        show: whether to print a line for each node and each epoch.

    Returns:
        The summary, also if the run failed or was stopped: `state`, `exit_code` and
        `error` say how it ended, `pushed` where the model is.

    Raises:
        ConfigError: the configuration cannot be used.
        Locked: another run is at work in the same folder.
        NewsdeskError: the run could not begin.
    """
    from rich.console import Console

    from pipeline.local import run_report
    from pipeline.notify import notify
    from pipeline.terminal.logfile import captured

    loaded = load(config, as_sets(overrides))
    check_folders(loaded)
    with claimed(loaded):
        folder, notes = begin(loaded)
        with captured(folder.log) as screen:
            for note in notes:
                logging.getLogger("newsdesk").info("note: %s", note)
            with screen.optional():
                # In a notebook, Rich would otherwise show what goes to no screen.
                console = Console(
                    file=screen if show else io.StringIO(),
                    force_jupyter=None if show else False,
                )
                summary, _ = launch(
                    loaded,
                    folder,
                    console,
                    beam_args,
                    accept_new_baseline,
                    lambda ended: run_report.write(loaded.root, ended, None),
                )
            if problem := notify(loaded.output.notify, summary):
                logging.getLogger("newsdesk").warning("%s", problem)
    return summary


def as_sets(overrides: Sequence[str] | Mapping[str, Any]) -> Sequence[str]:
    """Writes overrides as `--set` takes them.

    Args:
        overrides: `section.key=value` strings, or keys and values.

    Returns:
        `section.key=value` strings.

    Raises:
        ConfigError: a value cannot be written as TOML.
    """
    if not isinstance(overrides, Mapping):
        return [overrides] if isinstance(overrides, str) else list(overrides)
    return [f"{key}={_as_toml(key, value)}" for key, value in overrides.items()]


def _as_toml(key: str, value: Any) -> str:
    import tomlkit

    try:
        return tomlkit.item(
            str(value) if isinstance(value, Path) else value
        ).as_string()
    except (TypeError, ValueError):
        raise ConfigError(
            f"{key}: a value of type {type(value).__name__} cannot be written as TOML; "
            "use a number, a string, a truth value, a list or a dictionary"
        ) from None


def check_folders(config: "Config") -> None:
    """Refuses folders that Beam and TensorFlow would read as patterns.

    Args:
        config: the effective configuration.

    Raises:
        ConfigError: names the key and the character.
    """
    refuse_patterns("output.root", str(config.root))
    refuse_patterns("push.destination", config.serving)


@contextlib.contextmanager
def claimed(config: "Config") -> Iterator[None]:
    """Keeps other runs out of the folder of a pipeline during a block.

    Args:
        config: the effective configuration.

    Raises:
        Locked: another run is at work there.
        NewsdeskError: the folder belongs to another pipeline, or cannot be written.
    """
    with lock.held(config.root, "a run"):
        ownership.claim(config.root, config.name)
        mark_killed(config.root)
        yield


def begin(config: "Config") -> tuple[RunFolder, list[str]]:
    """Makes the folder of a new run.

    Args:
        config: the effective configuration.

    Returns:
        The folder, and notes about the encoder.

    Raises:
        NewsdeskError: a key for signatures or a file of the encoder cannot be used,
            the package that tunes is missing, or the folder cannot be written.
    """
    notes = checked(config)
    return RunFolder.create(config), notes


def checked(config: "Config") -> list[str]:
    """Checks what a run needs besides its data.

    Args:
        config: the effective configuration.

    Returns:
        Notes about the encoder.

    Raises:
        NewsdeskError: a key for signatures or a file of the encoder cannot be used, or
            the package that tunes is missing.
    """
    from trainer.encoders import inspection

    if config.push.sign:
        from newsdesk.published import signing

        signing.check(config.push.sign)
    if config.tune:
        from trainer.tuning.proposals import load_optuna

        load_optuna()
    if config.score:
        from pipeline.predict.batch import scoring

        scoring.check(config.score, config.data)
    return list(inspection.check(config))


def launch(
    config: "Config",
    folder: RunFolder,
    console: "Console",
    beam_args: Sequence[str],
    accepted: str,
    report: Callable[[Summary], Reported],
    last: str = "",
) -> tuple[Summary, Reported]:
    """Runs the nodes and reports the run.

    Args:
        config: the effective configuration; `claimed` protects its folder.
        folder: of this run.
        console: shows the nodes.
        beam_args: see `run`.
        accepted: see `run`.
        report: writes the report of the run.
        last: the node after which the run ends; "" for the whole pipeline.

    Returns:
        The summary, and what `report` returned.
    """
    # Imports take seconds. A signal during them must still write the summary.
    with _stoppable() as signals:
        from pipeline.local.runner import run as run_locally
        from pipeline.terminal.screen import Screen

        screen = Screen(console)
        summary = run_locally(
            config, folder, screen, beam_args, accepted, signals, last
        )
        # A first signal does not interrupt it.
        reported = report(summary)
    return summary, reported


def _stoppable() -> contextlib.AbstractContextManager[Any]:
    # Python lets only the main thread handle signals.
    if threading.current_thread() is threading.main_thread():
        return interruptible()
    return contextlib.nullcontext()
