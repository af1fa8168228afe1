"""The metrics of the Evaluator, and the thresholds that a model must reach."""

import json
import sys
from typing import Any

from newsdesk import features
from newsdesk.config.sections import Config

ACCURACY = "sparse_categorical_accuracy"
LOSS = "sparse_categorical_crossentropy"
MACRO_F1 = "macro_f1"
CONFUSION = "multi_class_confusion_matrix_at_thresholds"
CLASS_F1 = "f1_of_class_"
PER_CLASS = ("precision", "recall", "f1_score")
# TFX gives these names to the two models, if there are two.
CANDIDATE, BASELINE = "candidate", "baseline"
# An upper bound that every finite loss keeps, so that NaN is refused.
ANY_LOSS = sys.float_info.max
# TFMA computes in 32 bits, where 0.91 - 0.90 is slightly more than 0.01.
ROUNDING = 1e-6


def eval_config(config: Config) -> Any:
    """Describes metrics, slices and thresholds to TFMA.

    Args:
        config: the whole configuration; its evaluation section sets the thresholds.

    Returns:
        A `tfma.EvalConfig` over the `serving_examples` signature: metrics overall, by
        label, by slice column, and for each class by arg-max. Without a baseline, TFX
        omits the limits on change.
    """
    from tensorflow_model_analysis.proto import config_pb2 as tfma

    limits = config.evaluation
    spec = tfma.ModelSpec(
        signature_name=features.SERVING_EXAMPLES,
        label_key=features.LABEL,
        prediction_key=features.PROBABILITIES,
    )
    overall = tfma.MetricsSpec(
        metrics=[
            tfma.MetricConfig(class_name="ExampleCount"),
            _metric(
                "SparseCategoricalAccuracy",
                _bounds(lower_bound=limits.min_accuracy),
                _change(limits.max_drop),
                *(
                    _change(limits.max_slice_drop, column)
                    for column in config.data.slice_columns
                ),
            ),
            # Always with a bound, because without one NaN would pass.
            _metric(
                "SparseCategoricalCrossentropy",
                _bounds(upper_bound=limits.max_loss or ANY_LOSS),
            ),
            _metric(
                "MacroF1",
                _bounds(lower_bound=limits.min_macro_f1),
                _change(limits.max_drop),
                module="components.f1",
            ),
            *(
                _metric(
                    "ClassF1",
                    _change(limits.max_class_drop),
                    module="components.f1",
                    config={"class_id": index, "name": f"{CLASS_F1}{index}"},
                )
                for index in range(len(config.data.labels))
            ),
            tfma.MetricConfig(
                class_name="MultiClassConfusionMatrixAtThresholds",
                # Below every probability, so that every row has a predicted class.
                config=json.dumps({"thresholds": [-1.0]}),
            ),
        ],
    )
    # By arg-max. With the default threshold of 0.5, a row whose best probability is 0.4
    # would be predicted as no class. With top_k alone, whose threshold is -inf, a class
    # that is never predicted would have recall 1.
    by_arg_max = {"top_k": 1, "thresholds": [0.0]}
    per_class = tfma.MetricsSpec(
        binarize=tfma.BinarizationOptions(
            class_ids={"values": range(len(config.data.labels))}
        ),
        metrics=[
            _metric("Precision", config=by_arg_max),
            _metric("Recall", config=by_arg_max),
            _metric("F1Score", config=by_arg_max),
        ],
    )
    return tfma.EvalConfig(
        model_specs=[spec],
        slicing_specs=[
            tfma.SlicingSpec(),
            *(
                tfma.SlicingSpec(feature_keys=[key])
                for key in (features.LABEL, *config.data.slice_columns)
            ),
        ],
        metrics_specs=[overall, per_class],
    )


def _metric(
    class_name: str,
    *limits: Any,
    module: str = "",
    config: dict[str, Any] | None = None,
) -> Any:
    """Makes a metric with its thresholds."""
    from tensorflow_model_analysis.proto import config_pb2 as tfma

    return tfma.MetricConfig(
        class_name=class_name,
        module=module,
        config=json.dumps(config) if config else "",
        per_slice_thresholds=limits,
    )


def _bounds(**bounds: float) -> Any:
    """Makes a threshold on the value over all rows."""
    from tensorflow_model_analysis.proto import config_pb2 as tfma

    given = {name: {"value": bound} for name, bound in bounds.items()}
    return tfma.PerSliceMetricThreshold(
        slicing_specs=[tfma.SlicingSpec()],
        threshold=tfma.MetricThreshold(
            value_threshold=tfma.GenericValueThreshold(**given)
        ),
    )


def _change(most: float, column: str | None = None) -> Any:
    """Makes a limit on the drop below the baseline, over all rows or by a column."""
    from tensorflow_model_analysis.proto import config_pb2 as tfma

    return tfma.PerSliceMetricThreshold(
        slicing_specs=[tfma.SlicingSpec(feature_keys=[column] if column else [])],
        threshold=tfma.MetricThreshold(
            change_threshold=tfma.GenericChangeThreshold(
                direction=tfma.MetricDirection.HIGHER_IS_BETTER,
                absolute={"value": -most - ROUNDING},
            )
        ),
    )
