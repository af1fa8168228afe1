"""Runs a module of this project in a fresh process, with a time limit.

TensorFlow never returns from a graph that loops forever, and neither Ctrl-C nor an
alarm interrupts it. Only another process can stop it.
"""

import subprocess
import sys
from pathlib import Path

from newsdesk import standby

# Loading the largest encoder on a busy machine takes one minute.
MINUTES = 10.0


def run(
    module: str, *paths: Path, minutes: float = MINUTES
) -> "subprocess.CompletedProcess[str] | None":
    """Runs `python -m MODULE PATH...`.

    Args:
        module: its dotted name.
        paths: its arguments.
        minutes: the limit.

    Returns:
        The ended process with its output; None if it was killed at the limit.
    """
    words = [str(path.resolve()) for path in paths]
    prepared = standby.take(module)
    if prepared and prepared.begin(words):
        return prepared.output(minutes * 60)
    try:
        return subprocess.run(
            [sys.executable, "-m", module, *words],
            capture_output=True,
            text=True,
            timeout=minutes * 60,
            stdin=subprocess.DEVNULL,
            # It must import this project's sources, whatever the current folder is.
            cwd=Path(__file__).parents[2],
            # Ctrl-C must reach only this process, which then kills the other one.
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return None
