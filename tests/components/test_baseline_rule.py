"""If the model in service fails on new rows, the run stops without a reason."""

from pathlib import Path
from typing import Any

import pytest

from components.publisher import baseline_rule
from newsdesk.errors import GateError
from newsdesk.published import manifest
from tests.support import model

pytestmark = pytest.mark.slow


def _in_service(folder: Path, accuracy: float | None = 0.9) -> Any:
    from tfx.types import standard_artifacts

    metrics = {} if accuracy is None else {"accuracy": accuracy}
    files = folder / "Format-Serving"
    files.mkdir(parents=True)
    origin = model.origin().model_copy(update={"metrics": metrics})
    manifest.write(manifest.describe(files, origin), files)
    artifact = standard_artifacts.Model()
    artifact.uri = str(folder)
    artifact.set_string_custom_property("version", "17")
    return artifact


def _check(
    baseline: Any, accuracy: float, limit: float = 0.5, reason: str = ""
) -> bool:
    figures = {"accuracy": accuracy, "rows": 1080.0}
    properties = {"min_accuracy": limit, "accepted": reason}
    return baseline_rule.check([baseline], figures, properties)


def test_the_message_has_version_figures_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(GateError) as caught:
        _check(_in_service(tmp_path), 0.0)
    assert str(caught.value) == (
        "version 17 in service reaches accuracy 0.0000 on the 1,080 tested rows of "
        "this run, below evaluation.min_accuracy 0.5 (it reached 0.9000 when it was "
        "pushed): labels or data have changed their meaning (rule baseline_accuracy). "
        "Nothing was pushed. Correct the data or data.labels; if you intend this "
        "change, run once with --accept-new-baseline REASON (`newsdesk run`, "
        "`newsdesk submit`)"
    )
    assert caught.value.exit_code == 4


def test_a_model_without_recorded_accuracy_gets_the_same_rule(tmp_path: Path) -> None:
    with pytest.raises(GateError, match=r"min_accuracy 0\.5: labels or data"):
        _check(_in_service(tmp_path, accuracy=None), 0.49)


@pytest.mark.parametrize(
    ("accuracy", "limit"),
    [
        (0.5, 0.5),
        # TFMA counts in 32 bits.
        (0.49999998, 0.5),
        # The limit was raised since the push, so the data is not the cause.
        (0.9, 0.95),
        (0.45, 0.95),
    ],
)
def test_a_model_that_keeps_its_accuracy_does_not_stop_the_run(
    tmp_path: Path, accuracy: float, limit: float
) -> None:
    assert _check(_in_service(tmp_path), accuracy, limit) is False


def test_a_raised_limit_does_not_hide_swapped_labels(tmp_path: Path) -> None:
    with pytest.raises(GateError, match=r"below half of the 0\.9000 when it was push"):
        _check(_in_service(tmp_path), 0.44, limit=0.95)


def test_with_a_reason_the_run_continues(tmp_path: Path) -> None:
    assert _check(_in_service(tmp_path), 0.0, reason="labels were swapped") is True


def test_without_a_model_in_service_the_rule_is_not_applied() -> None:
    assert baseline_rule.check([], {}, {"min_accuracy": 0.5, "accepted": ""}) is False
