"""Compares a tuning that was killed with an undisturbed one, and with the defaults.

One run of `newsdesk tune` is undisturbed. Another one is killed (SIGKILL) in the middle
of two trials, and after each kill the same command runs again.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.table import ROOT, keep, machine, markdown

_SPACE = (
    'tune.space={"optimizer.learning_rate" = {low = 1e-4, high = 1e-1, log = true}, '
    '"model.dropout" = {low = 0.0, high = 0.5}, '
    '"train.batch_size" = {values = [16, 32, 64]}}'
)
_PAUSE = 0.05
# Seconds and reasons may differ, because a trial that was killed begins twice.
_COMPARED = ("number", "values", "state", "metric", "course")


def main() -> None:
    """Reads the command line, kills, compares, and keeps the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="sample", help="name of a configuration")
    parser.add_argument("--trials", type=int, default=20, help="number of trials")
    parser.add_argument(
        "--kills", type=int, nargs="*", default=[5, 13], help="trials to kill"
    )
    parser.add_argument("--space", default=_SPACE, help="tune.space, as for --set")
    parser.add_argument("overrides", nargs="*", help="SECTION.KEY=VALUE")
    arguments = parser.parse_args()
    where = machine()
    print(where)
    words = [str(ROOT / "pipeline" / "configs" / f"{arguments.preset}.toml"), "--json"]
    trials = f"tune.trials={arguments.trials}"
    for override in (arguments.space, trials, *arguments.overrides):
        words += ["--set", override]
    with tempfile.TemporaryDirectory(prefix="newsdesk-tuning-") as folder:
        broken = Path(folder, "broken")
        for trial in arguments.kills:
            kill([*words, "--set", f"output.root={broken}"], broken, trial)
        last = _tune([*words, "--set", f"output.root={broken}"])
        whole = _tune([*words, "--set", f"output.root={Path(folder, 'whole')}"])
    is_equal = _compared(last) == _compared(whole)
    rows = [
        [
            str(trial["number"]) + "*" * (trial["number"] == whole["best"]),
            *(f"{value:.4g}" for value in trial["values"].values()),
            "-" if trial["metric"] is None else f"{trial['metric']:.4f}",
            trial["state"],
        ]
        for trial in whole["trials"]
    ]
    keys = list(whole["trials"][0]["values"])
    table = markdown(["trial", *keys, f"eval {whole['metric']}", "state"], rows)
    result = (
        f"Killed in trials {arguments.kills}: all {arguments.trials} trials are "
        f"{'the same' if is_equal else 'NOT the same'} as without kills. The best, "
        f"trial {whole['best']}, has {whole['figure']:.4f} on eval, the configuration "
        f"{whole['configured']:.4f}."
    )
    print(table, result, sep="\n")
    keep("Killed tuning", [result, table, f"{where}."])


def kill(words: list[str], root: Path, trial: int) -> None:
    """Starts a tuning, and kills its run in the first epoch of a trial.

    Args:
        words: the arguments of `newsdesk tune`.
        root: its output folder.
        trial: the number of the trial.
    """
    before = set(root.glob("runs/*/log.txt"))
    process = subprocess.Popen(_command(words), cwd=ROOT, stdout=subprocess.DEVNULL)
    seen = re.compile(rf"trial {trial}/\d+ epoch")
    while not any(
        seen.search(log.read_text(errors="replace"))
        for log in set(root.glob("runs/*/log.txt")) - before
    ):
        if process.poll() is not None:
            sys.exit(f"the tuning ended before trial {trial} was killed")
        time.sleep(_PAUSE)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def _tune(words: list[str]) -> dict[str, Any]:
    done = subprocess.run(_command(words), cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _command(words: list[str]) -> list[str]:
    return [sys.executable, "-m", "pipeline.cli", "tune", *words]


def _compared(tuning: dict[str, Any]) -> list[Any]:
    return [[trial[name] for name in _COMPARED] for trial in tuning["trials"]]


if __name__ == "__main__":
    main()
