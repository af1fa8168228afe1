"""TFMA's result files without Beam, for one process.

TFMA builds a pipeline of hundreds of stages for one file with a record for each slice.
The files are those that TFMA writes with Beam, except for the order of the records.
"""

from collections.abc import Iterable
from pathlib import Path

import tensorflow as tf
from google.protobuf import json_format
from google.protobuf.message import Message
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import (
    config_pb2,
    metrics_for_slice_pb2,
    validation_result_pb2,
)
from tensorflow_model_analysis.slicer import slicer_lib
from tensorflow_model_analysis.utils import config_util
from tensorflow_model_analysis.version import VERSION
from tensorflow_model_analysis.writers import metrics_plots_and_validations_writer

from components import predictions, tfma_rows


def write(
    predicted: Path, classes: int, eval_config: config_pb2.EvalConfig, output: Path
) -> None:
    """Writes TFMA's result files.

    Args:
        predicted: the folder of a RowPredictions artifact.
        classes: the number of classes.
        eval_config: from `tfma_config.eval_config`.
        output: the folder of the result; is made.
    """
    output.mkdir(parents=True, exist_ok=True)
    found = list(tfma_rows.by_slice(predictions.read(predicted), classes))
    keys = [slicer_lib.serialize_slice_key(slice_key) for slice_key, _ in found]
    part = "00000-of-00001.tfrecord"
    _write(output / f"metrics-{part}", map(_metrics, found))
    _write(
        output / f"plots-{part}",
        (metrics_for_slice_pb2.PlotsForSlice(slice_key=key) for key in keys),
    )
    _write(
        output / f"attributions-{part}",
        (metrics_for_slice_pb2.AttributionsForSlice(slice_key=key) for key in keys),
    )
    # Our rules decide, and TFMA has no thresholds.
    nothing = validation_result_pb2.ValidationResult(missing_thresholds=True)
    _write(output / "validations.tfrecord", [nothing])
    run = config_pb2.EvalRun(
        eval_config=config_util.update_eval_config_with_defaults(eval_config),
        version=VERSION,
        # What TFMA writes if it reads no files.
        data_location="<user provided PCollection>",
        file_format="<unknown>",
        model_locations={"": "<unknown>"},
    )
    text = json_format.MessageToJson(run) + "\n"
    (output / "eval_config.json").write_text(text, encoding="utf-8")


def _metrics(
    found: tuple[tfma_rows.SliceKey, tfma_rows.Sums],
) -> metrics_for_slice_pb2.MetricsForSlice:
    slice_key, sums = found
    metrics = {
        metric_types.MetricKey(name=name): value for name, value in sums.metrics.items()
    }
    return metrics_plots_and_validations_writer.convert_slice_metrics_to_proto(
        (slice_key, metrics), add_metrics_callbacks=None
    )


def _write(file: Path, records: Iterable[Message]) -> None:
    with tf.io.TFRecordWriter(str(file)) as writer:
        for record in records:
            writer.write(record.SerializeToString())
