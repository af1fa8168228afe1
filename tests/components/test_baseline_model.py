"""BaselineModel finds, checks and copies the model in service, or stops the run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from newsdesk.errors import ModelError
from newsdesk.published import manifest
from newsdesk.published.in_service import ABSENT, BEST, VERSION, Expected, newest
from newsdesk.published.local_store import LocalStore
from newsdesk.published.manifest import Origin
from tests.support import endless
from tests.support.tiny_models import LABELS, answers, examples, model, save

pytestmark = pytest.mark.slow
ACTUAL = np.arange(40) % 4


@pytest.fixture
def serving(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "serving")


@pytest.fixture
def publish(serving: LocalStore) -> Callable[..., int]:
    """Publishes a tiny model."""

    def publish(
        make: Callable[[Path], None] = lambda folder: save(answers(ACTUAL), folder),
        labels: list[str] = LABELS,
        **origin: Any,
    ) -> int:
        folder = serving.stage()
        make(folder)
        written = Origin(
            run="r",
            run_key="i",
            data_digest="d",
            code_digest="c",
            labels=labels,
            metrics={},
            versions={},
            **origin,
        )
        described = manifest.describe(folder, written)
        manifest.write(described, folder)
        newest = max(serving.versions(), default=None)
        return serving.publish(folder, described, newest)

    return publish


@pytest.fixture
def find(tmp_path: Path, serving: LocalStore) -> Callable[..., list[Any]]:
    """Runs the executor; returns its output artifacts."""

    def find(expected: Expected | None = None, **properties: Any) -> list[Any]:
        from tfx.types import standard_artifacts

        from components.baseline_model import Executor

        if expected is None:
            expected = Expected.of(newest(serving.address))
        artifact = standard_artifacts.Model()
        artifact.uri = str(tmp_path / "baseline")
        outputs = {"model": [artifact]}
        given = {
            "destination": serving.address,
            "in_service": Expected.to_parameter(expected),
            "labels": json.dumps(LABELS),
            "accepted": "",
            "mark_absent": 0,
            "compare_with_last": 20,
        }
        Executor().Do({}, outputs, given | properties)
        return outputs["model"]

    return find


def test_without_a_push_there_is_no_model(find: Callable[..., list[Any]]) -> None:
    assert find() == []


def test_the_newest_version_is_copied_in_the_layout_of_the_trainer(
    find: Callable[..., list[Any]], publish: Callable[..., int]
) -> None:
    publish()
    newest_version = publish()
    (found,) = find()
    assert found.get_string_custom_property(VERSION) == str(newest_version)
    assert manifest.verify(Path(found.uri, "Format-Serving")).origin.labels == LABELS


def _with(best: int | None) -> Callable[[Path], None]:
    """Makes a model whose digest depends on a number."""

    def make(folder: Path) -> None:
        save(answers((ACTUAL + (best or 0)) % 4), folder)

    return make


def test_the_best_of_the_last_versions_is_copied_as_well(
    find: Callable[..., list[Any]], publish: Callable[..., int]
) -> None:
    best = publish()
    publish(_with(1), best=best, pushes_since_best=20)
    (found,) = find()
    assert found.get_string_custom_property(BEST) == str(best)
    assert manifest.verify(Path(found.uri, BEST)).origin.labels == LABELS


@pytest.mark.parametrize("why", ["too old", "retired", "rolled back", "damaged"])
def test_a_best_version_that_cannot_be_compared_with_does_not_stop_the_run(
    find: Callable[..., list[Any]],
    publish: Callable[..., int],
    serving: LocalStore,
    why: str,
) -> None:
    best = publish()
    folder = Path(serving.address, str(best))
    digest = manifest.read(folder).model_digest
    withdrawn = [digest] if why == "rolled back" else []
    pushes = 21 if why == "too old" else 1
    publish(_with(1), best=best, withdrawn=withdrawn, pushes_since_best=pushes)
    if why == "retired":
        serving.retire(keep=1, grace_seconds=0)
    if why == "damaged":
        (folder / "saved_model.pb").write_bytes(b"")
    (found,) = find()
    assert found.get_string_custom_property(BEST) == ""
    assert not Path(found.uri, BEST).exists()


def test_a_required_output_without_a_model_is_marked_absent(
    find: Callable[..., list[Any]],
) -> None:
    (found,) = find(mark_absent=1)
    assert found.get_int_custom_property(ABSENT) == 1
    assert not Path(found.uri, "Format-Serving").exists()


def test_other_labels_stop_the_run_and_the_message_lists_both(
    find: Callable[..., list[Any]], publish: Callable[..., int]
) -> None:
    version = publish(labels=["World", "Business", "Sports", "Sci/Tech"])
    with pytest.raises(ModelError) as caught:
        find()
    assert str(caught.value).partition("serving: ")[2] == (
        f"version {version} cannot be compared with a new model: its labels are World, "
        "Business, Sports, Sci/Tech, not World, Sports, Business, Sci/Tech; if you "
        "intend this change, run once with --accept-new-baseline REASON "
        "(`newsdesk run`, `newsdesk submit`)"
    )


def test_a_model_with_other_labels_that_was_given_up_is_not_a_baseline(
    find: Callable[..., list[Any]], publish: Callable[..., int]
) -> None:
    publish(labels=["a", "b"])
    assert find(accepted="two desks became four") == []


def test_a_comparable_model_stays_the_baseline_despite_a_reason(
    find: Callable[..., list[Any]], publish: Callable[..., int]
) -> None:
    publish()
    assert len(find(accepted="any reason")) == 1


def test_another_signature_stops_the_run_without_a_reason(
    find: Callable[..., list[Any]], publish: Callable[..., int]
) -> None:
    import tensorflow as tf

    def numbers_instead_of_texts(folder: Path) -> None:
        module = tf.Module()

        @tf.function(input_signature=[tf.TensorSpec([None, 8], tf.int32, "ids")])
        def serve(ids: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"probabilities": tf.cast(ids, tf.float32)}

        tf.saved_model.save(module, str(folder), {"serving_default": serve})

    publish(numbers_instead_of_texts)
    with pytest.raises(ModelError) as caught:
        find()
    assert (
        "its signature serving_default takes ids: int32 [?, ?], not text: string [?]"
    ) in str(caught.value)


def test_an_altered_file_stops_the_run_despite_a_reason(
    find: Callable[..., list[Any]], publish: Callable[..., int], serving: LocalStore
) -> None:
    version = publish()
    file = Path(serving.address, str(version), "variables", "variables.index")
    written = bytearray(file.read_bytes())
    written[5] ^= 1
    file.write_bytes(written)
    with pytest.raises(ModelError, match=r"variables\.index was altered"):
        find(accepted="try anyway")


def test_a_version_without_a_manifest_stops_the_run(
    find: Callable[..., list[Any]], serving: LocalStore
) -> None:
    Path(serving.address, "17").mkdir(parents=True)
    with pytest.raises(ModelError, match="without a manifest is not trusted"):
        find(expected=Expected(None))


@pytest.mark.parametrize("before", [None, "another digest"])
def test_a_model_published_during_the_run_stops_it(
    find: Callable[..., list[Any]], publish: Callable[..., int], before: str | None
) -> None:
    publish()
    with pytest.raises(ModelError, match="the model in service has changed since"):
        find(expected=Expected(before))


def test_the_evaluator_works_without_a_baseline_and_with_a_cached_one(
    tmp_path: Path,
    make_config: Callable[..., Any],
    publish: Callable[..., int],
    serving: LocalStore,
) -> None:
    examples(ACTUAL, tmp_path / "examples")
    model(ACTUAL, tmp_path / "candidate")

    def run(digest: str | None) -> dict[str, str]:
        expected = Expected(digest)
        return _states(tmp_path, make_config(), serving.address, expected)

    assert run(None) == {"BaselineModel": "COMPLETE", "Evaluator": "COMPLETE"}
    assert run(None) == {"BaselineModel": "CACHED", "Evaluator": "CACHED"}
    publish()
    current = newest(serving.address)
    assert current is not None
    digest = current.manifest.digest
    assert run(digest) == {"BaselineModel": "COMPLETE", "Evaluator": "COMPLETE"}
    assert run(digest) == {"BaselineModel": "CACHED", "Evaluator": "CACHED"}


def _states(
    folder: Path, config: Any, destination: str, expected: Expected
) -> dict[str, str]:
    """Runs importers, BaselineModel and Evaluator; returns states of the last two."""
    from tfx.dsl.components.common.importer import Importer
    from tfx.orchestration import metadata
    from tfx.orchestration.local.local_dag_runner import LocalDagRunner
    from tfx.orchestration.pipeline import Pipeline
    from tfx.types import standard_artifacts

    from components.baseline_model import BaselineModel
    from components.evaluator import Evaluator
    from components.predictions import Predictions
    from newsdesk.evaluation.tfma_config import eval_config

    baseline = BaselineModel(destination, expected, LABELS, "", "f")
    rows = Importer(
        str(folder / "examples"),
        standard_artifacts.Examples,
        properties={"split_names": '["test"]'},
    ).with_id("Rows")
    candidate = Importer(str(folder / "candidate"), standard_artifacts.Model).with_id(
        "Candidate"
    )
    inputs = {
        "examples": rows.outputs["result"],
        "model": candidate.outputs["result"],
    }
    predictions = Predictions(
        **inputs,
        baseline=baseline.outputs["model"],
        split="test",
        slice_columns=[],
        fingerprint="f",
    )
    evaluator = Evaluator(
        inputs
        | {
            "baseline_model": baseline.outputs["model"],
            "predictions": predictions.outputs["predictions"],
        },
        split="test",
        eval_config=eval_config(config),
        limits=config.evaluation,
        labels=LABELS,
        fingerprint="f",
    )
    connection = metadata.sqlite_metadata_connection_config(str(folder / "m.sqlite"))
    LocalDagRunner().run(
        Pipeline(
            pipeline_name="x",
            pipeline_root=str(folder / "root"),
            metadata_connection_config=connection,
            components=[rows, candidate, baseline, predictions, evaluator],
            enable_cache=True,
        )
    )
    with metadata.Metadata(connection) as handle:
        found = handle.store.get_executions()
        kinds = {kind.id: kind.name for kind in handle.store.get_execution_types()}
    newest_of = {
        kinds[one.type_id].rsplit(".")[-1]: type(one).State.Name(one.last_known_state)
        for one in sorted(found, key=lambda one: one.id)
    }
    return {name: newest_of[name] for name in ("BaselineModel", "Evaluator")}


def test_a_baseline_that_never_answers_stops_the_run(
    find: Callable[..., list[Any]],
    publish: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from newsdesk.inspection import fresh

    monkeypatch.setattr(fresh, "run", lambda *_: None)
    publish(lambda folder: endless.export(folder, "called"))
    with pytest.raises(ModelError, match="did not load and answer within 10 minutes"):
        find()


def test_a_baseline_may_contain_allowed_operations(
    find: Callable[..., list[Any]],
    publish: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from newsdesk.inspection import operations

    monkeypatch.setattr(operations, "OPERATIONS", operations.OPERATIONS - {"Tile"})
    publish()
    with pytest.raises(ModelError, match="has the operation Tile"):
        find()
    assert find(allowed='["Tile"]')
