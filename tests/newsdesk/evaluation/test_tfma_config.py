"""TFMA computes the metrics of scikit-learn, at a cost that classes do not raise."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference

from newsdesk.config.sections import Config
from newsdesk.evaluation import tfma_config


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

    result = tfma.analyze_raw_data(rows, tfma_config.eval_config(make_config()))
    overall = result.get_metrics_for_slice()
    predicted = np.stack(rows["probabilities"]).argmax(axis=1)

    def value(name: str) -> float:
        return overall[name]["doubleValue"]

    assert value(tfma_config.ACCURACY) == pytest.approx(
        reference.accuracy_score(rows["label"], predicted)
    )
    assert value(tfma_config.MACRO_F1) == pytest.approx(
        reference.f1_score(rows["label"], predicted, average="macro")
    )
    assert value(tfma_config.LOSS) == pytest.approx(
        reference.log_loss(rows["label"], np.stack(rows["probabilities"])), rel=1e-4
    )


def test_more_classes_add_no_metric(make_config: Callable[..., Config]) -> None:
    few = make_config()
    many = make_config(data={"labels": [f"class {n}" for n in range(400)]})
    assert tfma_config.eval_config(many) == tfma_config.eval_config(few)


def test_slices_are_the_configured_columns(
    make_config: Callable[..., Config],
) -> None:
    specs = tfma_config.eval_config(
        make_config(data={"slice_columns": ["source"]})
    ).slicing_specs
    assert [list(one.feature_keys) for one in specs] == [[], ["source"]]
