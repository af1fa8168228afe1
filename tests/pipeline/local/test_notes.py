"""Notes on the lines of nodes."""

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from newsdesk.config.sections import Config
from newsdesk.features import MODEL_CARD
from newsdesk.published.in_service import OUTCOME, VERSION, Outcome
from pipeline.local.history import Summary
from pipeline.local.notes import Notes


@pytest.fixture
def summary() -> Summary:
    """The summary of a run that has just begun."""
    now = datetime.datetime.now().astimezone()
    return Summary(run="r", pipeline="p", started=now, data="d")


@pytest.fixture
def notes(make_config: Callable[..., Config], summary: Summary) -> Notes:
    """The notes of that run, which are still empty."""
    return Notes(make_config(), summary, accepted="other labels")


def artifact(**properties: str) -> Any:
    """Makes an artifact like those of ML Metadata."""
    values = {
        key: SimpleNamespace(string_value=text) for key, text in properties.items()
    }
    return SimpleNamespace(custom_properties=values)


def test_the_first_run_has_no_baseline(notes: Notes, summary: Summary) -> None:
    assert notes.of("BaselineModel", {}) == "none yet"
    assert (summary.baseline, summary.accepted) == (None, None)


def test_the_version_in_service_is_named(notes: Notes, summary: Summary) -> None:
    model = artifact(**{VERSION: "7"})

    assert notes.of("BaselineModel", {"model": model}) == "version 7 is in service"
    assert summary.baseline == "7"


def test_a_baseline_that_is_given_up_is_named(notes: Notes, summary: Summary) -> None:
    current: Any = SimpleNamespace(version=7)
    notes.current = current

    assert notes.of("BaselineModel", {}) == "version 7 is given up: other labels"
    assert summary.accepted == "other labels"


def test_the_end_of_the_training_is_noted_and_kept(
    notes: Notes, summary: Summary, tmp_path: Path
) -> None:
    epoch = {"number": 1, "loss": 0.9, "eval_accuracy": 0.8}
    made = {"epochs": 20, "made": 7, "best": 4, "ended": "patience", "patience": 3}
    made |= {"course": [epoch]}
    extra = tmp_path / "Format-Serving" / "assets.extra"
    extra.mkdir(parents=True)
    (extra / MODEL_CARD).write_text(json.dumps({"training": made}))
    model = SimpleNamespace(uri=str(tmp_path))
    note = notes.of("Trainer", {"model": model})

    assert note.startswith("stopped after epoch 7 of 20: ")
    assert Summary.model_validate_json(summary.model_dump_json()) == summary
    kept = json.loads(summary.model_dump_json())["training"]
    assert (kept["sentence"], kept["course"]) == (note, [])


def test_a_model_without_its_training_has_no_note(
    notes: Notes, summary: Summary, tmp_path: Path
) -> None:
    assert notes.of("Trainer", {"model": SimpleNamespace(uri=str(tmp_path))}) == ""
    assert summary.training is None


@pytest.mark.parametrize(
    ("outcome", "destination", "note"),
    [
        (Outcome.PUSHED, "/serving/8", "version 8"),
        (
            Outcome.IN_SERVICE,
            "/s/7",
            "nothing pushed: this model is already in service, as /s/7",
        ),
        (Outcome.WITHDRAWN, "", "nothing pushed: this model was rolled back"),
        ("", "", "nothing pushed"),
    ],
)
def test_the_note_of_the_pusher_names_the_outcome(
    notes: Notes, summary: Summary, outcome: str, destination: str, note: str
) -> None:
    pushed = artifact(**{OUTCOME: outcome, "pushed_destination": destination})

    assert notes.of("Pusher", {"pushed_model": pushed}) == note
    assert notes.outcome == (outcome or None)
    assert summary.pushed == (destination or None)


def test_other_nodes_have_no_note(notes: Notes) -> None:
    assert notes.of("StatisticsGen", {}) == ""


@pytest.mark.parametrize(
    ("version", "baseline", "why"),
    [
        (None, None, "no model in service yet, so there is nothing to compare with"),
        (
            7,
            None,
            "the model in service is given up, so there is nothing to compare with",
        ),
        (7, "7", "version 7 has no figures to compare with"),
    ],
)
def test_the_note_of_the_gate_says_why_rules_were_skipped(
    notes: Notes,
    summary: Summary,
    tmp_path: Path,
    version: int | None,
    baseline: str | None,
    why: str,
) -> None:
    current: Any = version and SimpleNamespace(version=version)
    notes.current, summary.baseline = current, baseline
    skipped = [{"rule": "min_row_ratio"}, {"rule": "max_label_shift"}]
    (tmp_path / "verdict.json").write_text(json.dumps({"skipped": skipped}))
    outputs = {"verdict": SimpleNamespace(uri=str(tmp_path))}
    told = notes.of("DataGate", outputs)
    assert told == f"{why} (skipped: max_label_shift, min_row_ratio)"
    (tmp_path / "verdict.json").write_text(json.dumps({"skipped": []}))
    assert notes.of("DataGate", outputs) == ""
