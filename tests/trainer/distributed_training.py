"""A training in a process of its own, where TensorFlow has not begun yet.

python tests/trainer/distributed_training.py STRATEGY FOLDER writes what became of the
weights to FOLDER/weights-WORKER.npz; `mirrored` is over two logical CPU devices.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np

import trainer  # noqa: F401  chooses Keras before TensorFlow is imported
from newsdesk.config.train import Train
from tests.trainer import tiny_training
from trainer.training import strategy
from trainer.training.checkpoints import Checkpoints
from trainer.training.progress import Progress
from trainer.training.stopping import Stop
from trainer.training.vectors import Features


def split_the_processor() -> None:
    """Makes two logical devices, which TensorFlow allows before its first op."""
    import tensorflow as tf

    (device,) = tf.config.list_physical_devices("CPU")
    halves = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(device, halves)


def run(name: str, folder: Path) -> None:
    """Trains two epochs of 61 rows in batches of 9, two of them to a step."""
    if name == "mirrored":
        split_the_processor()
    chosen = strategy.choose(Train(strategy=name))
    with chosen.scope():
        whole = tiny_training.rows()
        rows = tiny_training.in_content_order(
            whole.ids[: whole.starts[61]],
            whole.lengths[:61],
            whole.labels[:61],
            whole.keys[:61],
        )
        model, loop = tiny_training.loop(
            rows, dropout=0.0, lazy=True, epochs=2, batch_size=9, accumulation=2
        )
        worker = json.loads(os.environ.get("TF_CONFIG") or '{"task": {"index": 0}}')
        checkpoints = Checkpoints(folder, writes=strategy.is_chief())
        events = Progress(str(folder / "events"))
        figures = loop.fit(rows, rows, events, checkpoints, Stop()).figures
        features = Features(model, xla=False)(rows.take(np.arange(7)).inputs)
        np.savez(
            folder / f"weights-{worker['task']['index']}",
            *model.get_weights(),
            features=features,
            figures=[figures.accuracy, figures.loss],
            replicas=chosen.num_replicas_in_sync,
            wrote=checkpoints.writes,
        )


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]))
