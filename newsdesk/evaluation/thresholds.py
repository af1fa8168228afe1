"""What the Evaluator measures, and what a model must reach."""

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
# What the Evaluator calls the two models when there are two.
CANDIDATE, BASELINE = "candidate", "baseline"
# Every loss but NaN keeps it.
ANY_LOSS = sys.float_info.max
# TFMA counts in 32 bits, where 0.91 - 0.90 is a little more than 0.01.
ROUNDING = 1e-6


def eval_config(config: Config) -> Any:
    """Describes metrics, slices and thresholds to TFMA.

    Args:
        config: the whole configuration; its evaluation section sets the thresholds.

    Returns:
        A `tfma.EvalConfig` over the `serving_examples` signature: figures overall, by
        label and by slice column; per class by arg-max. Without a baseline TFX leaves
        the limits on change out.
    """
    from tensorflow_model_analysis.proto import config_pb2 as tfma

    wanted = config.evaluation
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
                _bounds(lower_bound=wanted.min_accuracy),
                _change(wanted.max_drop),
                *(
                    _change(wanted.max_slice_drop, column)
                    for column in config.data.slice_columns
                ),
            ),
            # Always with a bound, which NaN does not keep.
            _metric(
                "SparseCategoricalCrossentropy",
                _bounds(upper_bound=wanted.max_loss or ANY_LOSS),
            ),
            _metric(
                "MacroF1",
                _bounds(lower_bound=wanted.min_macro_f1),
                _change(wanted.max_drop),
                module="components.f1",
            ),
            *(
                _metric(
                    "ClassF1",
                    _change(wanted.max_class_drop),
                    module="components.f1",
                    config={"class_id": place, "name": f"{CLASS_F1}{place}"},
                )
                for place in range(len(config.data.labels))
            ),
            tfma.MetricConfig(
                class_name="MultiClassConfusionMatrixAtThresholds",
                # Below every probability, so that every row has a predicted class.
                config=json.dumps({"thresholds": [-1.0]}),
            ),
        ],
    )
    # By arg-max: the default threshold of 0.5 would count a row whose best
    # probability is 0.4 as a miss of every class, and top_k alone, whose threshold
    # is -inf, gives a class that is never predicted a recall of 1.
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
    """A metric that must keep its limits."""
    from tensorflow_model_analysis.proto import config_pb2 as tfma

    return tfma.MetricConfig(
        class_name=class_name,
        module=module,
        config=json.dumps(config) if config else "",
        per_slice_thresholds=limits,
    )


def _bounds(**bounds: float) -> Any:
    """Bounds of the value over all rows."""
    from tensorflow_model_analysis.proto import config_pb2 as tfma

    given = {name: {"value": bound} for name, bound in bounds.items()}
    return tfma.PerSliceMetricThreshold(
        slicing_specs=[tfma.SlicingSpec()],
        threshold=tfma.MetricThreshold(
            value_threshold=tfma.GenericValueThreshold(**given)
        ),
    )


def _change(most: float, column: str | None = None) -> Any:
    """What a value may lose against the baseline, over all rows or by a column."""
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
