"""Publishes a trained model with the nodes of a run that come after the Trainer."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from components import predictions
from components.publisher import executor
from components.text_statistics.component import TextStatisticsOfSplits
from newsdesk.evaluation import decision
from newsdesk.evaluation.decision import Decision


def publish(
    exported: Path, texts: Sequence[str], labels: Sequence[str], scratch: Path
) -> Path:
    """Predicts texts with a model, and publishes it with every check.

    Args:
        exported: the folder of the SavedModel.
        texts: that are predicted, and predicted again in the rehearsal.
        labels: what the model answers, in the order of its probabilities.
        scratch: an empty folder for all that the nodes write.

    Returns:
        The folder of the published version.
    """
    from tfx.types import standard_artifacts

    def made(artifact: Any, name: str) -> Any:
        artifact.uri = str(scratch / name)
        Path(artifact.uri).mkdir(parents=True)
        return artifact

    model = made(standard_artifacts.Model(), "candidate")
    exported.rename(Path(model.uri, "Format-Serving"))
    examples = made(standard_artifacts.Examples(), "examples")
    examples.split_names = '["test"]'
    _write(Path(examples.uri, "Split-test"), texts)
    predicted = made(predictions.RowPredictions(), "predictions")
    predictions.Executor().Do(
        {"examples": [examples], "model": [model]},
        {"predictions": [predicted]},
        {"split": "test", "slice_columns": "[]", "fingerprint": ""},
    )
    blessing = made(standard_artifacts.ModelBlessing(), "blessing")
    blessing.set_int_custom_property("blessed", 1)
    evaluation = made(standard_artifacts.ModelEvaluation(), "evaluation")
    decision.write(Decision(metrics={"accuracy": 0.9}), Path(evaluation.uri))
    statistics = made(TextStatisticsOfSplits(), "statistics")
    Path(statistics.uri, "statistics.json").write_text("{}")
    pushed = made(standard_artifacts.PushedModel(), "pushed")
    executor.Executor().Do(
        {
            "model": [model],
            "model_blessing": [blessing],
            "evaluation": [evaluation],
            "examples": [examples],
            "predictions": [predicted],
            "statistics": [statistics],
        },
        {"pushed_model": [pushed]},
        {
            "destination": str(scratch / "serving"),
            "grace_seconds": 60.0,
            "labels": json.dumps(labels),
            "origin": json.dumps({"recipe": "r", "code": "c", "versions": {}}),
            "accepted": "",
            "min_accuracy": 0.5,
            "fingerprint": "",
        },
    )
    return Path(pushed.get_string_custom_property("pushed_destination"))


def _write(split: Path, texts: Sequence[str]) -> None:
    import tensorflow as tf

    split.mkdir()
    with tf.io.TFRecordWriter(str(split / "rows.gz"), "GZIP") as writer:
        for text in texts:
            example = tf.train.Example()
            example.features.feature["text"].bytes_list.value.append(text.encode())
            example.features.feature["label"].int64_list.value.append(0)
            writer.write(example.SerializeToString())
