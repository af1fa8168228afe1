"""The folder of a run, and the summaries of past runs."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import tomlkit
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from newsdesk import atomic
from newsdesk.config.sections import Config
from newsdesk.errors import ExitCode, ModelError, NewsdeskError
from newsdesk.states import NodeState, RunState
from newsdesk.training import Training
from newsdesk.tuning import Tuned
from pipeline.local import run_files
from pipeline.local.run_files import LOG, RUN_NAME, SUMMARY

CONFIG = "config.toml"

# Final states of runs that would end in the same way with the same data.
VERDICTS = frozenset(
    {
        RunState.PUSHED,
        RunState.UNCHANGED,
        RunState.WITHDRAWN,
        RunState.NOT_GOOD_ENOUGH,
        RunState.STOPPED,
    }
)


def _encodable(value: Any) -> Any:
    """Escapes bytes that are not UTF-8: file names may contain them, JSON may not."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    return value


Words = Annotated[str, BeforeValidator(_encodable)]


class Node(BaseModel):
    """One node of one run.

    Attributes:
        name: the node's id.
        state: how it ended.
        seconds: from its start to its end.
        peak_bytes: the most resident memory of the run's process and its descendants
            while the node ran; None if it was cached or it is not known.
    """

    name: str
    state: NodeState
    seconds: float
    peak_bytes: int | None = None


class Summary(BaseModel):
    """The result of one run; stored beside its log."""

    model_config = ConfigDict(
        validate_assignment=True,
        ser_json_inf_nan="strings",
        populate_by_name=True,
        serialize_by_alias=True,
    )

    run: str
    pipeline: str
    started: datetime.datetime
    data: Words
    # The words of the command that started it, without arguments for Beam.
    command: list[Words] = []
    # Days as YYYY-MM-DD, or numbers, the oldest first.
    spans: list[str] = []
    # Summaries on disk have the shorter name.
    data_digest: str | None = Field(None, alias="content")
    seconds: float = 0.0
    state: RunState = RunState.RUNNING
    exit_code: ExitCode | None = None
    error: Words | None = None
    nodes: list[Node] = []
    rows: dict[str, int] = {}
    training: Training | None = None
    tuned: Tuned | None = None
    # By split, the files that its rows come from; none if one set was divided.
    sources: dict[str, Words] = {}
    split: str | None = None
    metrics: dict[str, float] = {}
    baseline: str | None = None
    baseline_metrics: dict[str, float] = {}
    accepted: Words | None = None
    refusals: list[Words] = []
    # Figures beyond a limit that rest on too few rows to refuse the model.
    shown: list[Words] = []
    pushed: Words | None = None


class RunFolder:
    """`<root>/runs/<run>`: log, effective configuration and summary."""

    def __init__(self, path: Path) -> None:
        """Names the folder.

        Args:
            path: `<root>/runs/<run>`.
        """
        self.path = path
        # The words of the command that starts the run, for its summary.
        self.command: list[str] = []

    @classmethod
    def create(cls, config: Config) -> "RunFolder":
        """Makes the folder of a new run and writes its configuration.

        Args:
            config: the effective configuration.

        Returns:
            The folder, named by a counter, which orders the runs even if the clock is
            wrong, and by the time in UTC.

        Raises:
            NewsdeskError: the root cannot be written.
        """
        runs = config.root / "runs"
        now = datetime.datetime.now(datetime.timezone.utc)
        try:
            runs.mkdir(parents=True, exist_ok=True)
            path = runs / f"r{_next_number(runs):06}-{now:%Y%m%dT%H%M%SZ}"
            path.mkdir()
            values = config.model_dump(mode="json", exclude_none=True)
            (path / CONFIG).write_text(tomlkit.dumps(values), encoding="utf-8")
        except OSError as error:
            raise NewsdeskError(
                f"{runs}: cannot be written: {error.strerror}; "
                "choose another folder with --set output.root=FOLDER"
            ) from None
        return cls(path)

    @property
    def log(self) -> Path:
        """The file that receives the output of libraries."""
        return self.path / LOG

    def write(self, summary: Summary) -> None:
        """Writes the summary in one step, so that no reader sees a part of it.

        Args:
            summary: the summary of the run so far.

        Raises:
            OSError: the summary cannot be written.
        """
        atomic.write_text(self.path / SUMMARY, summary.model_dump_json(indent=2) + "\n")


def _next_number(runs: Path) -> int:
    named = (RUN_NAME.fullmatch(folder.name) for folder in runs.iterdir())
    return 1 + max((int(name["number"]) for name in named if name), default=0)


def mark_killed(root: Path) -> None:
    """Marks runs as killed whose summaries still say that they are running.

    Args:
        root: the folder of everything that a pipeline writes; no run is active in it.
    """
    for summary in past_runs(root, RunState.RUNNING):
        summary.state = RunState.KILLED
        summary.exit_code = ExitCode.FAILED
        RunFolder(root / "runs" / summary.run).write(summary)


def past_runs(root: Path, state: RunState | None = None) -> Iterator[Summary]:
    """Reads the summaries below a pipeline's root, newest first.

    Args:
        root: the folder of everything that a pipeline writes.
        state: only runs in this state; None for all.

    Yields:
        Every summary that can be read; others are skipped.
    """
    for file in run_files.files(root):
        try:
            values = run_files.read(file)
            # Validating all of thousands of summaries takes seconds.
            if state is None or values.get("state", RunState.RUNNING) == state:
                yield Summary.model_validate(values)
        except (OSError, ValueError, ModelError, AttributeError):
            continue
