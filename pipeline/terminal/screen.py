"""Shows the progress of a run: a line for each node, and a bar for the Trainer."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from newsdesk.escaping import escaped, one_line
from newsdesk.states import NodeState

_MARKS = {
    NodeState.DONE: ("✓", "green"),
    NodeState.CACHED: ("=", "cyan"),
    NodeState.FAILED: ("✗", "red"),
}


class Screen(logging.Handler):
    """Draws the nodes, and handles the progress records of the Trainer."""

    def __init__(self, console: Console) -> None:
        """Prepares the drawing.

        Args:
            console: a terminal gets a moving line, any other file plain lines.
        """
        super().__init__()
        self.console = console
        self._epoch = 0
        self._task: TaskID | None = None
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<18}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            TimeRemainingColumn(elapsed_when_finished=False),
            console=console,
            transient=True,
            # The output of libraries belongs to the log, even while a bar is shown.
            redirect_stdout=False,
            redirect_stderr=False,
            disable=not console.is_terminal,
        )

    @contextmanager
    def drawing(self) -> Iterator["Screen"]:
        """Handles progress records, and keeps the moving line on the terminal.

        Yields:
            This screen.
        """
        logger = logging.getLogger("newsdesk.progress")
        logger.setLevel(logging.INFO)
        logger.addHandler(self)
        try:
            with self._bar:
                yield self
        finally:
            logger.removeHandler(self)

    def begin(self, name: str) -> None:
        """Shows a node as running.

        Args:
            name: the node's id.
        """
        self._epoch = 0
        self._task = self._bar.add_task(name, total=None, detail="", left="")

    def warn(self, text: str) -> None:
        """Shows a warning.

        Args:
            text: the sentence.
        """
        self.clear()
        self.console.print(Text(escaped(text), "yellow"), soft_wrap=True)

    def clear(self) -> None:
        """Removes the moving line."""
        if self._task is not None:
            self._bar.remove_task(self._task)
            self._task = None

    def end(self, name: str, state: NodeState, seconds: float, note: str = "") -> None:
        """Replaces the moving line with a permanent line.

        Args:
            name: the node's id.
            state: how it ended.
            seconds: how long it took.
            note: the result of the node, in a few words.
        """
        self.clear()
        took = "" if state is NodeState.CACHED else f"{seconds:6.1f} s"
        line = f" {name:<18} {state:<8} {took:>8}  {one_line(note)}".rstrip()
        self.console.print(Text.assemble(_MARKS[state], line), soft_wrap=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Moves the bar to the step of a progress record.

        Args:
            record: a log record; its `progress` contains step, steps, epoch, epochs,
                loss, learning_rate, rows_per_second and sometimes eval_accuracy; while
                a frozen encoder encodes a split, only rows_per_second, and rows as
                step and steps. If it has a `sentence`, this is printed.
        """
        if sentence := getattr(record, "sentence", None):
            self.console.print(Text(f"  {escaped(sentence)}"), soft_wrap=True)
        progress: dict[str, Any] | None = getattr(record, "progress", None)
        if progress is None:
            return
        detail = f"{progress['rows_per_second']:,.0f} rows/s"
        if "epoch" in progress:
            detail = (
                f"epoch {progress['epoch']}/{progress['epochs']}  "
                f"loss {progress['loss']:.3f}  "
                f"rate {progress['learning_rate']:.1e}  {detail}"
            )
        else:
            detail = f"encoding  {detail}"
        accuracy = progress.get("eval_accuracy")
        if accuracy is not None:
            detail += f"  eval accuracy {accuracy:.4f}"
        if self.console.is_terminal:
            if self._task is not None:
                self._bar.update(
                    self._task,
                    completed=progress["step"],
                    total=progress["steps"],
                    detail=detail,
                    left="left",
                    refresh=True,
                )
        elif accuracy is not None and progress["epoch"] > self._epoch:
            self._epoch = progress["epoch"]
            self.console.print(f"  {detail}", highlight=False, soft_wrap=True)


class Stopwatch:
    """Measures the seconds since it was created."""

    def __init__(self) -> None:
        """Starts the watch."""
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start
