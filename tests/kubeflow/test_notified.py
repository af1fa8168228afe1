"""The webhook gets the end of a run, and its address stays secret."""

import argparse
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from components.reporter.verdict import of
from kubeflow import notified
from kubeflow.intervals.ledger import Ledger
from kubeflow.intervals.reports import Reports
from kubeflow.outcome import Outcome
from newsdesk.errors import IntervalTaken
from newsdesk.report.content import Content, Data
from newsdesk.states import RunState
from tests.kubeflow.conftest import SECRET

FAILED = {"state": "FAILED", "error": {"code": 9, "message": "node Trainer failed"}}
INTERVAL = "2026-11-23T03:00:00Z/2026-11-24T03:00:00Z"
NOW = datetime(2026, 11, 24, 3, 1, tzinfo=timezone.utc)


def test_a_failure_is_posted(
    posted: list[dict[str, Any]], asked: Callable[..., argparse.Namespace]
) -> None:
    assert notified.notify(asked(FAILED, label="--nightly", interval=INTERVAL)) is None
    assert posted == [
        {
            "text": "desks, run --nightly: failed: node Trainer failed",
            "pipeline": "desks",
            "run": "run-1",
            "label": "--nightly",
            "interval": INTERVAL,
            "state": "failed",
            "exit_code": 1,
            "pushed": None,
            "refusals": [],
            "node": None,
            "error": "node Trainer failed",
            "silent": [],
        }
    ]


@pytest.mark.parametrize("state", ["SUCCEEDED", "COMPLETE", "CACHED"])
def test_a_success_is_posted_only_with_on_success(
    posted: list[dict[str, Any]],
    asked: Callable[..., argparse.Namespace],
    state: str,
) -> None:
    assert notified.notify(asked({"state": state})) is None
    assert posted == []
    assert notified.notify(asked({"state": state, "error": {}}, "--on-success")) is None
    assert [body["state"] for body in posted] == ["succeeded"]
    assert posted[0]["text"] == "desks, run run-1: succeeded"
    assert posted[0]["error"] is None


@pytest.mark.parametrize(
    ("status", "state"),
    [
        # The state of a run whose pod was killed before it could update the state.
        ({"state": "RUNNING"}, "failed"),
        ({"state": "CANCELED"}, "interrupted"),
        ({}, "failed"),
        ("{{$.inputs.parameters['status']}}", "failed"),
        ("null", "failed"),
    ],
)
def test_every_end_but_a_success_is_posted(
    posted: list[dict[str, Any]],
    asked: Callable[..., argparse.Namespace],
    status: Any,
    state: str,
) -> None:
    assert notified.notify(asked(status)) is None
    assert [body["state"] for body in posted] == [state]


def test_the_outcome_that_a_node_wrote_is_posted(
    posted: list[dict[str, Any]],
    asked: Callable[..., argparse.Namespace],
    tmp_path: Path,
) -> None:
    error = "the train split has 12 % duplicates"
    outcome = Outcome(state="stopped", exit_code=4, node="DataGate", error=error)
    Reports(str(tmp_path / "models")).write("run-1", outcome)
    # Pipelines gives the last task no reason, and often an outdated state.
    assert notified.notify(asked({"state": "RUNNING", "error": {}})) is None
    (body,) = posted
    assert body["text"] == f"desks, run run-1: stopped: DataGate: {error}"
    assert (body["exit_code"], body["node"]) == (4, "DataGate")


def test_a_model_that_is_not_good_enough_is_posted_like_a_failure(
    posted: list[dict[str, Any]],
    asked: Callable[..., argparse.Namespace],
    tmp_path: Path,
) -> None:
    outcome = Outcome(state="not good enough", exit_code=3, refusals=["loss is 9"])
    Reports(str(tmp_path / "models")).write("run-1", outcome)
    assert notified.notify(asked({"state": "SUCCEEDED"})) is None
    (body,) = posted
    assert body["text"] == "desks, run run-1: not good enough: loss is 9"
    assert (body["state"], body["exit_code"]) == ("not good enough", 3)


def test_a_success_is_posted_without_the_error_of_an_earlier_attempt(
    posted: list[dict[str, Any]],
    asked: Callable[..., argparse.Namespace],
    tmp_path: Path,
) -> None:
    outcome = Outcome(state="failed", exit_code=1, node="Trainer", error="lost")
    Reports(str(tmp_path / "models")).write("run-1", outcome)
    assert notified.notify(asked({"state": "SUCCEEDED"}, "--on-success")) is None
    assert [body["state"] for body in posted] == ["succeeded"]


def test_the_next_run_reports_a_terminated_run(
    posted: list[dict[str, Any]],
    asked: Callable[..., argparse.Namespace],
    tmp_path: Path,
) -> None:
    ledger = Ledger(str(tmp_path / "models"))
    for day, run in ((23, "run-1"), (24, "run-2"), (25, "run-3")):
        start, end = f"2026-11-{day}T03:00:00Z", f"2026-11-{day + 1}T03:00:00Z"
        ledger.claim(f"{start}/{end}", None, run, NOW)
    # The first run has posted its failure itself.
    notified.notify(asked(FAILED, run="run-1", interval=INTERVAL))
    ledger.finish("run-3")
    said = notified.notify(
        asked({"state": "SUCCEEDED"}, run="run-3", interval=INTERVAL)
    )
    assert said is None
    assert posted[-1]["silent"] == ["run-2"]
    assert posted[-1]["text"].endswith(
        "; the earlier run run-2 sent no notice: it was terminated, or is still running"
    )
    notified.notify(asked({"state": "SUCCEEDED"}, run="run-3", interval=INTERVAL))
    assert len(posted) == 2


