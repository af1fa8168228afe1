"""The parameters of a run override the compiled values, and nothing else."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from kubeflow import parameters
from kubeflow.parameters import PARAMETERS, override
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError
from newsdesk.nodes import NODES

SUBMITTED = {"epochs": 3, "learning_rate": 0.001, "data_path": "/a", "run_label": ""}
CONFIG = {
    "train": {"epochs": 3, "batch_size": 32},
    "optimizer": {"learning_rate": 0.001, "weight_decay": 0.01},
    "text": {"max_length": 256},
}
ORIGIN = json.dumps({"recipe": "r" * 32, "code": "c", "versions": {}})


def _trainer(**given: Any) -> Any:
    compiled = {"custom_config": json.dumps(CONFIG), "train_args": "{}"}
    laid = override("Trainer", {**compiled, **given}, SUBMITTED)
    assert laid.keys() == compiled.keys()
    return json.loads(laid["custom_config"])


def _pusher(**given: Any) -> str:
    laid = override("Pusher", {"origin": ORIGIN, **given}, SUBMITTED)
    assert laid.keys() == {"origin"}
    recipe: str = json.loads(laid["origin"])["recipe"]
    return recipe


@pytest.mark.parametrize(
    ("name", "value", "section", "key"),
    [
        ("epochs", 7, "train", "epochs"),
        ("learning_rate", 0.5, "optimizer", "learning_rate"),
    ],
)
def test_a_value_changes_only_its_own_key(
    name: str, value: Any, section: str, key: str
) -> None:
    expected = json.loads(json.dumps(CONFIG))
    expected[section][key] = value
    assert _trainer(**{name: value}) == expected


def test_no_epochs_let_the_rows_decide(make_config: Callable[..., Config]) -> None:
    assert _trainer(epochs=0)["train"]["epochs"] is None
    compiled = {"custom_config": json.dumps(CONFIG), "epochs": 5}
    laid = override("Trainer", compiled, {**SUBMITTED, "epochs": 0})
    assert json.loads(laid["custom_config"])["train"]["epochs"] == 5
    assert PARAMETERS["epochs"].default(make_config(train={"epochs": "auto"})) == 0


def test_only_the_first_node_gets_another_data_path() -> None:
    data = json.dumps({"path": "/a", "format": "csv"})
    given = {"data": data, "data_path": "s3://b/{SPAN}", "run_id": "1", "interval": ""}
    laid = override("TextExampleGen", given, {**SUBMITTED, "interval": ""})
    assert json.loads(laid.pop("data")) == {"path": "s3://b/{SPAN}", "format": "csv"}
    assert laid == {}
    assert [node for node in NODES if "data_path" in parameters.of(node)] == [
        "TextExampleGen"
    ]


def test_defaults_change_nothing() -> None:
    compiled = {"custom_config": json.dumps(CONFIG)}
    given = {"epochs": 3, "learning_rate": 0.001}
    assert override("Trainer", {**compiled, **given}, SUBMITTED) == compiled
    defaults = {"epochs": 3, "learning_rate": 0.001, "run_label": "", "run_id": "1"}
    assert override("Pusher", {"origin": ORIGIN, **defaults}, SUBMITTED) == {
        "origin": ORIGIN
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", -1), ("epochs", 2.5), ("learning_rate", -1.0), ("learning_rate", 0.0)],
)
def test_a_value_out_of_its_limits_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=f"^{name} = {value}: .*submit the run again"):
        _trainer(**{name: value})


def test_a_changed_parameter_gives_another_recipe() -> None:
    as_compiled = _pusher(epochs=3)
    others = {
        _pusher(epochs=7),
        _pusher(epochs=8),
        _pusher(learning_rate=0.5),
        _pusher(epochs=7, learning_rate=0.5),
    }
    assert len(others) == 4 and as_compiled not in others
    assert _pusher(epochs=7) == _pusher(epochs=7, run_label="nightly", run_id="2")
    assert _pusher(run_label="nightly") == as_compiled


@pytest.mark.parametrize(
    "given",
    [{}, {"epochs": 7}, {"learning_rate": 0.5}, {"epochs": 7, "learning_rate": 0.5}],
)
def test_the_first_node_and_the_last_have_the_same_recipe(given: Any) -> None:
    more = {"run_label": "nightly", "run_id": "1", "data_path": "/b", "interval": ""}
    properties = {"recipe": "r" * 32, "data": "{}", **more, **given}
    laid = override("TextExampleGen", properties, {**SUBMITTED, "interval": ""})
    assert laid.keys() == {"recipe", "data"}
    assert laid["recipe"] == _pusher(**given)


def test_only_the_first_node_has_the_interval() -> None:
    assert PARAMETERS["interval"].nodes == ("TextExampleGen",)
    assert parameters.of("StatisticsGen") == []


@pytest.mark.parametrize("node", ["BaselineModel", "Pusher"])
def test_giving_up_a_baseline_does_not_change_the_recipe(node: str) -> None:
    properties = {"origin": ORIGIN, "accepted": "", "accept_new_baseline": "renamed"}
    compiled = {**SUBMITTED, "accept_new_baseline": ""}
    laid = override(node, properties, compiled)
    assert laid == {"origin": ORIGIN, "accepted": "renamed"}
