"""Measures what is lost when the training process is killed: steps, or accuracy.

One pipeline trains undisturbed. In another, the same training is killed (SIGKILL) at
random moments, and after each kill the same command runs again.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.pipeline import command, run
from benchmarks.table import ROOT, keep, machine, markdown

_CONFIGS = ROOT / "pipeline" / "configs"
_STEP = re.compile(r"epoch \d+/\d+ step (\d+)/\d+")
_CONTINUED = re.compile(r"training continues from .*/(\d+)\.npz")

_PAUSE = 0.05


def main() -> None:
    """Reads the command line, kills, compares, and keeps the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="sample", help="name of a configuration")
    parser.add_argument("--kills", type=int, default=10, help="number of kills")
    parser.add_argument("--seed", type=int, default=1, help="seed of their moments")
    parser.add_argument(
        "--interval", type=int, default=10, help="steps between checkpoints"
    )
    parser.add_argument("overrides", nargs="*", help="SECTION.KEY=VALUE")
    arguments = parser.parse_args()
    where = machine()
    print(where)
    config = _CONFIGS / f"{arguments.preset}.toml"
    interval = f"train.checkpoint_steps={arguments.interval}"
    overrides = [*arguments.overrides, interval]
    chance = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory(prefix="newsdesk-kills-") as folder:
        whole, broken = Path(folder, "whole"), Path(folder, "broken")
        unbroken = run(config, [*overrides, f"output.root={whole}"], whole)
        training = next(
            float(node["seconds"])
            for node in unbroken["nodes"]
            if node["name"] == "Trainer"
        )
        overrides.append(f"output.root={broken}")
        # Together these moments end before the training does.
        moments = [
            chance.uniform(0, training / arguments.kills)
            for _ in range(arguments.kills)
        ]
        reached_steps = [kill(config, overrides, broken, one) for one in moments]
        last = run(config, overrides, broken)
        begins = [_began(log) for log in sorted(broken.glob("runs/*/log.txt"))]
    rows = [
        [str(number + 1), str(began), str(reached), str(max(0, reached - next_began))]
        for number, (began, reached, next_began) in enumerate(
            zip(begins, reached_steps, begins[1:], strict=False)
        )
    ]
    table = markdown(["kill", "began at step", "seen at step", "steps lost"], rows)
    difference = max(
        abs(last["metrics"][name] - figure)
        for name, figure in unbroken["metrics"].items()
    )
    lost = max(int(row[3]) for row in rows)
    result = (
        f"{arguments.kills} kills, {arguments.kills} resumptions; at most {lost} steps "
        f"lost with a checkpoint every {arguments.interval}; metrics differ from those "
        f"of the undisturbed run by {difference:.1g} at most."
    )
    print(table, result, sep="\n")
    keep("Killed trainings", [result, table, f"{where}."])


def kill(config: Path, overrides: list[str], root: Path, moment: float) -> int:
    """Starts a run and kills its training.

    Args:
        config: its file.
        overrides: settings that win over the file.
        root: the output folder that they name.
        moment: seconds after the first step was seen.

    Returns:
        The last optimizer step that was seen.
    """
    before = set(root.glob("runs/*/log.txt"))
    process = subprocess.Popen(
        command(config, overrides), cwd=ROOT, stdout=subprocess.DEVNULL
    )
    log = _Log(root, before)
    while log.step is None:
        if process.poll() is not None:
            sys.exit(f"the training ended before it was killed; see {log.path}")
        time.sleep(_PAUSE)
    time.sleep(moment)
    reached = log.step
    os.kill(_training_of(process.pid), signal.SIGKILL)
    process.wait()
    return reached


class _Log:
    """The log of a run that has just started."""

    def __init__(self, root: Path, before: set[Path]) -> None:
        self._root = root
        self._before = before

    @property
    def path(self) -> Path | None:
        new = set(self._root.glob("runs/*/log.txt")) - self._before
        return max(new, default=None)

    @property
    def step(self) -> int | None:
        """The last step in the log."""
        if self.path is None:
            return None
        steps = _STEP.findall(self.path.read_text(errors="replace"))
        return int(steps[-1]) if steps else None


def _began(log: Path) -> int:
    continued = _CONTINUED.search(log.read_text(errors="replace"))
    return int(continued.group(1)) if continued else 0


def _training_of(parent: int) -> int:
    """Finds the process that trains for a run."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            words = stat.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == parent and b"trainer.process" in words:
            return int(stat.parent.name)
    sys.exit("no process trains; the run ended before it was killed")


if __name__ == "__main__":
    main()
