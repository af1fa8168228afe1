"""Runs a module of ours in a fresh process, for no longer than a limit.

TensorFlow does not come back from a graph that loops for ever, and neither Ctrl-C nor
an alarm ends it: only another process can.
"""

import subprocess
import sys
from pathlib import Path

# Loading the largest encoder on a busy machine takes one.
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
        How it ended; None if it did not end within the limit and was killed.
    """
    try:
        return subprocess.run(
            [sys.executable, "-m", module, *(str(path.resolve()) for path in paths)],
            capture_output=True,
            text=True,
            timeout=minutes * 60,
            stdin=subprocess.DEVNULL,
            # It must import what this process does, whatever lies in its folder.
            cwd=Path(__file__).parents[2],
            # Ctrl-C reaches this process alone, which ends the other one.
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return None
