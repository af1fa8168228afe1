"""One step of AdamW on one variable: on all of it, or on some rows."""

from typing import NamedTuple, TypeAlias

import tensorflow as tf

Gradient: TypeAlias = tf.Tensor | tf.IndexedSlices


class Scalars(NamedTuple):
    """What all variables of one step share: float32 scalars.

    Attributes:
        rate: the learning rate.
        corrected_rate: the same with Adam's correction of its young moments.
        beta_1: how much of the first moment stays.
        beta_2: how much of the second one does.
        epsilon: keeps the root of the second moment from zero.
        factor: clips the gradients and takes the scale of the loss out of them.
    """

    rate: tf.Tensor
    corrected_rate: tf.Tensor
    beta_1: tf.Tensor
    beta_2: tf.Tensor
    epsilon: float
    factor: tf.Tensor


def summed(gradient: Gradient) -> Gradient:
    """Adds up what an embedding's gradient says of one row.

    Args:
        gradient: of any variable.

    Returns:
        The same gradient, every row in it once.
    """
    if not isinstance(gradient, tf.IndexedSlices):
        return gradient
    rows, places = tf.unique(gradient.indices)
    values = tf.math.unsorted_segment_sum(gradient.values, places, tf.size(rows))
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
        kept: float32 scalar, the share that weight decay leaves; None for all.
        scalars: of the step; `corrected_rate` is the variable's own.
    """
    if kept is not None:
        value.assign(value * kept)
    tf.raw_ops.ResourceApplyAdam(
        var=value.handle,
        m=first.handle,
        v=second.handle,
        # The correction of the bias is in the rate.
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
    """Makes one step on the rows that have a gradient; all others stay as they are.

    Args:
        value: the variable.
        gradient: clipped, every row in it once.
        first: its first moment.
        second: its second moment.
        kept: float32 scalar, the share that weight decay leaves; None for all.
        scalars: of the step; `corrected_rate` is the variable's own.
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
