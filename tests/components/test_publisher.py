"""The publisher pushes the trained model, and a refusal changes nothing."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tfx.types import standard_artifacts

from components.publisher import executor, rehearsal
from components.text_statistics.component import TextStatisticsOfSplits
from newsdesk.config.environment import RUN_FOLDER_VARIABLE
from newsdesk.config.push import Sign
from newsdesk.errors import ConfigError, GateError, ModelError
from newsdesk.evaluation.decision import Decision
from newsdesk.inspection import fresh
from newsdesk.published import manifest, signing
from newsdesk.published.in_service import ACCEPTED, OUTCOME, Outcome
from newsdesk.published.local_store import LocalStore
from newsdesk.published.rollback import roll_back
from tests.components.conftest import Candidate
from tests.support import keys, model
from tests.support.destination import names

pytestmark = pytest.mark.slow


class Said(NamedTuple):
    """Outcome, address and accepted reason that the publisher recorded."""

    outcome: str
    pushed: int
    address: str
    accepted: str


Push = Callable[..., Said]


@pytest.fixture
def serving(tmp_path: Path) -> Path:
    return tmp_path / "serving"


@pytest.fixture
def push(
    candidate: Candidate, serving: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Push:
    """Runs the executor as TFX does, with fixed figures of the Evaluator."""
    figures = {"accuracy": 0.9}
    in_service: dict[str, float] = {}
    best_version: list[int] = []
    monkeypatch.setattr(
        executor.decision,
        "read",
        lambda _: Decision(
            metrics=figures,
            baseline_metrics=in_service,
            best=best_version[-1] if best_version else None,
        ),
    )

    def run(
        exported: Any = candidate.model,
        data: str = "data",
        blessed: bool = True,
        destination: Path = serving,
        baseline: list[Any] | None = None,
        judged: bool = True,
        reached_before: float | None = None,
        best: int | None = None,
        **properties: Any,
    ) -> Said:
        if best is not None:
            best_version.append(best)
        if reached_before is not None:
            in_service.update(accuracy=reached_before, rows=80.0)
        blessing = standard_artifacts.ModelBlessing()
        blessing.set_int_custom_property("blessed", int(blessed))
        candidate.examples.set_string_custom_property("content", data)
        evaluation = standard_artifacts.ModelEvaluation()
        evaluation.uri = str(tmp_path / "evaluation")
        statistics = TextStatisticsOfSplits()
        statistics.uri = str(tmp_path / "statistics")
        os.makedirs(statistics.uri, exist_ok=True)
        Path(statistics.uri, "statistics.json").write_text("{}")
        pushed = standard_artifacts.PushedModel()
        pushed.uri = str(tmp_path / "pushed")
        executor.Executor().Do(
            {
                "model": [exported],
                "model_blessing": [blessing] if judged else [],
                "evaluation": [evaluation],
                "examples": [candidate.examples],
                "predictions": [candidate.predictions],
                "statistics": [statistics],
                "baseline": _copied(destination, tmp_path)
                if baseline is None
                else baseline,
            },
            {"pushed_model": [pushed]},
            {
                "destination": str(destination),
                "grace_seconds": 60.0,
                "labels": json.dumps(model.LABELS),
                "origin": json.dumps({"recipe": "r", "code": "c", "versions": {}}),
                "accepted": "",
                "min_accuracy": 0.5,
                "fingerprint": "",
                **properties,
            },
        )
        return Said(
            pushed.get_string_custom_property(OUTCOME),
            pushed.get_int_custom_property("pushed"),
            pushed.get_string_custom_property("pushed_destination"),
            pushed.get_string_custom_property(ACCEPTED),
        )

    return run


@pytest.fixture
def unrehearsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out the rehearsal, whose process takes seconds to start."""
    monkeypatch.setattr(executor, "rehearse", lambda *_: None)


@pytest.mark.usefixtures("unrehearsed")
def test_a_pushed_version_is_signed(push: Push, serving: Path, tmp_path: Path) -> None:
    pytest.importorskip("model_signing")
    private, public = keys.pair(tmp_path, "key")
    said = push(sign=Sign(private_key=str(private)).model_dump_json())
    assert said.outcome == Outcome.PUSHED
    signing.verify(Path(said.address), signing.Trust(public), "version 7")


@pytest.mark.usefixtures("unrehearsed")
def test_a_push_whose_key_is_missing_publishes_nothing(
    push: Push, serving: Path, tmp_path: Path
) -> None:
    pytest.importorskip("model_signing")
    with pytest.raises(ConfigError, match=r"push\.sign: .*key\.pem: is missing, or"):
        push(sign=Sign(private_key=str(tmp_path / "key.pem")).model_dump_json())
    assert names(serving) == []


