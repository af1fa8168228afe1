"""The Reporter never fails, and a section that cannot be made leaves a gap."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.reporter import collect as collecting
from components.reporter import files, verdict
from components.reporter.outputs import Outputs
from newsdesk.errors import Interrupted
from newsdesk.report.content import Content, Data
from newsdesk.states import RunState

ABOUT = collecting.About(pipeline="desks", run="r000001", split="test")


@pytest.mark.parametrize(
    ("state", "more", "sentence"),
    [
        (
            RunState.PUSHED,
            {"version": "7"},
            "Version 7 was pushed and is in service: it is within every limit, and "
            "there was no model in service to compare it with.",
        ),
        (
            RunState.PUSHED,
            {"version": "7", "baseline": "6"},
            "Version 7 was pushed and is in service: it is within every limit, and not "
            "significantly worse than version 6, which it replaces.",
        ),
        (
            RunState.PUSHED,
            {"version": "7", "accepted": "new labels"},
            "Version 7 was pushed and is in service; the model before it was given up.",
        ),
        (
            RunState.NOT_GOOD_ENOUGH,
            {"baseline": "6", "refusals": ["loss is 9", "recall is 0"]},
            "Nothing was pushed: loss is 9 (and 1 more); version 6 stays in service.",
        ),
        (
            RunState.STOPPED,
            {"error": "too few rows"},
            "Nothing was pushed, because a check stopped the run: too few rows",
        ),
        (
            RunState.UNCHANGED,
            {"version": "7"},
            "Nothing was pushed, because this model is already in service as version "
            "7.",
        ),
    ],
)
def test_the_verdict_is_one_sentence(
    state: RunState, more: dict[str, Any], sentence: str
) -> None:
    assert verdict.of(state, **more).sentence == sentence


def test_every_state_has_a_sentence() -> None:
    for state in RunState:
        assert verdict.of(state, version="7", error="why").sentence


def test_a_file_name_that_is_not_utf_8_can_be_written_as_json() -> None:
    found = verdict.of(RunState.FAILED, error="\udcff.csv: bad")
    assert "\\xff.csv" in found.model_dump_json().replace("\\\\", "\\")


@pytest.fixture
def broken_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """The data section cannot be made."""
    monkeypatch.setattr(collecting, "_data", lambda *_: 1 / 0)


@pytest.mark.usefixtures("broken_data")
def test_a_section_that_cannot_be_made_is_left_out_with_its_reason(
    tmp_path: Path,
) -> None:
    found = collecting.collect(Outputs(), ABOUT, verdict.of(RunState.FAILED))
    assert (found.data, found.learning) == (None, None)
    assert found.left_out == ["data: division by zero"]


def test_a_request_to_stop_ends_the_collection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(*_: object) -> None:
        raise Interrupted("stopped on request")

    monkeypatch.setattr(collecting, "_data", stop)
    with pytest.raises(Interrupted):
        collecting.collect(Outputs(), ABOUT, verdict.of(RunState.FAILED))


def test_the_figures_survive_a_page_that_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsdesk.report.page.html", lambda _: 1 / 0)
    content = Content(
        pipeline="desks",
        run="r",
        verdict=verdict.of(RunState.PUSHED, version="7"),
        data=Data(rows_in=3),
    )
    with pytest.raises(ZeroDivisionError):
        files.write(content, tmp_path)
    assert files.read(tmp_path) == content


@pytest.mark.slow
def test_the_node_reports_what_the_push_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = _done(
        tmp_path,
        monkeypatch,
        refusals='["loss is 9"]',
        compared_with="6",
    )
    assert not written.get_string_custom_property("problem")
    found = json.loads((Path(written.uri) / files.METRICS).read_text())
    assert found["verdict"]["state"] == "not good enough"
    assert (found["verdict"]["baseline"], found["run"]) == ("6", "r000009")
    assert "loss is 9" in (Path(written.uri) / files.PAGE).read_text()


@pytest.mark.slow
def test_the_node_reports_why_the_model_in_service_was_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _done(tmp_path, monkeypatch, outcome="pushed", accepted="new labels")
    page = (tmp_path / "report" / files.PAGE).read_text()
    assert "The model in service was given up on purpose: <bdi>new labels" in page
    assert "there was no model in service" not in page


@pytest.mark.slow
def test_the_node_does_not_fail_if_the_report_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report").write_text("in the way")
    written = _done(tmp_path, monkeypatch, outcome="pushed")
    problem = written.get_string_custom_property("problem")
    assert problem.startswith("the report cannot be written: ")


def _done(folder: Path, monkeypatch: pytest.MonkeyPatch, **properties: str) -> Any:
    """Runs the executor after a push with these properties; gives the report."""
    from tfx.types import standard_artifacts

    from components.reporter.component import Report
    from components.reporter.executor import Executor

    pushed, report = standard_artifacts.PushedModel(), Report()
    pushed.uri, report.uri = str(folder / "pushed"), str(folder / "report")
    for name, value in properties.items():
        pushed.set_string_custom_property(name, value)
    monkeypatch.setenv("NEWSDESK_RUN_FOLDER", "/runs/r000009")
    Executor().Do(
        {"pushed_model": [pushed]},
        {"report": [report]},
        {"pipeline": "desks", "split": "test"},
    )
    return report
