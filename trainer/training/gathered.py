"""Computes something for every row of a batch, on all replicas."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf


class Gathered:
    """A function of rows, on all replicas of the strategy in scope.

    Args:
        function: from the inputs of some rows to one result for each.
        dtype: of the inputs.
        xla: whether XLA compiles the function, once for each shape of batches.
    """

    def __init__(
        self, function: Callable[..., tf.Tensor], dtype: tf.DType, xla: bool
    ) -> None:
        self._strategy = tf.distribute.get_strategy()
        self._function = tf.function(function, autograph=False, jit_compile=xla or None)
        self._gathered = tf.function(
            self._gather, [tf.TensorSpec([None, None], dtype)], autograph=False
        )

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        """Computes a batch.

        Args:
            inputs: [batch, length or width].

        Returns:
            [batch, ...], in the order of the rows.
        """
        gathered = self._gathered(inputs).numpy()
        replicas = self._strategy.num_replicas_in_sync
        rows = np.arange(len(inputs))
        found = np.empty_like(gathered)
        # The rows of the first replica come first.
        shares = [rows[replica::replicas] for replica in range(replicas)]
        found[np.concatenate(shares)] = gathered
        return found

    def _gather(self, inputs: tf.Tensor) -> tf.Tensor:
        found = self._strategy.run(self._on_replica, (inputs,))
        return self._strategy.gather(found, axis=0)

    def _on_replica(self, inputs: tf.Tensor) -> tf.Tensor:
        context = tf.distribute.get_replica_context()
        replicas = context.num_replicas_in_sync
        return self._function(inputs[context.replica_id_in_sync_group :: replicas])
