"""Exit codes and webhook bodies in the guide's table of ends match the code."""

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kubeflow import notified
from kubeflow import outcome as outcomes
from kubeflow.cluster import ends, submit
from kubeflow.intervals.ledger import Ledger
from kubeflow.intervals.reports import Reports
from kubeflow.outcome import Outcome
from newsdesk.config.sections import Config
from newsdesk.errors import GateError, IntervalTaken, NewsdeskError
from tests.kubeflow.conftest import NOON
from tests.kubeflow.test_guide import GUIDE
from tests.support.kfp.server import Server
from tests.support.kfp.workflows import failed, workflow

INTERVALS = [f"2026-11-{n}T03:00:00Z/2026-11-{n + 1}T03:00:00Z" for n in (22, 23)]
PUSHED = Outcome(state="pushed", pushed="s3://models/news/17")
UNCHANGED = Outcome(state="unchanged", pushed="s3://models/news/16")
REFUSED = Outcome(
    state="not good enough",
    exit_code=3,
    refusals=["accuracy 0.4000 is below evaluation.min_accuracy 0.5, on 200 rows"],
)


class Row(NamedTuple):
    """A row of the table: one way in which a run can end."""

    state: str
    code: int
    webhook: str

    def body(self) -> dict[str, Any]:
        """The body that the webhook gets from this run or from the next one."""
        (found,) = re.findall(r"`(\{.*\})`", self.webhook)
        return dict(json.loads(found))


class Node(NamedTuple):
    """A node that failed, and the error that it raised."""

    name: str
    error: NewsdeskError


def _rows() -> dict[str, Row]:
    text = GUIDE.read_text().partition("### How a run ends")[2].partition("\n#")[0]
    lines = re.findall(r"^\| (.*) \|$", text, re.M)[1:]
    cells = [line.split(" | ") for line in lines]
    return {end: Row(state, int(code), told) for end, state, code, told in cells}


ROWS = _rows()
ENDS: dict[str, Outcome | Node | None] = {
    "pushed": PUSHED,
    "unchanged": UNCHANGED,
    "withdrawn: a rollback gave this model up": Outcome(state="withdrawn"),
    "not good enough": REFUSED,
    "stopped by a gate": Node("DataGate", GateError("12 % duplicates")),
    "taken interval": Node("TextExampleGen", IntervalTaken("was done by run 1")),
    "failed node": Node("Trainer", NewsdeskError("the disk is full")),
    "terminated": None,
}


def _said(end: Outcome | Node) -> Outcome:
    """The outcome that a node of the run wrote."""
    if isinstance(end, Outcome):
        return end
    return outcomes.of_error(end.name, end.error, str(end.error), end.error.exit_code)


def test_the_table_has_every_end() -> None:
    assert ROWS.keys() == ENDS.keys()


@pytest.mark.parametrize("end", ENDS)
def test_submit_exits_with_the_code_of_the_table(
    client: Any, config: Config, server: Server, spec: str, end: str
) -> None:
    started = submit.start(client, config, submit.upload(client, config, spec), {})
    run, given = server.entries["runs"][started.run_id], ENDS[end]
    if given is None:
        client.terminate_run(run.run_id)
        server.end(run, "FAILED", workflow({"trainer": ("Failed", "")}))
    elif isinstance(given, Outcome):
        server.end(run, "SUCCEEDED", log=given.line())
    else:
        message = failed(outcomes.marked(_said(given)))
        server.end(run, "FAILED", workflow({"trainer": ("Failed", message)}))
    found = ends.outcome(client, client.get_run(run.run_id))
    assert (run.state, int(found.exit_code)) == (ROWS[end].state, ROWS[end].code)


@pytest.mark.parametrize("end", ENDS)
def test_the_webhook_gets_the_body(
    posted: list[dict[str, Any]],
    asked: Callable[..., argparse.Namespace],
    tmp_path: Path,
    end: str,
) -> None:
    destination, given, row = str(tmp_path / "models"), ENDS[end], ROWS[end]
    Ledger(destination).claim(INTERVALS[0], None, "RUN", NOON)
    if given is not None:
        Reports(destination).write("RUN", _said(given))
        status = {"state": row.state}
        notified.notify(asked(status, run="RUN", interval=INTERVALS[0]))
    asks = "`on_success`" in row.webhook
    assert bool(posted) == (not asks and not row.webhook.startswith("nothing"))
    if given is None:
        Ledger(destination).claim(INTERVALS[1], None, "next", NOON)
        notified.notify(
            asked({"state": "SUCCEEDED"}, run="next", interval=INTERVALS[1])
        )
    elif asks:
        notified.notify(asked({"state": row.state}, "--on-success", run="RUN"))
    if row.webhook == "nothing":
        assert posted == []
    else:
        assert posted[-1].items() >= row.body().items()
        assert {"text", "pipeline", "run", "label", "interval"} <= posted[-1].keys()
