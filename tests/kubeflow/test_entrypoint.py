"""Tests the container of a node: outputs, output file, exit code and last line."""

import csv
import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import s3fs

from kubeflow import entrypoint
from kubeflow.compile import compiler as compiling
from kubeflow.intervals.ledger import Ledger
from kubeflow.intervals.reports import Reports
from kubeflow.outcome import in_log, in_message
from newsdesk.config.load import load
from newsdesk.errors import ExitCode, GateError
from newsdesk.evaluation.decision import Decision
from newsdesk.report.content import Content
from tests.kubeflow.cluster_run import Cluster, TaskFailed
from tests.kubeflow.object_stores import Bucket, buckets
from tests.support import lengths_model, model
from tests.support.kfp.workflows import failed

pytestmark = pytest.mark.slow
SAMPLE = Path(str(resources.files("pipeline.configs"))) / "sample.toml"
ROWS = Path(str(resources.files("pipeline.sample"))) / "sample.csv"
RUN = "2f0c0d8e-5a43-4c1b-9d55-0b6a3e0f7c11"
INTERVAL = "2026-11-23T03:00:00Z/2026-11-24T03:00:00Z"


def _write(file: Path, rows: int = 200, bad: int = 0) -> str:
    """Writes rows of the sample, followed by bad rows."""
    with ROWS.open(newline="") as stream:
        lines = list(csv.reader(stream))[: rows + 1]
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="") as stream:
        csv.writer(stream).writerows(
            [*lines, *([f"bad {n}", "nonsense"] for n in range(bad))]
        )
    return str(file)


def _compiled(folder: Path, *changes: str) -> str:
    """Compiles the sample, with models and ledger in a folder."""
    models = folder / "models"
    settings = (
        "kubeflow.image=newsdesk",
        f"push.destination={models}",
        f'kubeflow.volumes={{"{models}" = "claim"}}',
    )
    return compiling.compile(load(SAMPLE, [*settings, *changes]))


def _in_process(_: str, command: list[str], __: dict[str, str]) -> int:
    return entrypoint.run(command[3:])


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Cluster]:
    """Starts runs of the compiled sample, by their ids; containers are functions."""

    def started(run: str = "run-1", *changes: str) -> Cluster:
        return Cluster.of(
            _compiled(tmp_path, *changes),
            root=str(tmp_path / "artifacts"),
            run_container=_in_process,
            scratch=tmp_path / "said" / run,
            run_id=run,
        )

    return started


def _examples(cluster: Cluster) -> dict[str, Any]:
    """Runs the first node; gives the metadata of its examples."""
    found: dict[str, Any] = cluster.outputs["text-example-gen"]["examples"]
    return found["artifacts"][0]  # type: ignore[no-any-return]


def _rows_in(cluster: Cluster) -> int:
    folder = cluster.address("text-example-gen", "quarantine")
    said = json.loads(Path(folder, "summary.json").read_text())
    return int(said["rows_in"])