@pytest.fixture
def retrained(candidate: Candidate, tmp_path: Path) -> Any:
    """The same weights in a different graph, as a repeated training exports them."""
    artifact = standard_artifacts.Model()
    artifact.uri = str(tmp_path / "retrained")
    shutil.copytree(candidate.model.uri, artifact.uri)
    with open(f"{artifact.uri}/Format-Serving/fingerprint.pb", "ab") as stream:
        stream.write(b"\0")
    return artifact


@pytest.mark.usefixtures("unrehearsed")
def test_a_manifest_counts_the_pushes_since_the_best_version(
    push: Push, retrained: Any
) -> None:
    best = int(Path(push().address).name)
    for pushes in (1, 2):
        with open(f"{retrained.uri}/Format-Serving/fingerprint.pb", "ab") as stream:
            stream.write(b"\0")
        said = push(retrained, f"data {pushes}", best=best, reached_before=0.9)
        origin = manifest.read(Path(said.address)).origin
        assert (origin.best, origin.pushes_since_best) == (best, pushes)


def _copied(serving: Path, folder: Path) -> list[Any]:
    """Copies the manifest of the newest version, as BaselineModel does."""
    versions = LocalStore(serving).versions()
    if not versions:
        return []
    artifact = standard_artifacts.Model()
    artifact.uri = str(folder / "baseline" / str(versions[-1]))
    copy = Path(artifact.uri, "Format-Serving", manifest.FILE)
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(serving / str(versions[-1]) / manifest.FILE, copy)
    return [artifact]


def _versions(serving: Path) -> list[int]:
    """Lists the versions; fails if there are other files."""
    return sorted(int(name) for name in names(serving))


def test_a_blessed_model_is_published_whole_and_can_be_moved(
    push: Push, serving: Path, candidate: Candidate, tmp_path: Path
) -> None:
    said = push(accepted="new desk")
    (version,) = _versions(serving)
    assert said == (Outcome.PUSHED, 1, f"{serving}/{version}", "")
    origin = manifest.verify(serving / str(version)).origin
    assert (origin.labels, origin.metrics) == (model.LABELS, {"accuracy": 0.9})
    assert (origin.data_digest, origin.code_digest, origin.accepted) == (
        "data",
        "c",
        "new desk",
    )
    assert (serving / str(version) / manifest.STATISTICS).read_text() == "{}"
    moved = shutil.move(serving / str(version), tmp_path / "elsewhere")
    rehearsal.rehearse(Path(moved), Path(candidate.predictions.uri))


def test_a_model_without_blessing_changes_nothing(push: Push, serving: Path) -> None:
    assert push(blessed=False) == ("", 0, "", "")
    assert not serving.exists()


@pytest.mark.usefixtures("unrehearsed")
def test_a_model_that_was_not_evaluated_is_not_pushed(
    push: Push, serving: Path
) -> None:
    with pytest.raises(ValueError, match="0"):
        push(judged=False)
    assert not serving.exists()


@pytest.mark.usefixtures("unrehearsed")
def test_a_byte_that_changes_in_the_copy_is_refused(
    push: Push, serving: Path, retrained: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    push()
    before = _versions(serving)
    copy = shutil.copytree

    def copy_badly(source: Any, folder: Any, *more: Any, **named: Any) -> None:
        copy(source, folder, *more, **named)
        # copytree calls itself for subfolders, so not every call has the file.
        file = Path(folder, "variables", "variables.data-00000-of-00001")
        if file.exists():
            written = bytearray(file.read_bytes())
            written[0] ^= 1
            file.write_bytes(written)

    monkeypatch.setattr(executor.shutil, "copytree", copy_badly)
    with pytest.raises(ModelError, match="copy is not the model that was trained"):
        push(retrained, data="other")
    assert _versions(serving) == before


@pytest.mark.usefixtures("unrehearsed")
def test_a_byte_that_changes_after_the_rehearsal_is_refused(
    push: Push, serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flip(folder: Path, _: Path) -> None:
        (folder / "saved_model.pb").write_bytes(b"")

    monkeypatch.setattr(executor, "rehearse", flip)
    with pytest.raises(ModelError, match=r"saved_model\.pb was altered"):
        push()
    assert _versions(serving) == []


@pytest.mark.usefixtures("unrehearsed")
def test_operations_that_were_allowed_are_shown_in_the_manifest(
    push: Push, serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(
        executor.operations, "check", lambda _, allowed: asked.append(list(allowed))
    )
    origin = {"recipe": "r", "code": "c", "versions": {}, "allowed": ["Bitcast"]}
    version = push(origin=json.dumps(origin)).address
    assert asked == [["Bitcast"]]
    assert manifest.read(Path(version)).origin.allowed_operations == ["Bitcast"]


def test_a_model_with_other_probabilities_is_refused(
    push: Push, serving: Path, tmp_path: Path
) -> None:
    other = standard_artifacts.Model()
    other.uri = str(tmp_path / "other")
    model.export(tmp_path / "other" / "Format-Serving", scale=0.11)
    with pytest.raises(ModelError, match=r"a probability differs by 0\.\d+; rounding"):
        push(other)
    assert _versions(serving) == []


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"scale": float("nan")}, "a probability differs by nan"),
        ({"names": ["b", "a"]}, "its labels are b, a, not a, b"),
        ({"chosen": "argmin"}, "it answers 'b' where 'a' has the highest probability"),
    ],
)
def test_each_difference_is_explained(
    candidate: Candidate, tmp_path: Path, changes: dict[str, Any], difference: str
) -> None:
    model.export(tmp_path / "model", **changes)
    described = manifest.describe(tmp_path / "model", model.origin())
    manifest.write(described, tmp_path / "model")
    found = rehearsal.compare(tmp_path / "model", Path(candidate.predictions.uri))
    assert found is not None
    assert found.startswith(difference)


