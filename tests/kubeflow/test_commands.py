"""What `newsdesk submit` and `newsdesk schedule` print, and how they end."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.kubeflow.argo_retries import STOCK_2_17
from tests.kubeflow.server import Server
from tests.pipeline.test_config_file import GOOD

Newsdesk = Callable[..., "subprocess.CompletedProcess[str]"]

SCHEDULE = """
[kubeflow.schedule]
cron = "0 0 3 * * *"
"""


@pytest.fixture
def newsdesk(tmp_path: Path, repository: Path, server: Server, spec: str) -> Newsdesk:
    """Runs the command line beside a configuration and a compiled pipeline."""
    server.now = datetime.now(timezone.utc)
    file = tmp_path / "newsdesk.toml"
    file.write_text(f'{GOOD}[kubeflow]\nhost = "{server.host}"\n{SCHEDULE}')
    (tmp_path / "pipeline.yaml").write_text(spec)

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=os.environ
            | {"HOME": str(tmp_path), "PYTHONPATH": str(repository), "TZ": "UTC"},
        )

    return run


@pytest.mark.slow
def test_submit_prints_the_address_of_the_run(
    newsdesk: Newsdesk, server: Server
) -> None:
    done = newsdesk("submit", "--pipeline", "pipeline.yaml", "--param", "epochs=2")
    (run,) = server.of("runs")
    assert done.stdout == f"run      {server.host}/#/runs/details/{run.run_id}\n"
    assert (done.returncode, done.stderr) == (0, "")
    assert run.runtime_config.parameters == {"epochs": 2}


@pytest.mark.slow
def test_submit_warns_of_an_argo_that_retries_no_failed_container(
    newsdesk: Newsdesk, server: Server
) -> None:
    newsdesk("submit", "--pipeline", "pipeline.yaml")
    (run,) = server.of("runs")
    defaults = {"templateDefaults": STOCK_2_17}
    server.workflows[run.run_id] = json.dumps({"spec": defaults})
    done = newsdesk("submit", "--pipeline", "pipeline.yaml")
    assert done.returncode == 0
    assert done.stderr.startswith("note Argo on this cluster retries no container")


@pytest.mark.slow
def test_submit_waits_and_ends_as_the_run_does(
    newsdesk: Newsdesk, server: Server
) -> None:
    server.changes["runs"] = lambda run: server.end(run, "FAILED", "out of memory")
    done = newsdesk("submit", "--pipeline", "pipeline.yaml", "--wait")
    assert done.returncode == 1
    assert re.fullmatch(r"error run [-\w]+: failed: out of memory\n", done.stderr)


@pytest.mark.slow
def test_an_interval_is_submitted_as_it_is_named(
    newsdesk: Newsdesk, server: Server
) -> None:
    given = "2026-12-01T03:00:00+01:00/2026-12-02T03:00:00+01:00"
    newsdesk("submit", "--pipeline", "pipeline.yaml", "--interval", given)
    (run,) = server.of("runs")
    assert run.runtime_config.parameters == {
        "interval": "2026-12-01T02:00:00Z/2026-12-02T02:00:00Z"
    }


@pytest.mark.slow
def test_a_schedule_from_its_making_to_its_end(
    newsdesk: Newsdesk, server: Server
) -> None:
    done = newsdesk("schedule", "apply", "--pipeline", "pipeline.yaml")
    (made,) = server.of("recurringruns")
    assert done.stdout == f"created    {made.recurring_run_id}: enabled\n"
    assert newsdesk("schedule", "pause").stdout == "paused\n"
    assert made.mode == "DISABLE"
    said = newsdesk("schedule", "status").stdout.splitlines()
    assert said == [
        "success    -",
        "failure    -",
        "running    -",
        "next due   - (paused)",
    ]
    assert newsdesk("schedule", "resume").stdout == "resumed\n"
    assert made.mode == "ENABLE"
    assert newsdesk("schedule", "delete").stdout == "deleted\n"
    done = newsdesk("schedule", "status")
    assert (done.returncode, done.stderr) == (
        1,
        "error the cluster has no schedule; `newsdesk schedule apply` makes it\n",
    )


@pytest.mark.slow
def test_status_fails_when_two_intervals_had_no_success(
    newsdesk: Newsdesk, server: Server
) -> None:
    newsdesk("schedule", "apply", "--pipeline", "pipeline.yaml")
    (made,) = server.of("recurringruns")
    made.created_at -= timedelta(days=2)
    at_three = made.created_at.replace(hour=3, minute=0, second=0, microsecond=0)
    run = server.begin(made, at_three)
    server.end(run, "FAILED")
    done = newsdesk("schedule", "status")
    assert done.returncode == 1
    said = done.stdout.splitlines()
    assert said[1].endswith(f"UTC run {run.run_id}")
    assert re.fullmatch(
        r"problem    no success at all: \d intervals have ended", said[-1]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["submit", "--pipeline", "gone.yaml"], "gone.yaml: cannot be read: No such"),
        (
            ["submit", "--pipeline", "pipeline.yaml", "--param", "x"],
            "--param x: is not",
        ),
        (
            ["submit", "--pipeline", "pipeline.yaml", "--param", "epoch=1"],
            "the pipeline takes no parameter epoch",
        ),
        (
            ["submit", "--pipeline", "pipeline.yaml", "--interval", "today"],
            "interval 'today': is not START/END",
        ),
    ],
)
def test_wrong_usage_is_one_sentence(
    newsdesk: Newsdesk, server: Server, words: list[str], error: str
) -> None:
    done = newsdesk(*words)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error {error}")
    assert done.stderr.count("\n") == 1
    assert server.requests == []
