"""The metrics that TFX's Evaluator computes over all rows and by slice.

Nothing depends on the number of classes, and there are no thresholds: `decision`
decides.
"""

from typing import Any

from newsdesk import features
from newsdesk.config.sections import Config

ROWS = "example_count"
ACCURACY = "sparse_categorical_accuracy"
LOSS = "sparse_categorical_crossentropy"
MACRO_F1 = "macro_f1"
METRICS = (ROWS, ACCURACY, LOSS, MACRO_F1)


def eval_config(config: Config) -> Any:
    """Describes metrics and slices to TFMA.

    Args:
        config: the whole configuration.

    Returns:
        A `tfma.EvalConfig` of `METRICS`, overall and by slice column.
    """
    from tensorflow_model_analysis.proto import config_pb2 as tfma

    return tfma.EvalConfig(
        model_specs=[
            tfma.ModelSpec(
                signature_name=features.SERVING_EXAMPLES,
                label_key=features.LABEL,
                prediction_key=features.PROBABILITIES,
            )
        ],
        slicing_specs=[
            tfma.SlicingSpec(),
            *(
                tfma.SlicingSpec(feature_keys=[column])
                for column in config.data.slice_columns
            ),
        ],
        metrics_specs=[
            tfma.MetricsSpec(
                metrics=[
                    tfma.MetricConfig(
                        class_name="RowMetrics", module="components.tfma_rows"
                    )
                ]
            )
        ],
    )