def test_the_first_node_writes_artifacts_and_the_output_file(
    start: Callable[..., Cluster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    cluster = start()
    file = _write(tmp_path / "rows.csv")
    cluster.launch("text-example-gen", {"data_path": file})
    said = _examples(cluster)
    assert said["uri"] == cluster.address("text-example-gen", "examples")
    assert {one.name for one in Path(said["uri"]).glob("Split-*/*")}
    assert json.loads(said["metadata"]["split_names"]) == ["train", "eval", "test"]
    assert said["metadata"]["content"]
    assert _rows_in(cluster) == 200
    assert not list(temporary.glob("newsdesk-*"))


def test_an_inlined_schema_becomes_a_file(
    start: Callable[..., Cluster], tmp_path: Path, repository: Path
) -> None:
    schema = tmp_path / "schema.pbtxt"
    schema.write_text((repository / "schemas" / "sample.pbtxt").read_text())
    slices = 'data.slice_columns=["source"]'
    cluster = start("run-1", f"data.schema_file={schema}", slices)
    schema.unlink()
    cluster.launch("import-schema-gen", {})
    written = Path(cluster.address("import-schema-gen", "schema"), "schema.pbtxt")
    assert "int_domain" in written.read_text()
    # A slice column that the schema does not describe.
    assert 'name: "source"' in written.read_text()


@pytest.mark.parametrize(
    ("path", "code", "last"),
    [
        ("{tmp}/none.csv", ExitCode.FAILED, "no such file; check data.path"),
        ("https://x/rows.csv", ExitCode.WRONG_USAGE, "must be a local path"),
        ("package:pipeline/x.csv", ExitCode.WRONG_USAGE, "build the image again"),
    ],
)
def test_the_last_line_names_the_error(
    start: Callable[..., Cluster],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    path: str,
    code: ExitCode,
    last: str,
) -> None:
    with pytest.raises(TaskFailed, match=f"ended with {int(code)}$"):
        start().launch("text-example-gen", {"data_path": path.format(tmp=tmp_path)})
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert line.startswith("TextExampleGen: ")
    assert last in line


def test_a_gate_has_its_own_exit_code(
    start: Callable[..., Cluster], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster = start()
    file = _write(tmp_path / "rows.csv", rows=90, bad=10)
    with pytest.raises(TaskFailed, match=f"ended with {int(ExitCode.STOPPED_BY_GATE)}"):
        cluster.launch("text-example-gen", {"data_path": file})
    assert not Path(cluster.output_file("text-example-gen")).exists()
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert "10 of 100 rows cannot be used" in line
    # A report in a run folder would be lost with the container.
    assert "/run/" not in line and line.endswith("to continue without them.")


def test_a_failure_is_reported_to_argo_and_to_the_webhook(
    start: Callable[..., Cluster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Kubernetes creates the file before the container starts.
    file = tmp_path / "termination-log"
    file.touch()
    monkeypatch.setattr(entrypoint, "TERMINATION_LOG", file)
    rows = _write(tmp_path / "rows.csv", rows=90, bad=10)
    with pytest.raises(TaskFailed):
        start(RUN).launch("text-example-gen", {"data_path": rows})
    assert file.read_text().endswith(" [stopped, exit code 4]")
    found = Reports(str(tmp_path / "models")).outcome(RUN)
    assert found and (found.state, found.exit_code) == ("stopped", 4)
    assert found.node == "TextExampleGen" and found.error
    assert in_message("TextExampleGen", failed(file.read_text())) == found


def test_without_a_termination_log_the_last_line_is_still_printed(
    start: Callable[..., Cluster], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing = tmp_path / "none"
    monkeypatch.setattr(entrypoint, "TERMINATION_LOG", missing)
    with pytest.raises(TaskFailed):
        start().launch("text-example-gen", {"data_path": "/none.csv"})
    assert not missing.exists()


def _give_inputs(cluster: Cluster, task: str, folder: Path) -> None:
    """Makes empty artifacts of what a task reads."""
    inputs = cluster.spec["root"]["dag"]["tasks"][task]["inputs"]["artifacts"]
    for name, one in inputs.items():
        source = one["taskOutputArtifact"]
        made = {"name": name, "uri": str(folder / name), "metadata": {}}
        outputs = cluster.outputs.setdefault(source["producerTask"], {})
        outputs[source["outputArtifactKey"]] = {"artifacts": [made]}


def test_a_node_fills_what_the_pages_of_pipelines_show(
    start: Callable[..., Cluster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix = {"rows": [{"row": [1.0, 0.0]}]}
    monkeypatch.setattr("components.predictions.Executor.Do", lambda *_: None)
    monkeypatch.setattr(
        "kubeflow.container.result_pages.confusion_matrix", lambda *_: matrix
    )
    cluster = start()
    _give_inputs(cluster, "predictions", tmp_path)
    cluster.launch("predictions", {})
    told = json.loads(Path(cluster.output_file("predictions")).read_text())["artifacts"]
    (shown,) = told["confusion_matrix"]["artifacts"]
    assert shown["metadata"] == {"confusionMatrix": matrix}


@pytest.mark.parametrize("fails", [False, True])
def test_a_pusher_that_pushes_nothing_reports_it_and_finishes_its_interval(
    start: Callable[..., Cluster],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fails: bool,
) -> None:
    monkeypatch.setattr("components.publisher.executor.Executor.Do", lambda *_: None)
    refused = Decision(metrics={}, refusals=["loss is 9"])
    monkeypatch.setattr("newsdesk.evaluation.decision.read", lambda _: refused)
    cluster = start(RUN, f"kubeflow.fail_when_not_pushed={str(fails).lower()}")
    _give_inputs(cluster, "pusher", tmp_path)
    ledger = Ledger(str(tmp_path / "models"))
    ledger.claim(INTERVAL, None, RUN, datetime.now(timezone.utc))
    if fails:
        with pytest.raises(TaskFailed, match="ended with 3$"):
            cluster.launch("pusher", {})
    else:
        cluster.launch("pusher", {})
    said = capsys.readouterr().err
    outcome = in_log(said)
    assert outcome and (outcome.state, outcome.exit_code) == ("not good enough", 3)
    assert outcome == Reports(str(tmp_path / "models")).outcome(RUN)
    assert ("Pusher: nothing was pushed: loss is 9" in said) == fails
    told = json.loads(Path(cluster.output_file("pusher")).read_text())
    (model,) = told["artifacts"]["pushed_model"]["artifacts"]
    assert model["metadata"]["run_state"] == "not good enough"
    assert model["metadata"]["refusals"] == '["loss is 9"]'
    # The interval is done, because the same rows would give the same result.
    assert ledger.done() == {"20261124T030000Z"}


def test_a_reporter_that_fails_does_not_fail_the_run(
    start: Callable[..., Cluster],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("components.reporter.executor.Executor.Do", lambda *_: 1 / 0)
    cluster = start()
    _give_inputs(cluster, "reporter", tmp_path)
    cluster_input = cluster.executor_input("reporter", {})
    assert _in_process("", cluster.command("reporter", cluster_input), {}) == 0
    said = capsys.readouterr().err
    assert "Reporter: ZeroDivisionError" in said and "the run keeps its result" in said


def test_a_node_that_a_gate_stops_leaves_what_it_had_for_the_last_task(
    start: Callable[..., Cluster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise GateError("too many duplicates")

    seen: list[Any] = []

    def collect(outputs: Any, about: Any, verdict: Any) -> Content:
        seen.append(outputs)
        return Content(pipeline="", run="", verdict=verdict, tested_rows=7)

    monkeypatch.setattr("components.data_gate.Executor.Do", refuse)
    monkeypatch.setattr("kubeflow.container.failed_report.collect", collect)
    secret = 'kubeflow.secrets={"WEBHOOK" = {name = "webhook", key = "url"}}'
    cluster = start(RUN, 'output.notify={url = "env:WEBHOOK"}', secret)
    # The graph is in a task of its own, beside the last task.
    graph = cluster.spec["components"]["comp-nodes"]["dag"]
    cluster.spec = {**cluster.spec, "root": {**cluster.spec["root"], "dag": graph}}
    _give_inputs(cluster, "data-gate", tmp_path)
    with pytest.raises(TaskFailed, match="ended with 4$"):
        cluster.launch("data-gate", {})
    assert seen[0].statistics == tmp_path / "texts"
    found = Reports(str(tmp_path / "models")).content(RUN)
    assert found and Content.model_validate_json(found).tested_rows == 7


def test_an_interval_is_trained_on_once(
    start: Callable[..., Cluster], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"data_path": _write(tmp_path / "rows.csv"), "interval": INTERVAL}
    first = start("run-1")
    first.launch("text-example-gen", given)
    # A retried node keeps its interval.
    first.launch("text-example-gen", given)
    files = tmp_path / "models" / ".intervals"
    assert (files / "20261124T030000Z.begun").read_text() == "run-1"
    (files / "20261124T030000Z.done").write_text("run-1")
    second = start("run-2")
    with pytest.raises(TaskFailed, match=f"ended with {int(ExitCode.LOCKED)}"):
        second.launch("text-example-gen", given)
    assert "was done by run run-1" in capsys.readouterr().err.splitlines()[-1]
    # Only the first node claims the interval, so later nodes do not stop a run.
    second.launch("import-schema-gen", given)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A bucket of an object store."""
    with buckets(monkeypatch) as made:
        yield made


def test_the_newest_complete_span_of_an_object_store_is_read(
    start: Callable[..., Cluster], tmp_path: Path, bucket: Bucket
) -> None:
    for span, rows, marker in (("9", 100, True), ("10", 150, True), ("11", 60, False)):
        bucket.put(f"in/{span}/a.csv", Path(_write(tmp_path / "a.csv", rows)))
        bucket.put(f"in/{span}/", b"")
        if marker:
            bucket.put(f"in/{span}/_SUCCESS", b"")
    cluster = start("run-1", "data.span_marker=_SUCCESS")
    path = f"minio://{bucket.name}/in/{{SPAN}}/*.csv"
    cluster.launch("text-example-gen", {"data_path": path})
    assert _rows_in(cluster) == 150


def test_new_rows_of_an_object_store_are_answered(
    start: Callable[..., Cluster], tmp_path: Path, bucket: Bucket
) -> None:
    lengths_model.save(tmp_path / "model", {"text_columns": ["title"]})
    model.push(tmp_path / "model", tmp_path / "models")
    bucket.put("new/a.csv", b"title\nOil\nOil prices fall\n")
    bucket.put("new/b.txt", b"not a row")
    cluster = start(
        "run-1",
        "score.path=/new/*.csv",
        f'kubeflow.addresses={{"/new" = "s3://{bucket.name}/new"}}',
        f"score.out=s3://{bucket.name}/answers/today.csv",
    )
    cluster.launch("bulk-inferrer", {})
    store = s3fs.S3FileSystem()
    assert store.cat_file(f"{bucket.name}/answers/today.csv").decode() == (
        "title,label,probability\nOil,short,0.75\nOil prices fall,long,0.75\n"
    )


def test_a_window_of_complete_spans_of_an_object_store_is_read(
    start: Callable[..., Cluster],
    tmp_path: Path,
    bucket: Bucket,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for span, rows, marker in (("8", 70, True), ("9", 100, True), ("10", 60, False)):
        bucket.put(f"in/{span}/a.csv", Path(_write(tmp_path / "a.csv", rows)))
        if marker:
            bucket.put(f"in/{span}/_SUCCESS", b"")
    path = f"minio://{bucket.name}/in/{{SPAN}}/*.csv"
    cluster = start(
        "run-1",
        "data.span_marker=_SUCCESS",
        "data.window=2",
        "data.path=/in/{SPAN}/*.csv",
        f'kubeflow.addresses={{"/in" = "minio://{bucket.name}/in"}}',
    )
    with caplog.at_level("INFO"):
        cluster.launch("text-example-gen", {"data_path": path})
    assert _rows_in(cluster) == 170
    assert "the run reads spans 8 to 9 (2)" in caplog.text