def test_a_model_that_cannot_be_loaded_is_explained_in_one_line(
    candidate: Candidate, tmp_path: Path
) -> None:
    shutil.copytree(candidate.model.uri, tmp_path / "model")
    broken = tmp_path / "model" / "Format-Serving"
    shutil.rmtree(broken / "variables")
    with pytest.raises(ModelError) as caught:
        rehearsal.rehearse(broken, Path(candidate.predictions.uri))
    assert "Failed to find any matching files for" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_reason_of_a_graph_error_is_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Path) -> None:
        raise FileNotFoundError(
            "Graph execution error:\n\nDetected at node init defined at (most recent "
            "call last):\n<stack traces unavailable>\nassets/tokens; No such file\n\t "
            "[[{{node init}}]] [Op:__inference_restored_function_body_2628]"
        )

    monkeypatch.setattr(rehearsal, "compare", fail)
    monkeypatch.setattr(rehearsal.sys, "argv", ["", "model", "predictions"])
    with pytest.raises(SystemExit, match="1"):
        rehearsal.main()
    assert capsys.readouterr().out == "FileNotFoundError: assets/tokens; No such file\n"


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("kill -9 $$", "^the process that tried .* was ended by signal 9, so nothing"),
        ("exit 7", "its process ended with exit code 7"),
        ("echo one >&2; echo two >&2; exit 1", "published: two;"),
        (
            "exec sleep 600",
            "the staged model did not load and answer within 0.001 minutes, so nothing "
            r"was published\. If the machine was busy, run again",
        ),
    ],
)
def test_a_process_that_dies_or_hangs_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, sentence: str
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    monkeypatch.setattr(fresh.sys, "executable", str(python))
    if "sleep" in script:
        monkeypatch.setattr(rehearsal, "MINUTES", 0.001)
    with pytest.raises(ModelError, match=sentence):
        rehearsal.rehearse(tmp_path, tmp_path)


@pytest.mark.usefixtures("unrehearsed")
def test_a_model_in_service_is_not_pushed_again(
    push: Push, serving: Path, retrained: Any
) -> None:
    address = push().address
    assert push(data="other") == (Outcome.IN_SERVICE, 1, address, "")
    assert push(retrained) == (Outcome.IN_SERVICE, 1, address, "")
    assert len(_versions(serving)) == 1
    assert push(retrained, data="other").outcome == Outcome.PUSHED
    assert len(_versions(serving)) == 2


@pytest.mark.usefixtures("unrehearsed")
def test_a_push_that_is_tried_again_is_a_push_still(
    push: Push, serving: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RUN_FOLDER_VARIABLE, "run-1")
    said = push()
    # As after a ledger that could not be reached.
    assert push() == said and said.outcome == Outcome.PUSHED
    assert len(_versions(serving)) == 1
    monkeypatch.setenv(RUN_FOLDER_VARIABLE, "run-2")
    assert push().outcome == Outcome.IN_SERVICE


