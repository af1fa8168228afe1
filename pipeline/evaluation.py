"""What the Evaluator measures, and what a model must reach."""

import json
from typing import Any

from pipeline import features
from pipeline.config import Config

ACCURACY = "sparse_categorical_accuracy"
LOSS = "sparse_categorical_crossentropy"
MACRO_F1 = "macro_f1"
CONFUSION = "multi_class_confusion_matrix_at_thresholds"
PER_CLASS = ("precision", "recall", "f1_score")


def eval_config(config: Config) -> Any:
    """Describes metrics, slices and thresholds to TFMA.

    Args:
        config: the whole configuration; its evaluation section sets the thresholds.

    Returns:
        A `tfma.EvalConfig` over the `serving_examples` signature: figures overall, by
        label and by slice column; per class by arg-max.
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
            _metric("SparseCategoricalAccuracy", lower_bound=wanted.min_accuracy),
            _metric("SparseCategoricalCrossentropy", upper_bound=wanted.max_loss),
            _metric(
                "MacroF1",
                lower_bound=wanted.min_macro_f1,
                module="components.macro_f1",
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
            tfma.MetricConfig(class_name=name, config=json.dumps(by_arg_max))
            for name in ("Precision", "Recall", "F1Score")
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


def _metric(class_name: str, module: str = "", **bounds: float | None) -> Any:
    """A metric whose value over all rows must keep its bounds, where there are any."""
    from tensorflow_model_analysis.proto import config_pb2 as tfma

    given = {name: {"value": bound} for name, bound in bounds.items() if bound}
    limits = [
        tfma.PerSliceMetricThreshold(
            slicing_specs=[tfma.SlicingSpec()],
            threshold=tfma.MetricThreshold(
                value_threshold=tfma.GenericValueThreshold(**given)
            ),
        )
    ]
    return tfma.MetricConfig(
        class_name=class_name,
        module=module,
        per_slice_thresholds=limits if given else [],
    )
