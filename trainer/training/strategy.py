"""Chooses the devices and machines of a training, with tf.distribute."""

import json
import os
from typing import Any

import tensorflow as tf

from newsdesk.config.train import Train
from newsdesk.errors import ConfigError, NewsdeskError

_SUM = tf.distribute.ReduceOp.SUM


def choose(train: Train) -> tf.distribute.Strategy:
    """Makes the strategy that `train.strategy` names, before TensorFlow's first op.

    Args:
        train: the train section; auto means several workers if TF_CONFIG names them,
            all GPUs if there are several, and one device otherwise.

    Returns:
        The strategy; the model must be created in its scope.

    Raises:
        ConfigError: the section asks for several workers, but TF_CONFIG names none.
    """
    workers = _worker_count()
    gpus = tf.config.list_physical_devices("GPU")
    name = train.strategy
    if name == "auto":
        name = "multi_worker" if workers > 1 else "mirrored" if len(gpus) > 1 else "one"
    if name == "multi_worker":
        if not workers:
            raise ConfigError(
                "train.strategy is 'multi_worker', but the environment variable "
                "TF_CONFIG names no workers; set it, or choose another strategy"
            )
        return tf.distribute.MultiWorkerMirroredStrategy()
    if name == "mirrored":
        devices = tf.config.list_logical_devices("GPU" if gpus else "CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    return tf.distribute.get_strategy()


def is_chief() -> bool:
    """Whether this process is the one that writes, in the scope of a strategy."""
    resolver = tf.distribute.get_strategy().cluster_resolver
    if resolver is None or resolver.task_type in (None, "chief"):
        return True
    has_chief = "chief" in resolver.cluster_spec().jobs
    return not has_chief and (resolver.task_type, resolver.task_id) == ("worker", 0)


def anywhere(flag: bool) -> bool:
    """Finds out whether a flag is set on any worker; all workers must call this.

    Args:
        flag: the flag of this worker.

    Returns:
        The result, the same on all workers.
    """
    return _total(int(flag)) > 0 if _worker_count() > 1 else flag


def refuse_unequal(number: int) -> None:
    """Makes sure that all workers continue from the same step.

    Args:
        number: of the step on this worker.

    Raises:
        NewsdeskError: they do not.
    """
    if _worker_count() < 2:
        return
    # If the numbers differ, at least one of them is not the mean.
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    if anywhere(_total(number) != number * replicas):
        raise NewsdeskError(
            f"the workers do not all continue from step {number}; set "
            "output.checkpoints to a folder that they share"
        )


def _total(number: int) -> int:
    """The sum of a number over all replicas of all workers."""
    strategy = tf.distribute.get_strategy()
    numbers = strategy.run(lambda: tf.constant(number, tf.int32))
    return int(strategy.reduce(_SUM, numbers, axis=None))


def _worker_count() -> int:
    """The number of workers that TF_CONFIG names, 0 if it names none."""
    try:
        parsed: Any = json.loads(os.environ.get("TF_CONFIG") or "{}")
        cluster = parsed.get("cluster", {})
        return sum(len(cluster.get(kind, [])) for kind in ("chief", "worker"))
    except (ValueError, AttributeError, TypeError):
        raise ConfigError(
            "the environment variable TF_CONFIG is not a JSON object with a cluster; "
            "correct or remove it"
        ) from None
