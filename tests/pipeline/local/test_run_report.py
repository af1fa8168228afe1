"""Every run gets its report, and no report changes the result of a run."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import tomlkit

from components.reporter import files, verdict
from newsdesk.config.sections import Config
from newsdesk.errors import ExitCode
from newsdesk.identity.recipe import Recipe
from newsdesk.report.content import Content, DoubtfulLabel, LabelCheck
from newsdesk.states import NodeState, RunState
from pipeline.local import report_facts, run_files, run_report
from pipeline.local.history import Node, RunFolder, Summary

SECRET = "https://hooks.example/T0-very-secret"


@pytest.fixture
def folder(make_config: Callable[..., Config], tmp_path: Path) -> RunFolder:
    """The folder of a run whose webhook has a secret address."""
    output = {"root": str(tmp_path), "notify": {"url": SECRET}}
    return RunFolder.create(make_config(output=output))


def _summary(folder: RunFolder, **values: Any) -> Summary:
    started = values.pop("started", "2025-01-01T00:00:00Z")
    return Summary(
        run=folder.path.name, pipeline="desks", started=started, data="d", **values
    )


def test_a_run_that_a_gate_stopped_gets_its_page(
    folder: RunFolder, tmp_path: Path
) -> None:
    summary = _summary(
        folder,
        state=RunState.STOPPED,
        exit_code=ExitCode.STOPPED_BY_GATE,
        error="rows.csv: too many <duplicates>",
        nodes=[Node(name="DataGate", state=NodeState.FAILED, seconds=2.5)],
    )
    assert run_report.write(tmp_path, summary, "correct the data") is None
    page = (folder.path / files.PAGE).read_text()
    assert "too many &lt;duplicates&gt;" in page and "correct the data" in page
    assert (
        "DataGate" in (folder.path / files.MARKDOWN).read_text() or "DataGate" in page
    )
    found = files.read(folder.path)
    assert found.verdict.state is RunState.STOPPED
    assert found.nodes[0].seconds == 2.5


def test_the_page_shows_the_start_in_utc(folder: RunFolder, tmp_path: Path) -> None:
    summary = _summary(
        folder, state=RunState.FAILED, started="2025-01-01T01:30:00+05:30"
    )
    assert run_report.write(tmp_path, summary) is None
    assert "2024-12-31 20:00 UTC" in (folder.path / files.PAGE).read_text()


def test_the_address_of_the_webhook_is_not_in_the_report(
    folder: RunFolder, tmp_path: Path
) -> None:
    assert SECRET in (folder.path / "config.toml").read_text()
    run_report.write(tmp_path, _summary(folder, state=RunState.FAILED))
    for file in folder.path.glob("report.*"):
        assert SECRET not in file.read_text()
    assert SECRET not in (folder.path / files.METRICS).read_text()
    assert "(hidden)" in files.read(folder.path).configuration


def test_what_the_reporter_wrote_is_completed_with_what_the_runner_knows(
    folder: RunFolder, tmp_path: Path
) -> None:
    written = tmp_path / "artifacts" / "Reporter" / "report" / "12"
    written.mkdir(parents=True)
    doubt = DoubtfulLabel(
        split="test", text="Oil", label="Sports", suggested="Business", doubt=0.9
    )
    content = Content(
        pipeline="desks",
        run="unknown",
        verdict=verdict.of(RunState.PUSHED, version="7"),
        tested_rows=237,
        label_check=LabelCheck(rows=1, doubted=1, most_doubted=[doubt]),
    )
    (written / files.METRICS).write_text(content.model_dump_json())
    facts = report_facts.Facts()
    facts.add_recipe(Recipe("recipe", "code", {"tfx": "1"}), "data")
    facts.add_outputs(
        tmp_path, "Reporter", {"report": SimpleNamespace(uri=str(written))}
    )
    facts.write(folder.path)
    summary = _summary(folder, state=RunState.PUSHED, pushed="/serving/7")
    assert run_report.write(tmp_path, summary) is None
    found = files.read(folder.path)
    assert (found.tested_rows, found.run) == (237, folder.path.name)
    assert found.digests["code"] == "code" and found.versions == {"tfx": "1"}
    # The data of the run no longer exist, so the row has no place.
    assert "test,Sports,Business" in (folder.path / files.DOUBTFUL).read_text()


def test_a_damaged_file_of_the_reporter_counts_as_absent(
    folder: RunFolder, tmp_path: Path
) -> None:
    written = tmp_path / "artifacts" / "Reporter" / "report" / "12"
    written.mkdir(parents=True)
    (written / files.METRICS).symlink_to(tmp_path / "another")
    facts = report_facts.Facts(outputs={"report": str(written.relative_to(tmp_path))})
    facts.write(folder.path)
    assert run_report.write(tmp_path, _summary(folder, state=RunState.PUSHED)) is None
    assert (folder.path / files.PAGE).is_file()


def test_a_report_that_cannot_be_written_is_one_sentence(
    folder: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsdesk.report.page.html", lambda _: 1 / 0)
    said = run_report.write(tmp_path, _summary(folder, state=RunState.PUSHED))
    assert said == "the report cannot be written: division by zero"


def test_facts_of_an_older_or_damaged_run_are_empty(tmp_path: Path) -> None:
    assert report_facts.read(tmp_path) == report_facts.Facts()
    (tmp_path / report_facts.FILE).write_text(json.dumps({"outputs": 3}))
    assert report_facts.read(tmp_path) == report_facts.Facts()


def test_a_full_disk_does_not_stop_a_run_at_its_facts(tmp_path: Path) -> None:
    report_facts.Facts().write(tmp_path / "gone")


def test_the_page_has_the_limits_of_the_run(folder: RunFolder, tmp_path: Path) -> None:
    config = folder.path / "config.toml"
    text = config.read_text()
    assert "min_accuracy = 0.5" in text
    config.write_text(text.replace("min_accuracy = 0.5", "min_accuracy = 0.75"))
    run_report.write(tmp_path, _summary(folder, state=RunState.PUSHED))
    limits = files.read(folder.path).limits
    assert limits is not None
    assert (limits.accuracy, limits.macro_f1, limits.drop) == (0.75, None, 0.01)


def test_the_page_has_no_paths_of_the_machine(
    folder: RunFolder, tmp_path: Path
) -> None:
    config = folder.path / "config.toml"
    data = tomlkit.parse(config.read_text()).unwrap()["data"]["path"]
    text = config.read_text().replace(f'"{data}"', '"/home/ann/news/rows.csv"')
    config.write_text(text)
    summary = _summary(
        folder,
        state=RunState.FAILED,
        error=f"/home/ann/news/rows.csv:3: bad; see {tmp_path}/runs/log.txt",
    )
    command = f"newsdesk report --root {tmp_path}"
    assert run_report.write(tmp_path, summary, command=command) is None
    found = files.read(folder.path)
    assert "…/rows.csv:3: bad; see runs/log.txt" in found.verdict.sentence
    assert found.verdict.next_command == command
    page = (folder.path / files.PAGE).read_text().replace(command, "")
    assert "/home/ann" not in page and str(tmp_path) not in page


def test_folders_that_a_later_run_has_written_again_are_gone(tmp_path: Path) -> None:
    model = tmp_path / "artifacts" / "Trainer" / "model" / "5"
    model.mkdir(parents=True)
    runs = [tmp_path / "runs" / f"r00000{number}-x" for number in (1, 2, 3)]
    written = []
    for run, is_made in zip(runs, (True, False, True), strict=True):
        run.mkdir(parents=True)
        facts = report_facts.Facts()
        artifacts = {"model": SimpleNamespace(uri=str(model))}
        facts.add_outputs(tmp_path, "Trainer", artifacts, is_made)
        written.append(facts)
    written[0].write(runs[0])
    written[1].write(runs[1])
    # The second run has used the model of the first one from the cache.
    assert report_facts.read(runs[0]).found(tmp_path, runs[0].name).model == model
    written[2].write(runs[2])
    for run in runs[:2]:
        assert report_facts.read(run).found(tmp_path, run.name).model is None
    assert report_facts.read(runs[2]).found(tmp_path, runs[2].name).model == model


def test_a_result_is_kept_with_its_seconds(
    folder: RunFolder, make_config: Callable[..., Config], tmp_path: Path
) -> None:
    from pipeline.interrupt import Signals
    from pipeline.local.runner import LocalRun

    config = make_config(output={"root": str(tmp_path)})
    summary = _summary(folder, pushed="/serving/7")
    run = LocalRun(config, SimpleNamespace(), summary, Signals(), "")
    run.watch = SimpleNamespace(seconds=12.34)
    run._keep_result()
    assert Summary.model_validate(run_files.read(run.folder.path / "summary.json")) == (
        summary.model_copy(update={"seconds": 12.3})
    )
