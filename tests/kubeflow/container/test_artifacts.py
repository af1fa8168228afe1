"""Artifacts are converted from KFP to TFX and back without a loss."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format

from kubeflow.container import artifacts, local_paths
from kubeflow.container.artifacts import Task
from newsdesk.identity.recipe import DATA_DIGEST
from newsdesk.published.in_service import ABSENT, VERSION

EXAMPLES = "tfx.types.standard_artifacts.Examples"
MODEL = "tfx.types.standard_artifacts.Model"
BLESSING = "tfx.types.standard_artifacts.ModelBlessing"
QUARANTINE = "components.text_example_gen.quarantine.Quarantine"

Reader = Callable[..., Task]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Reads an executor input whose minio:// lies below a folder of the test."""
    monkeypatch.setattr(local_paths, "ROOTS", {"minio://": f"{tmp_path}/minio/"})

    def reader(
        inputs: dict[str, tuple[str, dict[str, Any]]] | None = None,
        outputs: dict[str, str] | None = None,
        views: tuple[str, ...] = (),
        integers: tuple[str, ...] = (),
        root: str = "minio://bucket/run",
        **values: Any,
    ) -> Task:
        inputs, outputs = inputs or {}, outputs or {}

        def artifact(name: str, metadata: dict[str, Any]) -> dict[str, Any]:
            one = {
                "name": f"name/of/{name}",
                # KFP does not keep TFX's own types.
                "type": {"schemaTitle": "system.Artifact"},
                "uri": f"{root}/{name}",
                "metadata": metadata,
            }
            return {"artifacts": [one]}

        asked = {
            "inputs": {
                "parameterValues": values,
                "artifacts": {
                    name: artifact(name, metadata)
                    for name, (_, metadata) in inputs.items()
                },
            },
            "outputs": {
                "artifacts": {name: artifact(name, {}) for name in (*outputs, *views)},
                "outputFile": str(tmp_path / "said" / "output.json"),
            },
        }
        facts = {
            "inputs": {name: path for name, (path, _) in inputs.items()},
            "outputs": outputs,
            "integers": integers,
        }
        return artifacts.read(json.dumps(asked), facts)

    return reader


def _said(task: Task) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(task.output_file.read_text())["artifacts"]
    return written


def _place(folder: Path, *files: str) -> None:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).touch()


def test_types_and_properties_come_back(read: Reader, tmp_path: Path) -> None:
    # The launcher adds metadata that is not a property of the type.
    added = {"display_name": "examples", "store_session_info": "{}"}
    metadata = {"span": 7.0, "version": 2.0, "split_names": '["train", "eval"]'}
    task = read(
        {
            "examples": (EXAMPLES, {**metadata, DATA_DIGEST: "digest", **added}),
            "quarantine": (QUARANTINE, {}),
        }
    )
    (examples,) = task.inputs["examples"]
    assert f"{type(examples).__module__}.{type(examples).__qualname__}" == EXAMPLES
    assert (examples.span, examples.version) == (7, 2)
    assert examples.split_names == '["train", "eval"]'
    assert examples.get_string_custom_property(DATA_DIGEST) == "digest"
    assert examples.uri == f"{tmp_path}/minio/bucket/run/examples"
    assert type(task.inputs["quarantine"][0]).__name__ == "Quarantine"


def test_metadata_of_one_node_reaches_the_next(read: Reader) -> None:
    first = read(outputs={"examples": EXAMPLES, "model": MODEL, "blessing": BLESSING})
    examples, model, blessing = (
        first.outputs[name][0] for name in ("examples", "model", "blessing")
    )
    examples.span, examples.split_names = 5, '["train"]'
    examples.set_string_custom_property(DATA_DIGEST, "digest")
    model.set_string_custom_property(VERSION, "1795498200")
    blessing.set_int_custom_property("blessed", 1)
    first.write()
    said = {name: one["artifacts"][0]["metadata"] for name, one in _said(first).items()}

    second = read(
        {
            "examples": (EXAMPLES, said["examples"]),
            "baseline": (MODEL, said["model"]),
            "blessing": (BLESSING, said["blessing"]),
        }
    )
    (examples,) = second.inputs["examples"]
    assert (examples.span, examples.split_names) == (5, '["train"]')
    assert examples.get_string_custom_property(DATA_DIGEST) == "digest"
    (baseline,) = second.inputs["baseline"]
    assert baseline.get_string_custom_property(VERSION) == "1795498200"
    assert second.inputs["blessing"][0].get_int_custom_property("blessed") == 1
    # Later nodes need it to find the files in a model.
    assert baseline.get_string_custom_property("tfx_version")


