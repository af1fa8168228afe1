"""A tuning that was killed ends as if it had not been, and bad trials end early."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from newsdesk.errors import ConfigError, NewsdeskError
from newsdesk.tuning import Trial, TrialState, Tuning
from tests.trainer.tuning import tiny_tuning
from trainer.training.job import JOB_VARIABLE
from trainer.tune import tune_fn
from trainer.tuning.proposals import Proposals, load_optuna

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("default_sighup")]


@pytest.fixture(autouse=True)
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a line for each trial that began."""
    monkeypatch.setenv("MADE", str(tmp_path / "made"))
    monkeypatch.delenv("FAULTS", raising=False)
    return tmp_path / "made"


def fail(monkeypatch: pytest.MonkeyPatch, **faults: str) -> None:
    """Lets trials fail, by their numbers with a t in front."""
    named = {name.removeprefix("t"): fault for name, fault in faults.items()}
    monkeypatch.setenv("FAULTS", json.dumps(named))


def results(tuning: Tuning) -> list[Any]:
    """All but the seconds."""
    return [trial.model_dump(exclude={"seconds"}) for trial in tuning.trials]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Tuning:
    """The trials of a tuning that nobody disturbed."""
    folder = tmp_path_factory.mktemp("unbroken")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("MADE", str(folder / "made"))
        return tiny_tuning.run(folder / "records")


def test_the_first_trial_has_the_values_of_the_configuration(unbroken: Tuning) -> None:
    first = unbroken.trials[0]
    assert first.values == {"optimizer.learning_rate": 0.9, "train.batch_size": 32}
    assert first.metric == pytest.approx(0.4 - 0.032)
    assert first.course[-1] == first.metric


def test_a_tuning_beats_the_configuration_and_prunes(unbroken: Tuning) -> None:
    best = unbroken.best
    assert best is not None and best.metric is not None
    assert best.metric > 0.85
    states = [trial.state for trial in unbroken.trials]
    assert len(states) == 12
    assert TrialState.PRUNED in states
    pruned = unbroken.trials[states.index(TrialState.PRUNED)]
    assert len(pruned.course) < 3
    assert (
        pruned.reason
        == f"worse than half of the trials after epoch {len(pruned.course)}"
    )
    # Optuna prunes only if five trials are done.
    assert states[:5] == [TrialState.DONE] * 5


@pytest.mark.parametrize("second_kill", ["8 1", "8 3"])
def test_a_tuning_that_was_killed_twice_has_the_same_trials(
    tmp_path: Path, unbroken: Tuning, repository: Path, made: Path, second_kill: str
) -> None:
    def run(kill: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "tests.trainer.tuning.tiny_tuning"]
            + [str(tmp_path / "records")],
            env={
                **os.environ,
                "FAULTS": json.dumps({"run": kill}),
                "PYTHONPATH": str(repository),
            },
            cwd=repository,
            capture_output=True,
            text=True,
        )

    assert [run(kill).returncode for kill in ("3 2", second_kill)] == [-9, -9]
    last = run("")
    assert last.returncode == 0, last.stderr
    found = Tuning.model_validate_json(last.stdout.splitlines()[-1])
    assert results(found) == results(unbroken)
    # A killed trial is repeated with its values, and no other one is.
    lines = made.read_text().splitlines()
    begun = [int(line.split()[0]) for line in lines]
    assert begun.count(3) == begun.count(8) == 2
    assert len(begun) == len(set(lines)) + 2
    assert not list((tmp_path / "records").glob("trial-*"))


def test_more_trials_continue_a_finished_tuning(
    tmp_path: Path, unbroken: Tuning, made: Path
) -> None:
    tiny_tuning.run(tmp_path, trials=3)
    found = tiny_tuning.run(tmp_path, trials=5)
    assert results(found) == results(unbroken)[:5]
    assert len(made.read_text().splitlines()) == 5
    assert len(tiny_tuning.run(tmp_path, trials=2).trials) == 2


def test_a_crashed_trial_is_a_failed_one(
    tmp_path: Path, unbroken: Tuning, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, t2="epoch 2", t3="memory")
    found = tiny_tuning.run(tmp_path, trials=4)
    states = [trial.state.value for trial in found.trials]
    assert states == ["done", "failed", "failed", "done"]
    assert (
        "was killed (SIGKILL), perhaps because memory ran out" in found.trials[1].reason
    )
    assert found.trials[1].course == unbroken.trials[1].course[:1]
    assert found.trials[2].reason.startswith("there was not enough memory to train")


def test_a_tuning_without_any_good_trial_fails_and_begins_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, t1="memory", t2="memory")
    with pytest.raises(
        NewsdeskError, match="^all of the first 2 trials failed; the fi"
    ):
        tiny_tuning.run(tmp_path, trials=2)
    monkeypatch.delenv("FAULTS")
    assert tiny_tuning.run(tmp_path, trials=2).best is not None


def test_the_same_values_are_not_trained_twice(tmp_path: Path, made: Path) -> None:
    space = {"train.batch_size": {"values": [8, 32]}}
    found = tiny_tuning.run(tmp_path, trials=5, space=space)
    assert len(made.read_text().splitlines()) == 2
    repeated = [trial for trial in found.trials if trial.reason]
    assert len(repeated) == 3
    assert {trial.reason for trial in repeated} <= {
        *("same values as trial 1", "same values as trial 2", "same values as trial 3")
    }


def test_another_seed_tries_other_values(tmp_path: Path, unbroken: Tuning) -> None:
    found = tiny_tuning.run(tmp_path, trials=2, seed=1)
    assert results(found)[0] == results(unbroken)[0]
    assert found.trials[1].values != unbroken.trials[1].values


def test_values_outside_of_the_space_are_measured_and_not_learned_from() -> None:
    proposals = Proposals(tiny_tuning.settings().tune, frozenset({"train.batch_size"}))
    outside = Trial(
        number=1,
        values={"optimizer.learning_rate": 5.0, "train.batch_size": None},
        state=TrialState.DONE,
        metric=0.5,
    )
    proposed = proposals.begin([outside], 2)
    assert proposed.values == proposals.begin([], 2).values


def test_workers_that_wait_for_the_training_are_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(JOB_VARIABLE, str(tmp_path / "job.json"))
    with pytest.raises(ConfigError, match="other workers wait for the training; tune"):
        tune_fn([], [], "", {}, str(tmp_path))


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(
        ConfigError, match=r"run `pip install newsdesk\[tune\]`, or rem"
    ):
        load_optuna()
