"""One step of AdamW on one variable: on all of it, or on some rows."""

from typing import NamedTuple, TypeAlias

import tensorflow as tf

Gradient: TypeAlias = tf.Tensor | tf.IndexedSlices


class Scalars(NamedTuple):
    """Float32 scalars that all variables of one step share.

    Attributes:
        rate: the learning rate.
        corrected_rate: the learning rate with Adam's bias correction.
        beta_1: decay rate of the first moment.
        beta_2: decay rate of the second moment.
        epsilon: is added to the root of the second moment, which may be zero.
        factor: clips the gradients and removes the scale of the loss from them.
    """

    rate: tf.Tensor
    corrected_rate: tf.Tensor
    beta_1: tf.Tensor
    beta_2: tf.Tensor
    epsilon: float
    factor: tf.Tensor


def summed(gradient: Gradient) -> Gradient:
    """Sums the gradients of equal rows of an embedding.

    Args:
        gradient: the gradient of any variable.

    Returns:
        An equal gradient that has each row once.
    """
    if not isinstance(gradient, tf.IndexedSlices):
        return gradient
    rows, segments = tf.unique(gradient.indices)
    values = tf.math.unsorted_segment_sum(gradient.values, segments, tf.size(rows))
    return tf.IndexedSlices(values, rows, gradient.dense_shape)


def change_all(
    value: tf.Variable,
    gradient: tf.Tensor,
    first: tf.Variable,
    second: tf.Variable,
    kept: tf.Tensor | None,
    scalars: Scalars,
) -> None:
    """Makes one step of AdamW (Loshchilov and Hutter, 2019) on a whole variable.

    Args:
        value: the variable.
        gradient: clipped, of the variable's shape.
        first: its first moment.
        second: its second moment.
        kept: float32 scalar, the share of the value that weight decay leaves; None
            without decay.
        scalars: the scalars of the step, with the `corrected_rate` of this variable.
    """
    if kept is not None:
        value.assign(value * kept)
    tf.raw_ops.ResourceApplyAdam(
        var=value.handle,
        m=first.handle,
        v=second.handle,
        # Zero, because the rate already contains the bias correction.
        beta1_power=0.0,
        beta2_power=0.0,
        lr=scalars.corrected_rate,
        beta1=scalars.beta_1,
        beta2=scalars.beta_2,
        epsilon=scalars.epsilon,
        grad=gradient,
    )


def change_rows(
    value: tf.Variable,
    gradient: tf.IndexedSlices,
    first: tf.Variable,
    second: tf.Variable,
    kept: tf.Tensor | None,
    scalars: Scalars,
) -> None:
    """Makes one step on the rows that have a gradient, and leaves all others alone.

    Args:
        value: the variable.
        gradient: clipped, with each row once.
        first: its first moment.
        second: its second moment.
        kept: float32 scalar, the share of the value that weight decay leaves; None
            without decay.
        scalars: the scalars of the step, with the `corrected_rate` of this variable.
    """
    rows = gradient.indices
    slope = gradient.values
    moved = tf.gather(value, rows)
    mean, square = tf.gather(first, rows), tf.gather(second, rows)
    mean += (slope - mean) * (1 - scalars.beta_1)
    square += (slope**2 - square) * (1 - scalars.beta_2)
    if kept is not None:
        moved *= kept
    moved -= scalars.corrected_rate * mean / (tf.sqrt(square) + scalars.epsilon)
    for variable, values in ((value, moved), (first, mean), (second, square)):
        variable.scatter_update(tf.IndexedSlices(values, rows))
