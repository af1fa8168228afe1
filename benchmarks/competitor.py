"""The processes that benchmarks/train.py compares, and what they need to start."""

import dataclasses
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.race import MARK, Task
from benchmarks.table import ROOT

_HOME = ROOT / ".benchmarks"
PINS = ROOT / "benchmarks" / "torch.txt"
OURS, TORCH = "newsdesk", "transformers' Trainer"
TORCH_FLOAT32 = f"{TORCH}, float32"
WAYS = {
    OURS: "ours",
    TORCH: "torch",
    TORCH_FLOAT32: "torch-float32",
    "newsdesk, padded": "padded",
    "as TFX's BERT examples": "examples",
}


class Competitor:
    """A process that trains.

    Args:
        name: what the table calls it.
        task: what to do.
    """

    def __init__(self, name: str, task: Task) -> None:
        self.name = name
        self.peak_mib = 0.0
        self.log = _HOME / f"{WAYS[name]}.log"
        python, module = sys.executable, "benchmarks.our_trainer"
        if name in (TORCH, TORCH_FLOAT32):
            python, module = str(torch_python()), "benchmarks.torch_trainer"
        self._process = subprocess.Popen(
            [python, "-m", module]
            + [dataclasses.replace(task, way=WAYS[name]).to_json()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("w"),
            text=True,
            cwd=ROOT,
        )

    def hear(self) -> dict[str, Any]:
        """Waits for the next report of the process."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(MARK):
                report: dict[str, Any] = json.loads(line.removeprefix(MARK))
                return report
        sys.exit(f"{self.name} ended with {self._process.wait()}; see {self.log}")

    def train(self, steps: int) -> float:
        """Lets the process train.

        Args:
            steps: of the optimizer.

        Returns:
            Rows per second.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        report = self.hear()
        self.peak_mib = report["peak_mib"]
        return float(report["rows"] / report["seconds"])

    def wait(self) -> None:
        """Waits for the end of the process."""
        self._process.wait()

    def end(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.wait()


def our_precision() -> str:
    """Returns what `train.precision = "auto"` means here for a checkpoint."""
    # Imports TensorFlow, which takes seconds.
    from newsdesk.config.encoders import CheckpointEncoder
    from newsdesk.config.train import Train
    from trainer.optim.precision import resolve

    return resolve(Train(), CheckpointEncoder(kind="checkpoint", path="any"))


def torch_versions() -> str:
    """Returns the versions of PyTorch and transformers that are compared."""
    pins = [line.split()[0] for line in PINS.read_text().splitlines() if "==" in line]
    found = [pin for pin in pins if pin.startswith(("torch==", "transformers=="))]
    return ", ".join(found).replace("==", " ")


def torch_python() -> Path:
    """Returns the interpreter of the environment with PyTorch, made at first use.

    Returns:
        Its path.
    """
    folder = _HOME / "torch"
    python, made = folder / "bin" / "python", folder / ".newsdesk"
    if made.exists() and made.read_text() == PINS.read_text():
        return python
    uv = shutil.which("uv") or str(ROOT / ".uv" / "venv" / "bin" / "uv")
    base = _python_3_11()
    for command in (
        [uv, "venv", "--clear", "--python", base, str(folder)],
        [uv, "pip", "sync", "--require-hashes", "--compile-bytecode"]
        + ["--python", str(python), str(PINS)],
    ):
        if subprocess.run(command, cwd=ROOT).returncode:
            sys.exit(f"`{' '.join(command[:3])}` failed; see its output above")
    made.write_text(PINS.read_text())
    return python


def _python_3_11() -> str:
    own = Path(sys.base_prefix, "bin", "python3.11")
    base = str(own) if own.exists() else shutil.which("python3.11")
    if not base:
        sys.exit("PyTorch's environment needs Python 3.11; put python3.11 on the PATH")
    return base


def hub(weights: Path) -> str:
    """Returns a checkpoint as SavedModels of TF Hub, made at first use.

    Args:
        weights: folder of the checkpoint.

    Returns:
        A folder of `encoder` and `preprocess`.
    """
    folder = _HOME / "hub" / weights.resolve().name
    if not folder.exists():
        command = [sys.executable, "-m", "pipeline.cli", "encoder", "import"]
        words = [str(weights), "--to", str(folder)]
        if subprocess.run([*command, *words], cwd=ROOT).returncode:
            sys.exit(f"{weights} cannot be imported; see the output above")
    return str(folder)
