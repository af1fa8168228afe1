"""Tests the outcome of the Pusher, in its log and in the metadata of its output."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tfx.types import standard_artifacts

from kubeflow.container import pushed
from kubeflow.outcome import Outcome, in_log
from newsdesk.errors import ExitCode, NotGoodEnough, Withdrawn
from newsdesk.evaluation import decision
from newsdesk.evaluation.decision import Decision
from newsdesk.published import in_service

pytestmark = pytest.mark.slow


@pytest.fixture
def described(tmp_path: Path) -> Any:
    """Finds the outcome for properties of a Pusher and a reason of the Evaluator."""
    evaluation = standard_artifacts.ModelEvaluation()
    evaluation.uri = str(tmp_path)
    decision.write(Decision(metrics={}, refusals=["loss is 9"]), tmp_path)

    def describe(outcome: str | None) -> tuple[Outcome, Any]:
        model, blessing = (
            standard_artifacts.PushedModel(),
            standard_artifacts.ModelBlessing(),
        )
        blessing.set_int_custom_property("blessed", int(outcome is not None))
        if outcome:
            model.set_string_custom_property("outcome", outcome)
            if outcome != in_service.Outcome.WITHDRAWN:
                model.set_string_custom_property("pushed_destination", "s3://m/17")
        task: Any = SimpleNamespace(
            outputs={"pushed_model": [model]},
            inputs={
                "model_blessing": [blessing],
                "evaluation": [evaluation],
            },
        )
        return pushed.describe(task), model

    return describe


@pytest.mark.parametrize(
    ("noted", "state", "code", "address"),
    [
        (in_service.Outcome.PUSHED, "pushed", ExitCode.DONE, "s3://m/17"),
        (in_service.Outcome.IN_SERVICE, "unchanged", ExitCode.DONE, "s3://m/17"),
        (in_service.Outcome.WITHDRAWN, "withdrawn", ExitCode.DONE, None),
        (None, "not good enough", ExitCode.NOT_GOOD_ENOUGH, None),
    ],
)
def test_each_outcome_of_the_pusher_has_its_state(
    described: Any, noted: str | None, state: str, code: int, address: str | None
) -> None:
    outcome, model = described(noted)
    assert (outcome.state, outcome.exit_code, outcome.pushed) == (state, code, address)
    assert in_log(f"a\n{outcome.line()}\nI1124 launcher_v2.go] done\n") == outcome
    assert model.get_string_custom_property("run_state") == state


def test_a_refusal_is_in_the_metadata(described: Any) -> None:
    outcome, model = described(None)
    assert outcome.refusals == ["loss is 9"]
    refusals = model.get_string_custom_property("refusals")
    assert refusals == '["loss is 9"]'


def test_a_run_that_did_not_push_can_fail(described: Any) -> None:
    for noted in (in_service.Outcome.PUSHED, in_service.Outcome.IN_SERVICE):
        pushed.require(described(noted)[0])
    withdrawn = pushed.required(described(in_service.Outcome.WITHDRAWN)[0])
    assert withdrawn.exit_code == ExitCode.NOT_GOOD_ENOUGH
    with pytest.raises(Withdrawn, match="rolled back before"):
        pushed.require(withdrawn)
    with pytest.raises(NotGoodEnough, match="nothing was pushed: loss is 9"):
        pushed.require(described(None)[0])
