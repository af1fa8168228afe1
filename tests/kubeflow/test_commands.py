"""Tests output and exit codes of `newsdesk submit`, `schedule`, `runs` and `logs`."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.newsdesk.config.test_load import GOOD
from tests.support.kfp.argo_retries import STOCK_2_17
from tests.support.kfp.server import Server
from tests.support.kfp.workflows import failed, pod_name, workflow

Newsdesk = Callable[..., "subprocess.CompletedProcess[str]"]

INTERVAL = "2026-12-01T03:00:00Z/2026-12-02T03:00:00Z"
GATE = "DataGate: x [stopped, exit code 4]"
PUSHED = 'outcome {"state":"pushed","pushed":"s3://models/news/17"}\n'
NOT_GOOD_ENOUGH = (
    'outcome {"state":"not good enough","exit_code":3,"refusals":["loss is 9"]}\n'
)
SCHEDULE = """
[kubeflow.schedule]
cron = "0 0 3 * * *"
"""


@pytest.fixture
def newsdesk(tmp_path: Path, repository: Path, server: Server, spec: str) -> Newsdesk:
    """Runs the command line in a folder with configuration and compiled pipeline."""
    server.now = datetime.now(timezone.utc)
    file = tmp_path / "newsdesk.toml"
    file.write_text(f'{GOOD}[kubeflow]\nhost = "{server.host}"\n{SCHEDULE}')
    (tmp_path / "pipeline.yaml").write_text(spec)

    def run(
        *words: str, python: tuple[str, ...] = ()
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *python, "-m", "pipeline.cli", *words],
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
def test_submit_warns_if_argo_does_not_retry_failed_containers(
    newsdesk: Newsdesk, server: Server
) -> None:
    newsdesk("submit", "--pipeline", "pipeline.yaml")
    (run,) = server.of("runs")
    defaults = {"templateDefaults": STOCK_2_17}
    server.workflows[run.run_id] = json.dumps({"spec": defaults})
    done = newsdesk("submit", "--pipeline", "pipeline.yaml")
    assert done.returncode == 0
    assert done.stderr.startswith("note Argo on this cluster does not retry containers")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("state", "workflow", "log", "code", "said"),
    [
        (
            "FAILED",
            workflow(
                {"data-gate": ("Failed", failed("DataGate: x [stopped, exit code 4]"))}
            ),
            "",
            4,
            "error run {run}: stopped: DataGate: x; its log: newsdesk logs {run} "
            "DataGate",
        ),
        ("SUCCEEDED", None, PUSHED, 0, "done     pushed s3://models/news/17"),
        (
            "SUCCEEDED",
            None,
            NOT_GOOD_ENOUGH,
            3,
            "error run {run}: not good enough: loss is 9",
        ),
    ],
)
def test_submit_waits_and_exits_with_the_code_of_run(
    newsdesk: Newsdesk,
    server: Server,
    state: str,
    workflow: Any,
    log: str,
    code: int,
    said: str,
) -> None:
    server.changes["runs"] = lambda run: server.end(run, state, workflow, log)
    done = newsdesk("submit", "--pipeline", "pipeline.yaml", "--wait")
    (run,) = server.of("runs")
    last = (done.stderr if code else done.stdout).splitlines()[-1]
    assert (done.returncode, last) == (code, said.format(run=run.run_id))


@pytest.mark.slow
def test_the_log_of_a_node_is_printed_and_a_run_is_canceled(
    newsdesk: Newsdesk, server: Server
) -> None:
    newsdesk("submit", "--pipeline", "pipeline.yaml", "--interval", INTERVAL)
    (run,) = server.of("runs")
    nodes = {"transform": ("Succeeded", ""), "trainer": ("Failed", failed("lost"))}
    nodes |= {"pusher": ("Omitted", "omitted: depends condition not met")}
    server.workflows[run.run_id] = json.dumps(workflow(nodes))
    server.logs[pod_name("trainer")] = "epoch 1\nlost\n"
    said = newsdesk("logs", run.run_id[:8]).stdout
    assert re.search(r"^Transform +succeeded +0 s$", said, re.M)
    assert re.search(r"^Trainer +failed +0 s  main: Error .*: lost$", said, re.M)
    assert said.endswith("\nepoch 1\nlost\n")
    assert newsdesk("logs", run.run_id, "trainer").stdout == "epoch 1\nlost\n"
    gone = newsdesk("logs", run.run_id, "Transform")
    assert (gone.returncode, gone.stderr.count("\n")) == (1, 1)
    assert gone.stderr.startswith("error the log of Transform no longer exists")
    skipped = newsdesk("logs", run.run_id, "Pusher")
    assert skipped.stderr.startswith("error Pusher has not run (omitted), so it has no")
    none = newsdesk("logs", run.run_id, "Tranform")
    assert "has no node Tranform; it has: " in none.stderr
    done = newsdesk("cancel", run.run_id[:8])
    assert (done.returncode, run.state) == (0, "CANCELING")
    assert done.stdout.startswith(f"canceled run {run.run_id}: its nodes stop now")
    server.end(run, "FAILED")
    again = newsdesk("cancel", run.run_id)
    assert again.stderr.endswith(" cannot be canceled: it has already ended (failed)\n")
    assert newsdesk("cancel", "0000").returncode == 1


@pytest.mark.slow
def test_runs_on_the_cluster_are_listed(newsdesk: Newsdesk, server: Server) -> None:
    assert newsdesk("runs", "--cluster").stdout.startswith("no runs on the cluster yet")
    for log in (PUSHED, NOT_GOOD_ENOUGH):
        newsdesk("submit", "--pipeline", "pipeline.yaml")
        server.end(server.of("runs")[-1], "SUCCEEDED", log=log)
    newsdesk("submit", "--pipeline", "pipeline.yaml")
    listed = newsdesk("runs", "--cluster", "--json").stdout.splitlines()
    rows = [json.loads(line) for line in listed]
    assert [row["run"] for row in rows] == [run.run_id for run in server.of("runs")]
    assert [row["state"] for row in rows] == ["pushed", "not good enough", "running"]
    assert [row.get("exit_code") for row in rows] == [0, 3, None]
    assert rows[1]["refusals"] == ["loss is 9"]
    said = newsdesk("runs", "--cluster").stdout
    assert "not good enough: loss is 9" in said


@pytest.mark.slow
@pytest.mark.parametrize("words", [["compile"], ["submit"]])
def test_a_missing_image_is_named_before_tfx_is_imported(
    newsdesk: Newsdesk, words: list[str]
) -> None:
    done = newsdesk(*words, python=("-X", "importtime"))
    assert done.returncode == 2
    assert "error kubeflow.image: is missing; name the image" in done.stderr
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert {"tfx", "tensorflow", "apache_beam"}.isdisjoint(imported)


@pytest.mark.slow
def test_a_baseline_is_given_up_for_one_run(
    newsdesk: Newsdesk, server: Server, tmp_path: Path
) -> None:
    spec = (tmp_path / "pipeline.yaml").read_text()
    (tmp_path / "pipeline.yaml").write_text(
        spec.replace("epochs:", "accept_new_baseline:")
    )
    words = ("submit", "--pipeline", "pipeline.yaml", "--accept-new-baseline")
    assert newsdesk(*words, "labels were renamed").returncode == 0
    (run,) = server.of("runs")
    assert run.runtime_config.parameters == {
        "accept_new_baseline": "labels were renamed"
    }
    assert newsdesk(*words, " ").returncode == 2


@pytest.mark.slow
def test_an_interval_is_submitted_unchanged(newsdesk: Newsdesk, server: Server) -> None:
    given = "2026-12-01T03:00:00+01:00/2026-12-02T03:00:00+01:00"
    newsdesk("submit", "--pipeline", "pipeline.yaml", "--interval", given)
    (run,) = server.of("runs")
    assert run.runtime_config.parameters == {
        "interval": "2026-12-01T02:00:00Z/2026-12-02T02:00:00Z"
    }


@pytest.mark.slow
def test_a_schedule_from_its_creation_to_its_deletion(
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
        "pushed     -",
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
        "error the cluster has no schedule; `newsdesk schedule apply` creates it\n",
    )


@pytest.mark.slow
def test_status_fails_if_two_intervals_had_no_success(
    newsdesk: Newsdesk, server: Server
) -> None:
    newsdesk("schedule", "apply", "--pipeline", "pipeline.yaml")
    (made,) = server.of("recurringruns")
    made.created_at -= timedelta(days=2)
    at_three = made.created_at.replace(hour=3, minute=0, second=0, microsecond=0)
    run = server.begin(made, at_three)
    server.end(run, "CANCELED")
    done = newsdesk("schedule", "status")
    assert done.returncode == 1
    said = done.stdout.splitlines()
    assert said[2].endswith(f"UTC run {run.run_id}, terminated")
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
            "the pipeline has no parameter epoch",
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
