"""Shows where a training step spends its time: a table of operation types.

The batches are random token ids, 32 rows of 52 tokens as in AG News, so no data is
needed. Milliseconds are summed over all threads, without the operations that are nested
inside. Functions that XLA compiles are not in the table.
"""

import argparse
import collections
import resource
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import trainer  # noqa: F401  chooses Keras before TensorFlow is imported

# isort: split

import numpy as np
import tensorflow as tf
from tensorflow.tsl.profiler.protobuf import xplane_pb2

from benchmarks.competitor import our_precision
from benchmarks.table import ROOT, machine, markdown
from newsdesk.config.load import load
from trainer.data.batches import Batch
from trainer.model import Classifier
from trainer.optim import optimizer
from trainer.training.loop import Loop
from trainer.training.objective import Objective

_PRESET = ROOT / "pipeline" / "configs" / "ag_news_checkpoint.toml"
_ROWS, _TOKENS, _IDS, _CLASSES = 32, 52, 30522, 4
_PICOSECONDS = 1e12


def main() -> None:
    """Reads the command line, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", required=True, help="folder of a checkpoint")
    parser.add_argument("--steps", type=int, default=30, help="number of timed steps")
    parser.add_argument("--lines", type=int, default=24, help="number of types shown")
    arguments = parser.parse_args()
    where, precision = machine(), our_precision()
    loop = _loop(Path(arguments.weights), precision)
    batch = _batch()
    for _ in range(5):
        loop.compiled.step([batch])
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    for _ in range(arguments.steps):
        loop.compiled.step([batch]).numpy()
    seconds = (time.perf_counter() - began) / arguments.steps
    used = resource.getrusage(resource.RUSAGE_SELF)
    found = profile(loop, batch, arguments.steps)
    total = sum(milliseconds for milliseconds, _ in found.values())
    rows = [
        [name, f"{milliseconds:.1f}", f"{milliseconds / total:.1%}", f"{calls:.0f}"]
        for name, (milliseconds, calls) in found.items()
    ]
    print(where)
    rate = f"{1000 * seconds:.0f} ms a step, {_ROWS / seconds:.1f} rows/s"
    print(f"{precision}: {rate}; of a step:")
    for name in ("ru_utime", "ru_stime", "ru_minflt"):
        each = (getattr(used, name) - getattr(before, name)) / arguments.steps
        print(f"  {name} {each:.3f}")
    head = ["operation", "ms", "share", "calls"]
    print(markdown(head, rows[: arguments.lines]))


def profile(loop: Loop, batch: Batch, steps: int) -> dict[str, tuple[float, float]]:
    """Measures the operations of a step.

    Args:
        loop: what trains, already warm.
        batch: the batch of every step.
        steps: how many to average over.

    Returns:
        Milliseconds and calls by type of operation, the longest first.
    """
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        for _ in range(steps):
            loop.compiled.step([batch]).numpy()
        tf.profiler.experimental.stop()
        (file,) = Path(folder).rglob("*.xplane.pb")
        space = xplane_pb2.XSpace.FromString(file.read_bytes())
    times: collections.Counter[str] = collections.Counter()
    calls: collections.Counter[str] = collections.Counter()
    for plane in space.planes:
        names = {key: value.name for key, value in plane.event_metadata.items()}
        for line in plane.lines:
            for event, own in _own_times(line.events):
                name = names[event.metadata_id]
                # Operations are named NODE:TYPE; all else belongs to the runtime.
                node, _, kind = name.rpartition(":")
                if node and not node.endswith(":") and " " not in kind:
                    times[kind] += own
                    calls[kind] += 1
    return {
        kind: (1000 * time / _PICOSECONDS / steps, calls[kind] / steps)
        for kind, time in times.most_common()
    }


def _own_times(events: Iterable[Any]) -> list[tuple[Any, int]]:
    """Each event with its picoseconds, less those of the events inside it."""
    found: list[tuple[Any, int]] = []
    stack: list[list[Any]] = []
    for event in sorted(events, key=lambda e: (e.offset_ps, -e.duration_ps)):
        while stack and event.offset_ps >= stack[-1][0].offset_ps + (
            stack[-1][0].duration_ps
        ):
            event_inside, own = stack.pop()
            found.append((event_inside, own))
        if stack:
            stack[-1][1] -= event.duration_ps
        stack.append([event, event.duration_ps])
    return found + [(event, own) for event, own in stack]


def _loop(weights: Path, precision: str) -> Loop:
    config = load(
        _PRESET, [f"model.encoder.path={weights.resolve()}", "train.precision=auto"]
    )
    model = Classifier(config.model, _IDS, 128, _CLASSES, precision)
    steps = optimizer.Steps(1000, 1000, 100)
    depths = model.encoder.depths
    adamw = optimizer.build(config.optimizer, steps, depths, None)
    return Loop(model, adamw, config.train, steps, Objective(None, 0.0))


def _batch() -> Batch:
    random = np.random.default_rng(0)
    ids = random.integers(1000, _IDS, [_ROWS, _TOKENS]).astype(np.int32)
    return Batch(ids, random.integers(0, _CLASSES, _ROWS).astype(np.int32))


if __name__ == "__main__":
    main()