@pytest.mark.usefixtures("unrehearsed")
def test_a_model_that_was_rolled_back_from_does_not_come_again(
    push: Push, serving: Path, retrained: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsdesk.published.rollback.operations.check", lambda *_: None)
    push()
    push(retrained, data="bad")
    roll_back(str(serving))
    before = _versions(serving)
    assert push(retrained, data="more") == (Outcome.WITHDRAWN, 0, "", "")
    with open(f"{retrained.uri}/Format-Serving/fingerprint.pb", "ab") as stream:
        stream.write(b"\0")
    assert push(retrained, data="bad") == (Outcome.WITHDRAWN, 0, "", "")
    assert _versions(serving) == before
    withdrawn = LocalStore(serving).manifest(before[-1]).origin.withdrawn
    assert push(retrained, data="good").outcome == Outcome.PUSHED
    newest = LocalStore(serving).manifest(_versions(serving)[-1])
    assert newest.origin.withdrawn == withdrawn != []


@pytest.mark.usefixtures("unrehearsed")
def test_a_push_succeeds_even_if_old_versions_cannot_be_removed(
    push: Push,
    serving: Path,
    retrained: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    push()
    said = push(retrained, data="other", keep=1)
    store = LocalStore(serving)
    assert store.versions() == [int(Path(said.address).name)]

    def fail(*_: Any) -> None:
        raise ModelError("the disk is read-only")

    monkeypatch.setattr(LocalStore, "retire", fail)
    assert push(data="new", keep=1).outcome == Outcome.PUSHED
    assert len(store.versions()) == 2
    assert "but old versions were not removed: the disk is read-only" in caplog.text


@pytest.mark.usefixtures("unrehearsed")
def test_a_full_disk_leaves_the_destination_as_it_was(
    push: Push, small_disk: Path, retrained: Any
) -> None:
    serving = small_disk / "serving"
    push(destination=serving)
    before = _versions(serving)
    with open(f"{retrained.uri}/Format-Serving/assets/tokens", "wb") as stream:
        stream.write(bytes(2 << 20))
    with pytest.raises(ModelError) as caught:
        push(retrained, data="other", destination=serving)
    assert "cannot be copied there: No space left" in str(caught.value)
    assert _versions(serving) == before
    manifest.verify(serving / str(before[0]))


@pytest.mark.usefixtures("unrehearsed")
def test_an_altered_model_in_service_stops_the_push(
    push: Push, serving: Path, retrained: Any
) -> None:
    version = push().address
    Path(version, manifest.FILE).write_text("{}")
    with pytest.raises(ModelError, match="was altered"):
        push(retrained, data="other")
    assert len(_versions(serving)) == 1


@pytest.mark.usefixtures("unrehearsed")
def test_a_model_published_during_the_run_is_not_replaced(
    push: Push, serving: Path, retrained: Any, tmp_path: Path
) -> None:
    first = push()
    compared = _copied(serving, tmp_path)
    second = push(retrained, data="other")
    before = _versions(serving)
    for baseline in ([], compared):
        with pytest.raises(ModelError, match="was not compared with it"):
            push(data="late", baseline=baseline)
    with pytest.raises(ModelError, match="was not compared with it"):
        push(data="late", baseline=compared, accepted="new desk")
    assert _versions(serving) == before
    assert first != second
    assert push(data="late", baseline=[], accepted="new desk").outcome == Outcome.PUSHED


@pytest.mark.usefixtures("unrehearsed")
@pytest.mark.parametrize("blessed", [True, False])
def test_a_model_in_service_that_fails_on_the_new_rows_is_not_replaced(
    push: Push, serving: Path, retrained: Any, blessed: bool
) -> None:
    push()
    before = _versions(serving)
    with pytest.raises(GateError, match=r"reaches accuracy 0\.0000 on the 80 tested"):
        push(retrained, data="swapped", reached_before=0.0, blessed=blessed)
    assert _versions(serving) == before


@pytest.mark.usefixtures("unrehearsed")
def test_an_intended_change_of_the_data_is_recorded(
    push: Push, serving: Path, retrained: Any
) -> None:
    push()
    reason = {"accepted": "labels were swapped"}
    said = push(retrained, data="swapped", reached_before=0.0, **reason)
    origin = manifest.verify(Path(said.address)).origin
    assert (said.outcome, origin.accepted) == (Outcome.PUSHED, "labels were swapped")
    assert said.accepted == "labels were swapped"


@pytest.mark.usefixtures("unrehearsed")
def test_a_reason_that_was_not_needed_is_not_recorded(
    push: Push, serving: Path, retrained: Any
) -> None:
    push()
    said = push(retrained, data="more", reached_before=0.9, accepted="just in case")
    assert manifest.verify(Path(said.address)).origin.accepted is None
    assert said.accepted == ""
