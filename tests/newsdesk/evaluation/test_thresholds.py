"""The metrics that decide equal those of scikit-learn."""

import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference

from newsdesk.config.sections import Config
from newsdesk.evaluation import thresholds


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Probabilities whose maximum is often below 0.5; class 3 is never right."""
    random = np.random.default_rng(7)
    label = random.integers(0, 4, 300)
    scores = random.normal(size=(300, 4)) + 1.5 * np.eye(4)[label]
    scores[:, 3] -= 9
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return pd.DataFrame(
        {"label": label, "probabilities": list(probabilities.astype("float32"))}
    )


@pytest.mark.slow
def test_figures_equal_scikit_learn(
    rows: pd.DataFrame, make_config: Callable[..., Config]
) -> None:
    import tensorflow_model_analysis as tfma

    # As TFX does where there is no baseline: limits on change are taken out.
    alone = tfma.utils.update_eval_config_with_defaults(
        thresholds.eval_config(make_config()), has_baseline=False, rubber_stamp=True
    )
    result = tfma.analyze_raw_data(rows, alone)
    overall = result.get_metrics_for_slice()
    predicted = np.stack(rows["probabilities"]).argmax(axis=1)
    precision, recall, f1, _ = reference.precision_recall_fscore_support(
        rows["label"], predicted, labels=range(4), zero_division=0
    )

    def value(name: str) -> float:
        return overall[name]["doubleValue"]

    assert value(thresholds.ACCURACY) == pytest.approx(
        reference.accuracy_score(rows["label"], predicted)
    )
    assert value(thresholds.MACRO_F1) == pytest.approx(
        reference.f1_score(rows["label"], predicted, average="macro")
    )
    assert value(thresholds.LOSS) == pytest.approx(
        reference.log_loss(rows["label"], np.stack(rows["probabilities"])), rel=1e-4
    )
    for place in range(4):
        by_class = result.get_metrics_for_slice(class_id=place, top_k=1)
        measured = [by_class[name]["doubleValue"] for name in thresholds.PER_CLASS]
        wanted = [precision[place], recall[place], f1[place]]
        assert np.nan_to_num(np.float64(measured)) == pytest.approx(wanted)


def test_thresholds_are_the_configured_ones_over_all_rows(
    make_config: Callable[..., Config],
) -> None:
    section = {"min_accuracy": 0.8, "min_macro_f1": 0.7, "max_loss": 0.9}
    assert _limits(make_config(evaluation=section), "value_threshold") == {
        "SparseCategoricalAccuracy": (0.8, None),
        "MacroF1": (0.7, None),
        "SparseCategoricalCrossentropy": (None, 0.9),
    }


def test_nan_is_refused_without_a_configured_limit(
    make_config: Callable[..., Config],
) -> None:
    # A bound that every number keeps; NaN keeps none.
    assert _limits(make_config(), "value_threshold") == {
        "SparseCategoricalAccuracy": (0.5, None),
        "MacroF1": (0.0, None),
        "SparseCategoricalCrossentropy": (None, sys.float_info.max),
    }


def test_drops_are_limited_overall_by_class_and_by_slice(
    make_config: Callable[..., Config],
) -> None:
    config = make_config(
        data={"slice_columns": ["source"]},
        evaluation={"max_drop": 0.1, "max_class_drop": 0.2, "max_slice_drop": 0.3},
    )
    found = [
        (metric.class_name, list(limit.slicing_specs[0].feature_keys), change)
        for metric in thresholds.eval_config(config).metrics_specs[0].metrics
        for limit in metric.per_slice_thresholds
        if limit.threshold.HasField("change_threshold")
        for change in [limit.threshold.change_threshold.absolute.value]
    ]
    assert found == [
        ("SparseCategoricalAccuracy", [], pytest.approx(-0.1, abs=1e-5)),
        ("SparseCategoricalAccuracy", ["source"], pytest.approx(-0.3, abs=1e-5)),
        ("MacroF1", [], pytest.approx(-0.1, abs=1e-5)),
        *[("ClassF1", [], pytest.approx(-0.2, abs=1e-5))] * 4,
    ]


def _limits(config: Config, kind: str) -> dict[str, tuple[float | None, float | None]]:
    """Maps each metric to its lower and upper bound over all rows."""
    found = {}
    for metric in thresholds.eval_config(config).metrics_specs[0].metrics:
        for limit in metric.per_slice_thresholds:
            if not limit.threshold.HasField(kind):
                continue
            assert [list(one.feature_keys) for one in limit.slicing_specs] == [[]]
            bounds = limit.threshold.value_threshold
            found[metric.class_name] = (
                bounds.lower_bound.value if bounds.HasField("lower_bound") else None,
                bounds.upper_bound.value if bounds.HasField("upper_bound") else None,
            )
    return found


def test_slices_are_the_label_and_the_configured_columns(
    make_config: Callable[..., Config],
) -> None:
    specs = thresholds.eval_config(
        make_config(data={"slice_columns": ["source"]})
    ).slicing_specs
    assert [list(one.feature_keys) for one in specs] == [[], ["label"], ["source"]]