def test_an_absent_artifact_is_not_passed_on(read: Reader) -> None:
    first = read(outputs={"model": MODEL})
    first.outputs["model"][0].set_int_custom_property(ABSENT, 1)
    first.write()
    # The launcher expects the folder even so.
    assert list(Path(first.outputs["model"][0].uri).iterdir()) == []
    metadata = _said(first)["model"]["artifacts"][0]["metadata"]
    assert read({"baseline": (MODEL, metadata)}).inputs == {"baseline": []}


def test_markers_of_folders_are_removed_and_other_empty_files_stay(
    read: Reader, tmp_path: Path
) -> None:
    folder = tmp_path / "minio" / "bucket" / "run" / "blessing"
    markers = ("...", "deep/...", "deep/er_$folder$", "blessing_$folder$")
    honest = ("BLESSED", "deep/rows.jsonl", "deep/.hidden")
    _place(folder, *markers, *honest)
    (folder / "deep" / "full_$folder$").write_text("not empty")
    read({"blessing": (BLESSING, {})})
    left = {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}
    assert left == {*honest, "deep/full_$folder$"}


def test_an_artifact_that_is_only_a_marker_becomes_an_empty_folder(
    read: Reader, tmp_path: Path
) -> None:
    _place(tmp_path / "minio" / "bucket" / "run", "model")
    (model,) = read({"model": (MODEL, {})}).inputs["model"]
    assert list(Path(model.uri).iterdir()) == []


def test_outputs_of_a_killed_attempt_are_removed(read: Reader, tmp_path: Path) -> None:
    run = tmp_path / "minio" / "bucket" / "run"
    _place(run, "model/half/written", "examples", "log")
    _place(tmp_path, "said/output.json")
    task = read(outputs={"model": MODEL, "examples": EXAMPLES}, views=("log",))
    assert not (run / "model").exists()
    assert not (run / "examples").exists()
    assert run.is_dir()
    # An old file would make an attempt that fails look like a success.
    assert not task.output_file.exists()
    # Other outputs may be open in the launcher, such as the task's log.
    assert (run / "log").is_file()


def test_the_output_file_is_complete_or_missing(
    read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = read(outputs={"model": MODEL})
    monkeypatch.setattr(Path, "replace", _killed)
    with pytest.raises(KeyboardInterrupt):
        task.write()
    assert not task.output_file.exists()


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_the_launcher_can_read_the_output_file(read: Reader) -> None:
    from kfp.pipeline_spec import pipeline_spec_pb2

    root = "minio://bucket//v2/./run"
    task = read(outputs={"model": MODEL}, views=("metrics",), root=root)
    task.show("metrics", accuracy=0.9)
    task.write()
    answer = pipeline_spec_pb2.ExecutorOutput()
    json_format.Parse(task.output_file.read_text(), answer)
    # It uploads from the address that it passed, which must come back unchanged.
    addresses = {name: one.artifacts[0].uri for name, one in answer.artifacts.items()}
    assert addresses == {"model": f"{root}/model", "metrics": f"{root}/metrics"}
    metrics = answer.artifacts["metrics"].artifacts[0].metadata
    assert json_format.MessageToDict(metrics) == {"accuracy": 0.9}


def test_whole_numbers_become_integers_again(read: Reader) -> None:
    values = {"keep": 3.0, "epochs": 2.5, "rate": 2.0, "label": "x"}
    task = read(integers=("keep", "epochs", "missing"), **values, interval=None)
    assert task.properties == values
    assert type(task.properties["keep"]) is int
    # Half an epoch must not be rounded: the validation of the section refuses it.
    assert type(task.properties["epochs"]) is float
    assert type(task.properties["rate"]) is float
