"""A training that was killed, stopped or damaged ends as if it had not been."""

import dataclasses
import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from newsdesk.config.environment import CHECKPOINTS_VARIABLE
from newsdesk.errors import ExitCode, Interrupted, NewsdeskError
from tests.trainer import tiny_training
from trainer.custom_config import TrainerSettings
from trainer.training import stopping
from trainer.training.best import Figures
from trainer.training.checkpoints import Checkpoints, fingerprint
from trainer.training.stopping import Stop

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def unbroken(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Figures, list[np.ndarray]]:
    """Figures and weights of a training that nobody disturbed."""
    figures, weights, made = tiny_training.run(tmp_path_factory.mktemp("unbroken"))
    assert made == list(range(1, 25))
    return figures, weights


def expect_equal(
    found: tuple[Figures, list[np.ndarray], list[int]],
    unbroken: tuple[Figures, list[np.ndarray]],
    steps: range,
) -> None:
    figures, weights, made = found
    assert made == list(steps)
    assert figures == unbroken[0]
    for one, other in zip(weights, unbroken[1], strict=True):
        np.testing.assert_array_equal(one, other)


def saved(folder: Path) -> list[str]:
    return sorted(file.stem for file in folder.glob("*.npz"))


@pytest.mark.parametrize(("killed_after", "continues_with"), [(13, 13), (20, 19)])
def test_a_killed_training_continues_at_the_last_checkpoint(
    repository: Path,
    tmp_path: Path,
    unbroken: tuple[Figures, list[np.ndarray]],
    killed_after: int,
    continues_with: int,
) -> None:
    """Checkpoints are made every three steps and at the ends, after 8, 16, 24."""
    script = repository / "tests" / "trainer" / "tiny_training.py"
    killed = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(killed_after)],
        env={**os.environ, "PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    found = tiny_training.run(tmp_path)

    expect_equal(found, unbroken, range(continues_with, 25))
    assert saved(tmp_path) == ["21", "24"]


def test_sigterm_saves_first(
    tmp_path: Path, unbroken: tuple[Figures, list[np.ndarray]]
) -> None:
    def terminate(step: int, _: Stop) -> None:
        if step == 11:
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    with (
        stopping.on_signals() as stop,
        pytest.raises(Interrupted, match="stopped on request after step 11 of 24"),
    ):
        tiny_training.run(tmp_path, terminate, stop)

    assert signal.getsignal(signal.SIGTERM) is before
    assert "11" in saved(tmp_path)
    expect_equal(tiny_training.run(tmp_path), unbroken, range(12, 25))


def test_the_process_saves_when_it_is_stopped_and_cleans_up_when_it_is_done(
    repository: Path,
    words_graph: tuple[Path, list[dict[str, Any]]],
    tmp_path: Path,
) -> None:
    job = {
        "train_files": [str(words_graph[0] / "rows.gz")],
        "eval_files": [str(words_graph[0] / "rows.gz")],
        "transform_graph_path": str(words_graph[0]),
        "serving_model_dir": str(tmp_path / "model"),
        "model_run_dir": str(tmp_path / "logs"),
        "custom_config": {
            "text": {"vocabulary_size": 4, "max_length": 3},
            "model": {},
            "optimizer": {},
            "train": {"epochs": 300, "patience": 300, "checkpoint_steps": 50},
            "labels": ["a", "b"],
            "text_columns": ["text"],
            "fingerprint": "",
        },
    }
    (tmp_path / "job.json").write_text(json.dumps(job))
    kept = tmp_path / "kept"

    def start() -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "trainer.process", str(tmp_path / "job.json")],
            cwd=repository,
            env={**os.environ, CHECKPOINTS_VARIABLE: str(kept)},
            stderr=subprocess.PIPE,
            text=True,
        )

    with start() as stopped:
        assert stopped.stderr is not None
        next(line for line in stopped.stderr if "eval accuracy" in line)
        stopped.terminate()
        said = stopped.stderr.read()
    left = list(kept.glob("*/*.npz"))
    with start() as resumed:
        _, told = resumed.communicate()

    assert stopped.returncode == ExitCode.INTERRUPTED, said
    assert "stopped on request after step" in said
    assert 1 <= len(left) <= 2
    assert resumed.returncode == 0, told
    assert "training continues from" in told
    assert (tmp_path / "model" / "saved_model.pb").exists()
    assert list(kept.iterdir()) == []


