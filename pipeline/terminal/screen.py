"""Shows the progress of a run: a line for each node, and one for each epoch."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID

from newsdesk.escaping import escaped, one_line
from newsdesk.states import NodeState
from pipeline.terminal.layout import paragraph
from pipeline.terminal.training_line import MovingLine, figures, of_epoch, plain_line

# Without a terminal, so that the log of a scheduler shows that the run is alive.
SECONDS_BETWEEN_LINES = 30.0

_MARKS = {
    NodeState.DONE: ("✓", "green"),
    NodeState.CACHED: ("=", "cyan"),
    NodeState.STOPPED: ("-", "yellow"),
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
        # Such a terminal or user wants no moving lines.
        self._moves = console.is_terminal and not (
            console.is_dumb_terminal or console.no_color
        )
        self._epoch = 0
        self._accuracy: float | None = None
        self._watch = Stopwatch()
        self._last_line = Stopwatch()
        self._task: TaskID | None = None
        self._bar = Progress(
            SpinnerColumn(),
            MovingLine(console),
            console=console,
            transient=True,
            # The output of libraries belongs to the log, even while a line moves.
            redirect_stdout=False,
            redirect_stderr=False,
            disable=not self._moves,
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
        self._epoch, self._accuracy = 0, None
        self._watch, self._last_line = Stopwatch(), Stopwatch()
        self._task = self._bar.add_task(name, total=None, figures=[])

    def warn(self, text: str) -> None:
        """Shows a warning.

        Args:
            text: the sentence.
        """
        self.clear()
        paragraph(self.console, "warning ", escaped(text), "yellow")

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
        mark, style = _MARKS[state]
        head = f"{mark} {name:<16} {state:<7} {took:>8}  "
        paragraph(self.console, head, one_line(note), style)

    def detail(self, text: str) -> None:
        """Shows a sentence below the line of a node.

        Args:
            text: the sentence.
        """
        paragraph(self.console, "    ", one_line(text))

    def emit(self, record: logging.LogRecord) -> None:
        """Shows a progress record: on the moving line, and at the end of an epoch.

        Where no line moves, also prints one if nothing was printed for half a minute.

        Args:
            record: a log record; its `progress` contains step, steps, epoch, epochs,
                loss, rows_per_second and, at the end of an epoch, eval_accuracy; while
                a frozen encoder encodes a split, only rows_per_second, and rows as
                step and steps; in a tuning, also trial and trials. If it has a
                `sentence`, this is printed.
        """
        if sentence := getattr(record, "sentence", None):
            paragraph(self.console, "  ", escaped(sentence))
        progress: dict[str, Any] | None = getattr(record, "progress", None)
        if progress is None:
            return
        accuracy = progress.get("eval_accuracy")
        # A tuning prints a line for each trial.
        is_trial = "trial" in progress
        if accuracy is not None and progress["epoch"] > self._epoch and not is_trial:
            self._epoch, self._accuracy = progress["epoch"], accuracy
            self.console.print(
                of_epoch(progress, self._watch.seconds), highlight=False, soft_wrap=True
            )
            self._watch, self._last_line = Stopwatch(), Stopwatch()
        elif not self._moves and self._last_line.seconds >= SECONDS_BETWEEN_LINES:
            self._last_line = Stopwatch()
            line = plain_line(progress, self._accuracy)
            self.console.print(line, highlight=False, soft_wrap=True)
        if self._task is not None:
            done = progress.get("trial", 1) - 1
            self._bar.update(
                self._task,
                completed=progress["step"] + done * progress["steps"],
                total=progress["steps"] * progress.get("trials", 1),
                figures=figures(progress, self._accuracy),
                refresh=True,
            )


class Stopwatch:
    """Measures the seconds since it was created."""

    def __init__(self) -> None:
        """Starts the watch."""
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start
