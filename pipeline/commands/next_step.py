"""Says what a user can do after a run, for the screen and for the report."""

import logging
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsdesk.errors import ExitCode
from newsdesk.states import RunState
from pipeline.commands.shown import command, shown

if TYPE_CHECKING:
    from newsdesk.config.sections import Config
    from pipeline.local.history import RunFolder, Summary

_log = logging.getLogger("newsdesk")


@dataclass(frozen=True)
class NextStep:
    """What a user can do.

    Attributes:
        advice: in words; None if the command says everything.
        command: that can be copied; None if there is none.
    """

    advice: str | None = None
    command: str | None = None

    @property
    def line(self) -> str | None:
        """The step in one line for the screen."""
        return self.advice or self.command


def of(
    config: "Config", folder: "RunFolder", summary: "Summary", typed: Sequence[str] = ()
) -> NextStep:
    """Says what can be done after a run.

    Args:
        config: the effective configuration.
        folder: of the run.
        summary: of the run, which has ended.
        typed: the words of the command that started it.

    Returns:
        Advice, a command or both; empty if the error or the state says everything.
    """
    try:
        return _of(config, folder, summary, typed)
    # A run has ended, and advice must not change how.
    except Exception:
        _log.exception("the next step is not known")
        return NextStep()


def _of(
    config: "Config", folder: "RunFolder", summary: "Summary", typed: Sequence[str]
) -> NextStep:
    if summary.state is RunState.WITHDRAWN:
        return NextStep("change data or configuration, and run again")
    if summary.exit_code == ExitCode.DONE:
        root = shlex.quote(shown(config.root))
        return NextStep(command=f'{command()} predict --root {root} "some text"')
    if summary.exit_code == ExitCode.NOT_GOOD_ENOUGH:
        return _for_a_better_model(config, summary, typed)
    if summary.state in (RunState.INTERRUPTED, RunState.KILLED):
        # A training that was stopped says so itself.
        if "the same command continues" in (summary.error or ""):
            return NextStep()
        continues = "the same command continues; finished nodes are not run again"
        return NextStep(continues, shlex.join(typed) or None)
    if summary.exit_code == ExitCode.STOPPED_BY_GATE:
        return NextStep(command=_without_small_labels(config, folder, typed) or None)
    return NextStep()


def _for_a_better_model(
    config: "Config", summary: "Summary", typed: Sequence[str]
) -> NextStep:
    training = summary.training
    advice = training.advice(config) if training else "train longer"
    option = training.option(config) if training else None
    values = summary.tuned.values if summary.tuned else {}
    # A value that was tuned replaces what --set says.
    if values and (option is None or option.partition("=")[0] in values):
        return NextStep(
            "raise tune.trials or widen tune.space, or change the evaluation section, "
            "and run again"
        )
    return NextStep(
        f"{advice}, or change the evaluation section, and run again",
        shlex.join([*typed, "--set", option]) if typed and option else None,
    )


def _without_small_labels(
    config: "Config", folder: "RunFolder", typed: Sequence[str]
) -> str:
    """Returns the command that leaves out the labels that stopped a run, or ""."""
    from components.data_gate import labels_without_rows
    from newsdesk.config.removed_labels import override

    small, data = labels_without_rows(folder.path), config.data
    option = override(small, data.labels, data.drop_labels)
    if not small or not option:
        return ""
    return shlex.join([*typed, "--set", option])