def test_a_damaged_checkpoint_is_passed_over(
    tmp_path: Path,
    unbroken: tuple[Figures, list[np.ndarray]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "newsdesk")

    def stop_at_14(step: int, stop: Stop) -> None:
        stop.requested = step == 14

    with pytest.raises(Interrupted):
        tiny_training.run(tmp_path, stop_at_14)
    assert saved(tmp_path) == ["12", "14"]
    newest = tmp_path / "14.npz"
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)

    expect_equal(tiny_training.run(tmp_path), unbroken, range(13, 25))
    assert f"{newest}: is damaged and will not be used" in caplog.text
    assert (tmp_path / "14.npz.unusable").read_bytes() == bytes(content)
    assert f"training continues from {tmp_path / '12.npz'}" in caplog.text


@pytest.mark.parametrize("spoilt", ["shape", "record", "older", "missing", "directory"])
def test_a_checkpoint_that_does_not_fit_is_set_aside(
    tmp_path: Path,
    unbroken: tuple[Figures, list[np.ndarray]],
    caplog: pytest.LogCaptureFixture,
    spoilt: str,
) -> None:
    def stop_at_14(step: int, stop: Stop) -> None:
        stop.requested = step == 14

    with pytest.raises(Interrupted):
        tiny_training.run(tmp_path, stop_at_14)
    newest = tmp_path / "14.npz"
    values = dict(np.load(newest))
    if spoilt == "shape":
        values["variable-1"] = np.zeros(3, np.float32)
    elif spoilt == "record":
        values["told"] = np.array("[]")
    elif spoilt == "older":
        # Older releases saved no macro F1.
        record = json.loads(str(values["told"]))
        del record["figures"]["macro_f1"]
        values["told"] = np.array(json.dumps(record))
    else:
        del values["variable-1"]
    np.savez(newest, **values)
    if spoilt == "directory":
        content = bytearray(newest.read_bytes())
        # The compression method of the first entry of the zip's directory.
        content[content.index(b"PK\x01\x02") + 10] ^= 1
        newest.write_bytes(content)

    expect_equal(tiny_training.run(tmp_path), unbroken, range(13, 25))
    assert f"{newest}: " in caplog.text
    assert (tmp_path / "14.npz.unusable").exists()


def test_a_finished_training_only_gives_its_result(
    tmp_path: Path, unbroken: tuple[Figures, list[np.ndarray]]
) -> None:
    tiny_training.run(tmp_path)

    expect_equal(tiny_training.run(tmp_path), unbroken, range(0))


def test_old_checkpoints_are_removed(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "digest")
    checkpoints.save(1, {"a": np.ones(3)})
    half_written = tmp_path / "digest" / ".writing-1-2.npz"
    half_written.touch()

    assert Checkpoints(tmp_path / "digest").restore(len) == 1
    assert not half_written.exists()
    checkpoints.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_only_reads_writes_nothing(tmp_path: Path) -> None:
    Checkpoints(tmp_path).save(1, {"a": np.ones(3)})
    reader = Checkpoints(tmp_path, writes=False)
    reader.save(2, {"a": np.ones(3)})
    reader.remove()

    assert saved(tmp_path) == ["1"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()

    with pytest.raises(NewsdeskError, match="taken/1.npz: the checkpoint cannot be"):
        Checkpoints(tmp_path / "taken").save(1, {"a": np.ones(3)})


def test_another_seed_code_vocabulary_or_data_has_its_own_checkpoints() -> None:
    settings = TrainerSettings.model_validate(
        {
            "text": {},
            "model": {},
            "optimizer": {},
            "train": {"seed": 1},
            "labels": ["a", "b"],
            "text_columns": ["text"],
            "fingerprint": "code",
        }
    )
    split = tiny_training.rows()
    fewer = tiny_training.in_content_order(
        split.ids[:3], np.array([1, 2]), split.labels[:2], split.keys[:2]
    )
    other_ids = dataclasses.replace(split, ids=split.ids[::-1])
    other_code = settings.model_copy(update={"fingerprint": "x"})
    seed = settings.train.model_copy(update={"seed": 2})
    limit = settings.train.model_copy(update={"max_minutes": 1.0, "calibrate": False})
    limited = settings.model_copy(update={"train": limit})
    digests = [
        fingerprint(settings, split, split, b"a"),
        fingerprint(settings.model_copy(update={"train": seed}), split, split, b"a"),
        fingerprint(other_code, split, split, b"a"),
        fingerprint(settings, fewer, split, b"a"),
        fingerprint(settings, split, fewer, b"a"),
        fingerprint(settings, other_ids, split, b"a"),
        fingerprint(settings, split, split, b"b"),
    ]

    assert len(set(digests)) == 7
    assert digests[0] == fingerprint(settings, tiny_training.rows(), split, b"a")
    assert digests[0] == fingerprint(limited, split, split, b"a")
