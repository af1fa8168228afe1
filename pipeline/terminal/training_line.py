"""Formats the progress of a training: the moving line, and the line of an epoch."""

import datetime
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import ProgressColumn, Task
from rich.table import Column
from rich.text import Text

from pipeline.terminal.layout import packed

# Columns of the spinner and of the spaces between Rich's columns.
_TAKEN = 3


class MovingLine(ProgressColumn):
    """The name of the running node, its figures, and its time.

    Args:
        console: its width decides how many lines the figures take.
    """

    def __init__(self, console: Console) -> None:
        super().__init__(Column(no_wrap=True))
        self._console = console

    def render(self, task: Task) -> Text:
        """Overrides ProgressColumn.render.

        Args:
            task: its description is the name of the node, and its field `figures` a
                list of texts.

        Returns:
            One line, or several lines if the terminal is narrow.
        """
        pieces = [task.description, *task.fields["figures"]]
        if task.time_remaining is not None:
            pieces.append(f"{_clock(task.time_remaining)} left")
        elif task.elapsed is not None:
            pieces.append(_clock(task.elapsed))
        indent = len(task.description) + 2
        width = self._console.width - _TAKEN
        return Text("\n".join(packed(pieces, width, indent, gap="  ")))


def figures(progress: Mapping[str, Any], accuracy: float | None) -> list[str]:
    """Formats a progress record for the moving line.

    Args:
        progress: a record of the Trainer: step, steps, epoch, epochs, loss and
            rows_per_second; while a frozen encoder encodes a split, step and steps are
            rows, and there is no epoch; in a tuning, also trial and trials.
        accuracy: the accuracy on the eval split after the last epoch, if there is one.

    Returns:
        Each figure with its name, the most important first.
    """
    head = []
    if "trial" in progress:
        head.append(f"trial {progress['trial']}/{progress['trials']}")
    count = f"{progress['step']:,}/{progress['steps']:,}"
    speed = f"{progress['rows_per_second']:,.0f} rows/s"
    if "epoch" not in progress:
        return [*head, f"encoding {count}", speed]
    shown = [
        *head,
        f"epoch {progress['epoch']}/{progress['epochs']}",
        f"step {count}",
        f"loss {progress['loss']:.3f}",
    ]
    if accuracy is not None:
        shown.append(f"eval accuracy {accuracy:.3f}")
    return [*shown, speed]


def plain_line(progress: Mapping[str, Any], accuracy: float | None) -> str:
    """Formats a progress record as a line of its own, where no line moves.

    Args:
        progress: see `figures`.
        accuracy: see `figures`.

    Returns:
        One line.
    """
    return "  ".join(["", *figures(progress, accuracy)])


def of_epoch(progress: Mapping[str, Any], seconds: float) -> str:
    """Formats the last record of an epoch, which stays on the screen.

    Args:
        progress: the record, with eval_accuracy.
        seconds: how long the user waited for this epoch.

    Returns:
        One line.
    """
    return (
        f"  epoch {progress['epoch']}/{progress['epochs']}  "
        f"loss {progress['loss']:.3f}  "
        f"eval accuracy {progress['eval_accuracy']:.3f}  {seconds:.0f} s"
    )


def _clock(seconds: float) -> str:
    return str(datetime.timedelta(seconds=int(seconds))).removeprefix("0:")