def test_a_run_that_was_refused_keeps_no_terminated_one_quiet(
    posted: list[dict[str, Any]],
    asked: Callable[..., argparse.Namespace],
    tmp_path: Path,
) -> None:
    ledger = Ledger(str(tmp_path / "models"))
    later = "2026-11-24T03:00:00Z/2026-11-25T03:00:00Z"
    ledger.claim(INTERVAL, None, "terminated", NOW)
    ledger.claim(later, None, "run-2", NOW)
    ledger.finish("run-2")
    with pytest.raises(IntervalTaken):
        ledger.claim(later, None, "run-3", NOW)
    notified.notify(asked(FAILED, run="run-3", interval=later))
    assert posted == []
    notified.notify(asked({"state": "SUCCEEDED"}, run="run-2", interval=later))
    assert posted[-1]["silent"] == ["terminated"]


def test_a_run_that_was_refused_its_interval_alarms_nobody(
    posted: list[dict[str, Any]],
    asked: Callable[..., argparse.Namespace],
    tmp_path: Path,
) -> None:
    ledger = Ledger(str(tmp_path / "models"))
    ledger.claim(INTERVAL, None, "run-1", NOW)
    ledger.finish("run-1")
    with pytest.raises(Exception, match="was done by run run-1"):
        ledger.claim(INTERVAL, None, "run-2", NOW)
    said = notified.notify(asked(FAILED, run="run-2", interval=INTERVAL))
    assert said and "another run has the interval" in said
    assert posted == []
    # The run that has the interval posts its failure.
    assert notified.notify(asked(FAILED, interval=INTERVAL)) is None
    assert len(posted) == 1


def test_a_failure_is_posted_even_if_the_ledger_cannot_be_read(
    posted: list[dict[str, Any]],
    asked: Callable[..., argparse.Namespace],
    tmp_path: Path,
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / ".intervals").write_text("in the way")
    assert notified.notify(asked(FAILED, interval=INTERVAL)) is None
    assert len(posted) == 1


@pytest.mark.parametrize(
    "address", [f"http://127.0.0.1:9/{SECRET}", f"nonsense:{SECRET}", "http://[x", ""]
)
def test_an_unreachable_webhook_fails_nothing_and_stays_secret(
    asked: Callable[..., argparse.Namespace],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    address: str,
) -> None:
    monkeypatch.setattr("pipeline.notify.RETRIES", 0)
    monkeypatch.setenv("WEBHOOK", address)
    words = vars(asked(FAILED))
    given = [f"--{key}={one}" for key, one in words.items() if key != "on_success"]
    monkeypatch.setattr("sys.argv", ["notified", *given])
    notified.main()
    printed = "".join(capfd.readouterr())
    assert "output.notify: " in printed and "WEBHOOK" in printed
    assert "Traceback" not in printed
    for text in (printed, caplog.text):
        assert SECRET not in text and "127.0.0.1" not in text


def test_a_run_that_a_gate_stopped_gets_a_page(
    asked: Callable[..., argparse.Namespace], tmp_path: Path
) -> None:
    reports = Reports(str(tmp_path / "models"))
    error = "the train split has 12 % <duplicates>"
    reports.write(
        "run-1", Outcome(state="stopped", exit_code=4, node="DataGate", error=error)
    )
    found = Content(
        pipeline="", run="", verdict=of(RunState.FAILED), data=Data(rows_in=4321)
    )
    reports.write_content("run-1", found.model_dump_json())
    page = tmp_path / "artifacts" / "page"
    assert notified.write_page(asked(FAILED, page=str(page))) is None
    text = page.read_text()
    assert "12 % &lt;duplicates&gt;" in text and "4,321" in text


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome(state="pushed", pushed="s3://m/7"), {"state": "SUCCEEDED"}),
        (Outcome(state="not good enough", exit_code=3), {"state": "SUCCEEDED"}),
        (Outcome(state="interval taken", exit_code=5), FAILED),
    ],
)
def test_a_run_with_a_page_of_its_own_gets_no_second_one(
    asked: Callable[..., argparse.Namespace],
    tmp_path: Path,
    outcome: Outcome,
    status: Any,
) -> None:
    Reports(str(tmp_path / "models")).write("run-1", outcome)
    page = tmp_path / "page"
    assert notified.write_page(asked(status, page=str(page))) is None
    assert not page.exists()


def test_a_page_that_cannot_be_made_does_not_keep_the_notice_back(
    asked: Callable[..., argparse.Namespace],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("newsdesk.report.page.html", lambda _: 1 / 0)
    said = notified.write_page(asked(FAILED, page=str(tmp_path / "page")))
    assert said == "the report cannot be written: division by zero"
