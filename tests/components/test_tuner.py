"""The Tuner gives only train and eval rows to trials, and writes TFX's artifacts."""

import json
from pathlib import Path
from typing import Any

import pytest
from tfx.dsl.components.base.base_executor import BaseExecutor
from tfx.types import artifact_utils, standard_artifacts

from components.tuner import Executor
from newsdesk import tuning
from newsdesk.tuning import Trial, TrialState, Tuning

SETTINGS = {
    "model": {},
    "optimizer": {},
    "train": {},
    "tune": {"space": {"train.batch_size": {"low": 8, "high": 64}}},
}
given: dict[str, Any] = {}


def tune(**arguments: Any) -> Tuning:
    """Stands in for the trials; keeps what it was given."""
    given.update(arguments)
    trials = [
        Trial(
            number=number,
            values={"train.batch_size": size},
            state=TrialState.DONE,
            metric=figure,
        )
        for number, size, figure in ((1, 32, 0.5), (2, 16, 0.75))
    ]
    return Tuning(metric="accuracy", trials=trials)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The outputs of the node, from examples that also have a test split."""
    examples = standard_artifacts.Examples()
    examples.uri = str(tmp_path / "examples")
    examples.split_names = artifact_utils.encode_split_names(["train", "eval", "test"])
    graph = standard_artifacts.TransformGraph()
    graph.uri = str(tmp_path / "graph")
    outputs: dict[str, list[Any]] = {}
    for name, kind in (
        ("best_hyperparameters", standard_artifacts.HyperParameters),
        ("tuner_results", standard_artifacts.TunerResults),
    ):
        outputs[name] = [kind()]
        outputs[name][0].uri = str(tmp_path / name)
    properties = {
        "tune_fn": f"{__name__}.tune",
        "custom_config": json.dumps(SETTINGS),
    }
    context = BaseExecutor.Context(tmp_dir=str(tmp_path / "tmp"), unique_id="1")
    inputs = {"examples": [examples], "transform_graph": [graph]}
    Executor(context).Do(inputs, outputs, properties)
    return tmp_path


def test_trials_never_see_test_rows(written: Path) -> None:
    folder = written / "examples"
    assert given["train_files"] == [f"{folder}/Split-train/*"]
    assert given["eval_files"] == [f"{folder}/Split-eval/*"]
    assert given["transform_graph_path"] == str(written / "graph")
    assert given["custom_config"] == SETTINGS
    assert "test" not in str({key: given[key] for key in given}.values()).replace(
        str(written), ""
    )


def test_the_trainer_gets_the_only_file_of_best_values(written: Path) -> None:
    (file,) = (written / "best_hyperparameters").iterdir()
    assert file.name == "best_hyperparameters.txt"
    found = json.loads(file.read_text())
    assert found["values"] == {"train.batch_size": 16}
    assert found["space"][0]["class_name"] == "Int"


def test_all_trials_are_kept(written: Path) -> None:
    folder = written / "tuner_results"
    assert tuning.read(folder).tuned().best == 2
    records = json.loads((folder / "tuner_results.json").read_text())
    assert [record["score"] for record in records] == [0.5, 0.75]
