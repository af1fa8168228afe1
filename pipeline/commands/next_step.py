"""Says what a user can do after a run, for the screen and for the report."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from newsdesk.errors import ExitCode
from newsdesk.states import RunState
from pipeline.commands.shown import command, shown

if TYPE_CHECKING:
    from newsdesk.config.sections import Config
    from pipeline.local.history import RunFolder, Summary


def of(
    config: "Config", folder: "RunFolder", summary: "Summary", typed: Sequence[str] = ()
) -> str | None:
    """Says what can be done after a run.

    Args:
        config: the effective configuration.
        folder: of the run.
        summary: of the run, which has ended.
        typed: the words of the command that started it.

    Returns:
        A command or advice; None if the error or the state says everything.
    """
    if summary.state is RunState.WITHDRAWN:
        return "change data or configuration, and run again"
    if summary.exit_code == ExitCode.DONE:
        root = shlex.quote(shown(config.root))
        return f'{command()} predict --root {root} "some text"'
    if summary.exit_code == ExitCode.NOT_GOOD_ENOUGH:
        advice = summary.training.advice(config) if summary.training else "train longer"
        return f"{advice}, or change the evaluation section, and run again"
    if summary.state is RunState.INTERRUPTED:
        # A training that was stopped says so itself.
        if "the same command continues" in (summary.error or ""):
            return None
        return "the same command continues; finished nodes are not run again"
    if summary.exit_code == ExitCode.STOPPED_BY_GATE:
        return _without_small_labels(config, folder, typed) or None
    return None


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
