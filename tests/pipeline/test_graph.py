"""The cache key of a node changes with the code that it runs, and no other code."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from newsdesk.config.sections import Config
from newsdesk.identity.recipe import recipe
from newsdesk.nodes import NODES
from pipeline.graph import create_pipeline
from pipeline.local.notes import NOTES

pytestmark = pytest.mark.slow


def fingerprints(config: Config) -> dict[str, str]:
    """Maps each node to the fingerprint in its parameters, if it has one."""
    found = {}
    for node in create_pipeline(config).components:
        values = dict(node.exec_properties)
        custom: Any = json.loads(values.get("custom_config") or "{}")
        settings: Any = json.loads(values.get("settings") or "{}")
        found[node.id] = str(
            [one.get("fingerprint") for one in (values, custom, settings)]
        )
    return found


@pytest.fixture
def rerun_by(
    make_config: Callable[..., Config],
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str], set[str]]:
    """Adds a line to a file, and names the nodes whose cache key changes."""
    schema = repository / "schemas" / "ag_news.pbtxt"
    config = make_config(data={"schema_file": str(schema)})
    read = Path.read_bytes

    def change(changed: str) -> set[str]:
        before = fingerprints(config)
        file = repository / changed
        assert file.is_file()

        def read_bytes(path: Path) -> bytes:
            return read(path) + (b"\nEPSILON = 1e-6\n" if path == file else b"")

        with monkeypatch.context() as patched:
            patched.setattr(Path, "read_bytes", read_bytes)
            after = fingerprints(config)
        return {name for name in before if before[name] != after[name]}

    return change


def test_the_nodes_of_the_graph_have_facts(
    make_config: Callable[..., Config], repository: Path
) -> None:
    schema = repository / "schemas" / "ag_news.pbtxt"
    config = make_config(data={"schema_file": str(schema)})

    always = {name for name, facts in NODES.items() if not facts.needs}
    assert {node.id for node in create_pipeline(config).components} == always
    assert NOTES.keys() <= NODES.keys()


def test_a_tuner_sees_only_transformed_rows_and_feeds_the_trainer(
    make_config: Callable[..., Config], repository: Path
) -> None:
    schema = repository / "schemas" / "ag_news.pbtxt"
    space = {"space": {"model.dropout": {"low": 0.0, "high": 0.3}}}
    config = make_config(data={"schema_file": str(schema)}, tune=space)
    nodes = {node.id: node for node in create_pipeline(config).components}
    plain = {
        node.id: node
        for node in create_pipeline(config.model_copy(update={"tune": None})).components
    }

    assert nodes.keys() == NODES.keys() - {"BulkInferrer"}
    # Transform writes no test rows.
    transformed = nodes["Transform"].outputs["transformed_examples"]
    splits = json.loads(nodes["Transform"].exec_properties["splits_config"])
    assert splits == {"analyze": ["train"], "transform": ["train", "eval"]}
    assert set(nodes["Tuner"].inputs) == {"examples", "transform_graph"}
    assert nodes["Tuner"].inputs["examples"] is transformed
    tuned = nodes["Trainer"].inputs["hyperparameters"]
    assert tuned is nodes["Tuner"].outputs["best_hyperparameters"]
    # Without a tune section, the cache key of the Trainer is the one from before.
    assert "hyperparameters" not in plain["Trainer"].inputs
    same = plain["Trainer"].exec_properties["custom_config"]
    assert nodes["Trainer"].exec_properties["custom_config"] == same
    assert not {"tune", "tuned"} & json.loads(same).keys()


def test_new_rows_are_answered_after_everything_is_decided(
    make_config: Callable[..., Config], repository: Path
) -> None:
    schema = repository / "schemas" / "ag_news.pbtxt"
    score = {"path": "/new/*.csv", "out": "/answers.csv"}
    config = make_config(data={"schema_file": str(schema)}, score=score)
    *others, last = create_pipeline(config).components

    assert last.id == "BulkInferrer"
    # Without inputs, it can run alone if there is nothing to train.
    assert not last.inputs
    assert {node.id for node in last.upstream_nodes} == {"Reporter"}
    # The section does not change the model, so an older run is still a repetition.
    assert recipe(config) == recipe(config.model_copy(update={"score": None}))
    plain = create_pipeline(config.model_copy(update={"score": None})).components
    assert [node.id for node in others] == [node.id for node in plain]


@pytest.mark.parametrize("module", ["optim/optimizer", "optim/adamw", "encoders/stack"])
def test_the_optimizer_and_the_encoder_rerun_the_trainer(
    rerun_by: Callable[[str], set[str]], module: str
) -> None:
    # Predictions, Evaluator and Pusher follow, because their inputs change.
    assert rerun_by(f"trainer/{module}.py") == {"Trainer"}


def test_tokenizing_reruns_all_nodes_that_cut_texts(
    rerun_by: Callable[[str], set[str]],
) -> None:
    assert rerun_by("trainer/text/tokenizer.py") == {
        "TextStatistics",
        "Transform",
        "Trainer",
    }


@pytest.mark.parametrize(
    "module, nodes",
    [
        ("statistics_gen", {"StatisticsGen"}),
        ("transform", {"Transform"}),
        # DataGate and Pusher import what TextStatistics writes.
        (
            "one_process",
            {"TextExampleGen", "StatisticsGen", "TextStatistics", "Transform"}
            | {"Predictions", "Evaluator", "DataGate", "Pusher"},
        ),
    ],
)
def test_what_replaces_an_executor_of_tfx_reruns_its_node(
    rerun_by: Callable[[str], set[str]], module: str, nodes: set[str]
) -> None:
    assert rerun_by(f"components/{module}.py") == nodes


def test_a_reader_reruns_the_rows(rerun_by: Callable[[str], set[str]]) -> None:
    assert rerun_by("newsdesk/rows/parquet_opener.py") == {
        "TextExampleGen",
        "Predictions",
        "Evaluator",
        "Pusher",
    }


def test_the_gate_reads_the_model_in_service(
    rerun_by: Callable[[str], set[str]],
) -> None:
    rerun = rerun_by("newsdesk/published/manifest.py")

    assert {"DataGate", "BaselineModel", "Pusher"} <= rerun
    assert "Transform" not in rerun
