"""What auto means on which machine; float16 learns all the same."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from newsdesk.config.encoders import CheckpointEncoder, HubEncoder, TransformerEncoder
from newsdesk.config.train import Train
from tests.trainer import tiny_training
from trainer.optim import precision
from trainer.optim.precision import LossScale, resolve, uses_xla
from trainer.training.checkpoints import Checkpoints
from trainer.training.progress import Progress
from trainer.training.stopping import Stop

CHECKPOINT = CheckpointEncoder(kind="checkpoint", path="/model")
HUB = HubEncoder(kind="hub", path="/model", preprocess="/preprocess")
SMALL = TransformerEncoder()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Pretends to be a machine with some processor and some GPUs."""

    def pretend(
        flags: str = "",
        capabilities: tuple[tuple[int, int], ...] = (),
        vendor: str = "AuthenticAMD",
    ) -> None:
        info = tmp_path / "cpuinfo"
        lines = ["processor\t: 0", f"vendor_id\t: {vendor}"]
        lines += [f"flags\t\t: fpu {flags} sse", "bugs\t: none", ""]
        info.write_text("\n".join(lines))
        monkeypatch.setattr(precision, "CPU_INFO", info)
        gpus = [SimpleNamespace(capability=one) for one in capabilities]
        monkeypatch.setattr(
            tf.config,
            "list_physical_devices",
            lambda kind: gpus if kind == "GPU" else [],
        )
        monkeypatch.setattr(
            tf.config.experimental,
            "get_device_details",
            lambda gpu: {"compute_capability": gpu.capability},
        )

    return pretend


@pytest.mark.parametrize(
    ("flags", "capabilities", "encoder", "expected"),
    [
        ("avx512_bf16", (), CHECKPOINT, "bfloat16"),
        ("amx_bf16", (), CHECKPOINT, "bfloat16"),
        ("avx512f", (), CHECKPOINT, "float32"),
        ("avx512_bf16", (), SMALL, "float32"),
        ("avx512_bf16", (), HUB, "float32"),
        ("", ((8, 0),), CHECKPOINT, "bfloat16"),
        ("", ((9, 0), (9, 0)), SMALL, "bfloat16"),
        ("avx512_bf16", ((7, 5),), CHECKPOINT, "float16"),
        ("", ((9, 0), (7, 0)), CHECKPOINT, "float16"),
        ("", ((9, 0),), HUB, "float32"),
    ],
)
def test_auto_chooses_the_best_precision_of_the_machine(
    machine: Any,
    flags: str,
    capabilities: tuple[tuple[int, int], ...],
    encoder: Any,
    expected: str,
) -> None:
    machine(flags, capabilities)

    assert resolve(Train(), encoder) == expected


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("avx512_bf16 amx_bf16", "bfloat16"), ("avx512_bf16 avx512_fp16", "float32")],
)
def test_intel_is_faster_in_bfloat16_only_with_amx(
    machine: Any, flags: str, expected: str
) -> None:
    machine(flags, vendor="GenuineIntel")

    assert resolve(Train(), CHECKPOINT) == expected


@pytest.mark.parametrize("asked", ["float32", "bfloat16", "float16"])
def test_a_given_precision_is_used(machine: Any, asked: Any) -> None:
    machine("")

    assert resolve(Train(precision=asked), CHECKPOINT) == asked


def test_xla_is_used_on_gpus_by_default(machine: Any) -> None:
    machine("")
    assert not uses_xla(Train())
    assert uses_xla(Train(xla="on"))
    machine("", ((8, 0),))
    assert uses_xla(Train())
    assert not uses_xla(Train(xla="off"))


@pytest.mark.slow
@pytest.mark.parametrize("choice", ["float16", "bfloat16"])
def test_it_learns_in_half_the_bits(choice: Any, tmp_path: Path) -> None:
    rows = tiny_training.rows()
    scale = LossScale() if choice == "float16" else None
    _, loop = tiny_training.loop(rows, precision=choice, scale=scale, epochs=12)
    progress = Progress(str(tmp_path / "e"))
    figures, _ = loop.fit(rows, rows, progress, Checkpoints(tmp_path), Stop())

    # By chance it would be a quarter.
    assert figures.accuracy > 0.8


@pytest.mark.slow
def test_xla_makes_the_same_step() -> None:
    rows = tiny_training.rows()

    def step(xla: Any) -> tuple[float, list[np.ndarray]]:
        model, loop = tiny_training.loop(rows, dropout=0.0, lazy=True, xla=xla)
        mean = loop.compiled.step([rows.take(np.arange(7))])
        return float(mean), model.get_weights()

    mean, weights = step("on")
    expected_mean, expected = step("off")

    assert mean == pytest.approx(expected_mean, rel=1e-5)
    for one, other in zip(weights, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.slow
def test_the_loss_scale_survives(tmp_path: Path) -> None:
    scales = [LossScale(), LossScale()]
    rows = tiny_training.rows()
    for scale in scales:
        _, loop = tiny_training.loop(rows, precision="float16", scale=scale)
        progress = Progress(str(tmp_path / "e"))
        loop.fit(rows, rows, progress, Checkpoints(tmp_path), Stop())

    assert int(scales[0].good_steps) == 24
    assert int(scales[1].good_steps) == 24
