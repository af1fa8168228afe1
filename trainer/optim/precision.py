"""Chooses the precision of a training, and scales the loss for float16."""

from pathlib import Path

import tensorflow as tf

from newsdesk.config.encoders import Encoder
from newsdesk.config.train import Train

CPU_INFO = Path("/proc/cpuinfo")
# What Linux calls the instructions that multiply bfloat16 matrices: AMX, and AVX-512.
_AMX, _AVX512 = "amx_bf16", "avx512_bf16"
# The compute capability of the first NVIDIA GPUs with bfloat16.
_BFLOAT16_CAPABILITY = (8, 0)
_FIRST_SCALE = 2.0**15
_STEPS_UNTIL_DOUBLED = 2000


def resolve(train: Train, encoder: Encoder) -> str:
    """Decides what `train.precision` means on this machine.

    Args:
        train: the train section.
        encoder: the model.encoder section.

    Returns:
        float32, bfloat16 or float16: what activations are computed in.
    """
    if train.precision != "auto":
        return train.precision
    gpus = tf.config.list_physical_devices("GPU")
    if ("GPU" if gpus else "CPU") not in encoder.half_precision:
        return "float32"
    if gpus:
        return "bfloat16" if all(map(_gpu_has_bfloat16, gpus)) else "float16"
    return "bfloat16" if _cpu_is_faster_in_bfloat16() else "float32"


def uses_xla(train: Train) -> bool:
    """Decides what `train.xla` means on this machine.

    Args:
        train: the train section; auto means only with GPUs, because XLA is slower on a
            CPU.

    Returns:
        Whether XLA compiles the model for training.
    """
    if train.xla == "auto":
        return bool(tf.config.list_physical_devices("GPU"))
    return train.xla == "on"


def _gpu_has_bfloat16(gpu: tf.config.PhysicalDevice) -> bool:
    details = tf.config.experimental.get_device_details(gpu)
    return details.get("compute_capability", (0, 0)) >= _BFLOAT16_CAPABILITY


def _cpu_is_faster_in_bfloat16() -> bool:
    try:
        fields = dict(map(_field, CPU_INFO.read_text().splitlines()))
    except OSError:
        return False
    flags = fields.get("flags", "").split()
    if _AMX in flags:
        return True
    # Virtual machines may hide AMX and show the AVX-512 instruction. On Intel's
    # processors with AMX, products then take twice as long as in float32; on AMD's,
    # this instruction makes a training step 1.7 times as fast (benchmarks/README.md).
    return _AVX512 in flags and fields.get("vendor_id") != "GenuineIntel"


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


class LossScale:
    """A factor of the loss that keeps float16 gradients from vanishing.

    It is halved after an overflow, and doubled after many steps without one: dynamic
    loss scaling as in Micikevicius et al. (2018). Create it in the scope of the
    strategy.
    """

    def __init__(self) -> None:
        self.scale = self._variable(_FIRST_SCALE, tf.float32, "loss_scale")
        self.good_steps = self._variable(0, tf.int64, "good_steps")

    @property
    def variables(self) -> list[tf.Variable]:
        """The variables that a checkpoint must contain."""
        return [self.scale, self.good_steps]

    def update(self, finite: tf.Tensor) -> None:
        """Adapts the factor after a step.

        Args:
            finite: bool scalar, whether all gradients were finite.
        """
        good = tf.where(finite, self.good_steps + 1, 0)
        double = good >= _STEPS_UNTIL_DOUBLED
        factor = tf.where(finite, tf.where(double, 2.0, 1.0), 0.5)
        self.scale.assign(tf.maximum(self.scale * factor, 1.0))
        self.good_steps.assign(tf.where(double, tf.zeros_like(good), good))

    @staticmethod
    def _variable(value: float, dtype: tf.DType, name: str) -> tf.Variable:
        return tf.Variable(
            tf.constant(value, dtype),
            trainable=False,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
            name=name,
        )
