"""Several replicas, in one process or two, give the results of one."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from newsdesk.config.train import Train
from newsdesk.errors import ConfigError
from trainer.training import strategy


def start(
    repository: Path, words: list[str], task: dict[str, Any] | None = None
) -> "subprocess.Popen[str]":
    """Starts a process, of several workers where `task` is given."""
    told = {"TF_CONFIG": json.dumps(task)} if task else {}
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository), **told},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def start_two(
    repository: Path, words: list[list[str]], with_chief: bool = False
) -> list["subprocess.Popen[str]"]:
    """Starts two workers that know each other on this machine."""
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        ports = [each.getsockname()[1] for each in (one, other)]
    places = [("chief" if with_chief else "worker", 0), ("worker", int(not with_chief))]
    cluster: dict[str, list[str]] = {}
    for (kind, _), port in zip(places, ports, strict=True):
        cluster.setdefault(kind, []).append(f"127.0.0.1:{port}")
    return [
        start(
            repository,
            words[number],
            {"cluster": cluster, "task": {"type": kind, "index": index}},
        )
        for number, (kind, index) in enumerate(places)
    ]


def expect_success(processes: list["subprocess.Popen[str]"]) -> None:
    """Every worker has to end, and well."""
    try:
        for process in processes:
            said, _ = process.communicate(timeout=300)
            assert process.returncode == 0, said
    finally:
        for process in processes:
            process.kill()


SCRIPT = "tests/trainer/distributed_training.py"


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """What one replica comes to."""
    repository = Path(__file__).parents[3]
    folder = tmp_path_factory.mktemp("one")
    expect_success([start(repository, [SCRIPT, "one", str(folder)])])
    return dict(np.load(folder / "weights-0.npz"))


def expect_the_same(found: Any, alone: dict[str, np.ndarray]) -> None:
    assert int(found["replicas"]) == 2
    assert int(alone["replicas"]) == 1
    for name in set(alone) - {"replicas", "wrote"}:
        np.testing.assert_allclose(found[name], alone[name], atol=1e-4)


@pytest.mark.slow
def test_two_devices_give_the_results_of_one(
    repository: Path, tmp_path: Path, alone: dict[str, np.ndarray]
) -> None:
    expect_success([start(repository, [SCRIPT, "mirrored", str(tmp_path)])])

    expect_the_same(np.load(tmp_path / "weights-0.npz"), alone)


@pytest.mark.slow
def test_two_workers_give_the_results_of_one(
    repository: Path, tmp_path: Path, alone: dict[str, np.ndarray]
) -> None:
    words = [SCRIPT, "multi_worker", str(tmp_path)]
    expect_success(start_two(repository, [words, words]))
    found = [np.load(tmp_path / f"weights-{worker}.npz") for worker in range(2)]

    for one in found:
        expect_the_same(one, alone)
    assert [bool(one["wrote"]) for one in found] == [True, False]


def write_job(folder: Path, graph: Path, strategy: str = "auto") -> str:
    """Writes what `trainer.process` is to do; gives the file's path."""
    job = {
        "train_files": [str(graph / "rows.gz")],
        "eval_files": [str(graph / "rows.gz")],
        "transform_graph_path": str(graph),
        "serving_model_dir": str(folder / "model"),
        "model_run_dir": str(folder / "logs"),
        "custom_config": {
            "text": {"vocabulary_size": 4, "max_length": 3},
            "model": {},
            "optimizer": {},
            "train": {"epochs": 2, "checkpoint_steps": 1, "strategy": strategy},
            "labels": ["a", "b"],
            "text_columns": ["text"],
            "fingerprint": "",
        },
    }
    folder.mkdir()
    file = folder / "job.json"
    file.write_text(json.dumps(job))
    return str(file)


@pytest.mark.slow
def test_only_the_chief_exports(
    repository: Path,
    words_graph: tuple[Path, list[dict[str, Any]]],
    tmp_path: Path,
) -> None:
    words = [
        ["-m", "trainer.process", write_job(tmp_path / worker, words_graph[0])]
        for worker in ("chief", "other")
    ]
    expect_success(start_two(repository, words))

    assert (tmp_path / "chief" / "model" / "saved_model.pb").exists()
    assert not (tmp_path / "other" / "model").exists()
    assert not list(tmp_path.glob("*/logs/checkpoints/*"))


@pytest.mark.slow
def test_workers_get_the_job_from_the_chief(
    repository: Path,
    words_graph: tuple[Path, list[dict[str, Any]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As kubeflow/manifests/training runs them."""
    shared = tmp_path / "shared" / "training.json"
    monkeypatch.setenv("NEWSDESK_JOB", str(shared))
    code = (
        "import sys; from pathlib import Path\n"
        "from trainer.training.job import Job; from trainer.launch import launch\n"
        "launch(Job.read(Path(sys.argv[1])))"
    )
    job = write_job(tmp_path / "chief", words_graph[0], "multi_worker")
    words = [["-c", code, job], ["-m", "trainer.process", "--wait", str(shared)]]
    expect_success(start_two(repository, words, with_chief=True))

    assert (tmp_path / "chief" / "model" / "saved_model.pb").exists()
    assert not list(shared.parent.iterdir())


@pytest.mark.slow
def test_a_model_of_two_devices_is_exported_as_one(
    repository: Path,
    words_graph: tuple[Path, list[dict[str, Any]]],
    tmp_path: Path,
) -> None:
    code = (
        "import sys, trainer\n"
        "from tests.trainer.distributed_training import split_the_processor\n"
        "from trainer.process import main\n"
        "split_the_processor()\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    job = write_job(tmp_path / "run", words_graph[0], "mirrored")
    expect_success([start(repository, ["-c", code, job])])
    served = tf.saved_model.load(str(tmp_path / "run" / "model"))
    answer = served.signatures["serving_default"](tf.constant(["oil falls"]))

    assert float(tf.reduce_sum(answer["probabilities"])) == pytest.approx(1, abs=1e-5)


def test_one_device_is_the_choice_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)

    assert strategy.choose(Train()) is tf.distribute.get_strategy()
    assert strategy.is_chief()
    assert strategy.anywhere(True) and not strategy.anywhere(False)


@pytest.mark.parametrize("told", [None, "{}", '{"cluster": {"worker": []}}'])
def test_several_workers_without_names_are_refused(
    monkeypatch: pytest.MonkeyPatch, told: str | None
) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if told:
        monkeypatch.setenv("TF_CONFIG", told)

    with pytest.raises(ConfigError, match="TF_CONFIG names no workers"):
        strategy.choose(Train(strategy="multi_worker"))


@pytest.mark.parametrize("told", ["{", "[]", '{"cluster": 3}'])
def test_a_cluster_that_cannot_be_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setenv("TF_CONFIG", told)

    with pytest.raises(ConfigError, match="TF_CONFIG is not a JSON object"):
        strategy.choose(Train())
