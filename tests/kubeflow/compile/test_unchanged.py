"""A run with the data and recipe of the model in service ends after one node."""

import csv
import json
import logging
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.text_example_gen.content import data_digest
from kubeflow import entrypoint, notified
from kubeflow.compile import compiler as compiling
from kubeflow.compile.tasks import kebab
from kubeflow.container import unchanged
from kubeflow.container.artifacts import Task
from kubeflow.intervals.ledger import Ledger
from kubeflow.intervals.reports import Reports
from kubeflow.outcome import Outcome
from newsdesk.config.load import load
from newsdesk.config.sections import Config
from newsdesk.errors import ModelError
from newsdesk.identity.recipe import DATA_DIGEST, recipe, run_key
from newsdesk.nodes import NODES
from newsdesk.published import manifest
from tests.kubeflow.cluster_run import Cluster, TaskFailed
from tests.support import model
from tests.support.kfp.argo_dag import pods

SAMPLE = Path(str(resources.files("pipeline.configs"))) / "sample.toml"
ROWS = Path(str(resources.files("pipeline.sample"))) / "sample.csv"
FIRST, OUTCOME = "text-example-gen", "text-example-gen.outcome"
INTERVAL = "2026-11-23T03:00:00Z/2026-11-24T03:00:00Z"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The configuration of the sample, with models and ledger in a temporary folder."""
    models = tmp_path / "models"
    volumes = f'kubeflow.volumes={{"{models}" = "claim"}}'
    return load(SAMPLE, ["kubeflow.image=n", f"push.destination={models}", volumes])


@pytest.fixture
def serve(config: Config) -> Callable[..., Path]:
    """Publishes a model with a given run key, instead of the model in service."""

    def publish(run_key: str, **changed: Any) -> Path:
        folder = Path(config.serving, "7")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "saved_model.pb").write_bytes(b"graph")
        origin = model.origin().model_copy(update={"run_key": run_key, **changed})
        manifest.write(manifest.describe(folder, origin), folder)
        return folder

    return publish


@pytest.fixture
def decide(config: Config, tmp_path: Path) -> Callable[..., tuple[bool, str]]:
    """Runs the decision of the first node; gives it with the outcome."""
    rows = tmp_path / "rows.csv"
    rows.write_text("text,label\na,0\n")

    def decided(run: str = "run-1") -> tuple[bool, str]:
        task = Task({}, {}, {}, tmp_path / "output.json")
        data = config.data.model_copy(update={"path": str(rows)})
        properties = {"recipe": "r", "data": data.model_dump_json()}
        outcome = unchanged.outcome(task, properties, config.serving, run)
        assert "recipe" not in properties
        assert outcome is None or outcome.state == task.parameters["outcome"]
        return outcome is None, task.parameters["outcome"]

    return decided


def _key(tmp_path: Path, config: Config) -> str:
    from components.text_example_gen import content

    path = str(tmp_path / "rows.csv")
    return run_key(
        "r", content.data_digest(config.data.model_copy(update={"path": path}))
    )


def test_without_a_model_in_service_the_run_trains(decide: Callable[..., Any]) -> None:
    assert decide() == (True, "changed")


@pytest.mark.parametrize(
    ("restored", "outcome"), [(None, "unchanged"), (3, "withdrawn")]
)
def test_with_the_same_inputs_the_run_ends(
    config: Config,
    decide: Callable[..., Any],
    serve: Callable[..., Path],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    restored: int | None,
    outcome: str,
) -> None:
    caplog.set_level(logging.INFO, "newsdesk")
    serve(_key(tmp_path, config), restored=restored)
    assert decide() == (False, outcome)
    assert caplog.messages[-1].startswith(f"{outcome}: ")
    assert "version 7" in caplog.messages[-1]
    # The same content with another path and time is still the same.
    (tmp_path / "rows.csv").touch()
    assert decide() == (False, outcome)


def test_with_other_rows_or_another_recipe_the_run_trains(
    config: Config,
    decide: Callable[..., Any],
    serve: Callable[..., Path],
    tmp_path: Path,
) -> None:
    serve(_key(tmp_path, config))
    (tmp_path / "rows.csv").write_text("text,label\nb,0\n")
    assert decide() == (True, "changed")
    serve(run_key("another", "data"))
    assert decide() == (True, "changed")


def test_a_damaged_model_in_service_fails_an_unchanged_run(
    config: Config,
    decide: Callable[..., Any],
    serve: Callable[..., Path],
    tmp_path: Path,
) -> None:
    (serve(_key(tmp_path, config)) / "saved_model.pb").write_bytes(b"grapH")
    with pytest.raises(ModelError, match=r"saved_model\.pb"):
        decide()


def test_the_interval_of_an_unchanged_run_is_done(
    config: Config,
    decide: Callable[..., Any],
    serve: Callable[..., Path],
    tmp_path: Path,
) -> None:
    from datetime import datetime, timezone

    ledger = Ledger(config.serving)
    ledger.claim(INTERVAL, None, "run-1", datetime.now(timezone.utc))
    serve(_key(tmp_path, config))
    decide()
    assert ledger.done() == {"20261124T030000Z"}
    # A retried node gets the same result.
    ledger.claim(INTERVAL, None, "run-1", datetime.now(timezone.utc))
    assert decide() == (False, "unchanged")


def test_an_unchanged_run_starts_one_container_and_two_drivers(config: Config) -> None:
    (spec, _) = yaml.safe_load_all(compiling.compile(config))
    dag = spec["root"]["dag"]
    every = {kebab(node) for node, facts in NODES.items() if not facts.needs}
    assert pods(dag, {OUTCOME: "changed"}) == (every, every)
    for outcome in ("unchanged", "withdrawn"):
        assert pods(dag, {OUTCOME: outcome}) == ({FIRST, "baseline-model"}, {FIRST})


def test_the_parameters_of_the_condition_are_declared(config: Config) -> None:
    (spec, _) = yaml.safe_load_all(compiling.compile(config))
    components, tasks = spec["components"], spec["root"]["dag"]["tasks"]
    text = {"parameterType": "STRING"}
    first, second = components[f"comp-{FIRST}"], components["comp-baseline-model"]
    assert first["outputDefinitions"]["parameters"] == {"outcome": text}
    (given,) = (
        name
        for name, one in tasks["baseline-model"]["inputs"]["parameters"].items()
        if "taskOutputParameter" in one
    )
    assert second["inputDefinitions"]["parameters"][given] == text
    assert f"'{given}'" in tasks["baseline-model"]["triggerPolicy"]["condition"]
    constant = tasks[FIRST]["inputs"]["parameters"]["recipe"]["runtimeValue"]
    assert constant == {"constant": recipe(config).digest}


@pytest.mark.slow
def test_the_second_run_of_a_schedule_runs_one_node(
    config: Config, serve: Callable[..., Path], tmp_path: Path
) -> None:
    rows = tmp_path / "few.csv"
    with ROWS.open(newline="") as stream, rows.open("w", newline="") as few:
        csv.writer(few).writerows(list(csv.reader(stream))[:201])
    text = compiling.compile(config)

    def run(name: str, **parameters: Any) -> Cluster:
        cluster = Cluster.of(
            text,
            root=str(tmp_path / "artifacts"),
            run_container=lambda _, command, __: entrypoint.run(command[3:]),
            scratch=tmp_path / "said" / name,
            run_id=name,
        )
        cluster.launch(FIRST, {"data_path": str(rows), **parameters})
        return cluster

    first = run("run-1")
    (examples,) = first.outputs[FIRST]["examples"]["artifacts"]
    assert first.said[FIRST] == {"outcome": "changed"}
    # The next node gets the outcome only for its condition.
    first.launch("baseline-model", {})
    serve(run_key(recipe(config).digest, examples["metadata"][DATA_DIGEST]))
    second = run("run-2", interval=INTERVAL)
    assert second.said[FIRST] == {"outcome": "unchanged"}
    assert not list(Path(second.address(FIRST, "examples")).rglob("*.gz"))
    known = Reports(config.serving).outcome("run-2")
    assert known == Outcome(state="unchanged", pushed=f"{config.serving}/7")
    assert Ledger(config.serving).done() == {"20261124T030000Z"}
    # A parameter of the run makes another model.
    assert run("run-3", epochs=7).said[FIRST] == {"outcome": "changed"}


@pytest.mark.slow
def test_a_run_that_ends_early_may_fail_if_its_model_was_rolled_back_from(
    config: Config,
    serve: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    posted: list[dict[str, Any]],
    asked: Callable[..., Any],
) -> None:
    said = tmp_path / "termination-log"
    said.touch()
    monkeypatch.setattr(entrypoint, "TERMINATION_LOG", said)
    (tmp_path / "rows.csv").write_text("text,label\na,0\n")
    kubeflow = config.kubeflow.model_copy(update={"fail_when_not_pushed": True})
    failing = config.model_copy(update={"kubeflow": kubeflow})
    data = failing.data.model_copy(update={"path": str(tmp_path / "rows.csv")})
    serve(run_key(recipe(failing).digest, data_digest(data)), restored=3)
    cluster = Cluster.of(
        compiling.compile(failing),
        root=str(tmp_path / "artifacts"),
        run_container=lambda _, command, __: entrypoint.run(command[3:]),
        scratch=tmp_path / "said",
    )
    with pytest.raises(TaskFailed, match="ended with 3$"):
        cluster.launch(FIRST, {"data_path": data.path})
    assert said.read_text().endswith(" [withdrawn, exit code 3]")
    notified.notify(asked({"state": "FAILED"}))
    assert [(body["state"], body["exit_code"]) for body in posted] == [("withdrawn", 3)]


def test_the_exit_handler_knows_an_unchanged_run_from_a_killed_one(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies: list[dict[str, Any]] = []
    monkeypatch.setattr(notified, "post", lambda _, body: bodies.append(body))
    monkeypatch.setenv("WEBHOOK", "http://hooks.example")
    words = {"status": json.dumps({"state": "RUNNING"}), "run": "run-1"}
    words |= {"pipeline": "desks", "destination": config.serving}
    words |= {"variable": "WEBHOOK", "interval": INTERVAL}
    asked = notified.parsed([f"--{name}={one}" for name, one in words.items()])
    known = Outcome(state="unchanged", pushed=f"{config.serving}/7")
    Reports(config.serving).write("run-1", known)
    assert notified.notify(asked) is None and not bodies
    asked.on_success = True
    assert notified.notify(asked) is None
    asked.run = "run-2"
    assert notified.notify(asked) is None
    assert [body["state"] for body in bodies] == ["unchanged", "failed"]
    assert bodies[0]["text"] == "desks, run run-1: unchanged"
