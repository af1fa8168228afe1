"""Measures processor seconds of the nodes of a run, which other load disturbs less."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.table import ROOT

_PROC = Path("/proc")
# The line that a run prints at the end of a node, such as `✓ Transform  done  5.2 s`.
_END = re.compile(r"^\S (\w+) +(?:done|failed|stopped) ")


def by_node(command: Sequence[str]) -> tuple[int, dict[str, float]]:
    """Runs a pipeline.

    Args:
        command: the words of `newsdesk run`.

    Returns:
        Its exit code, and by node the processor seconds of the process and of the
        processes that it has started and waited for.
    """
    environment = os.environ | {"TERM": "dumb", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, float] = {}
    before = 0.0
    assert process.stdout
    for line in process.stdout:
        print(line, end="", flush=True)
        now = seconds(process.pid)
        ended = _END.match(line)
        if ended:
            found[ended[1]] = now - before
            print(f"    {found[ended[1]]:.1f} processor seconds", flush=True)
        # The lines before the first node end the imports.
        if ended or not found:
            before = now
    return process.wait(), found


def seconds(process: int, proc: Path = _PROC) -> float:
    """Reads the processor seconds of a process and of the children that have ended.

    Args:
        process: its number.
        proc: where proc(5) is mounted.

    Returns:
        User and system time; those of children once the process has waited for them.
    """
    text = (proc / str(process) / "stat").read_text()
    # The second field is a name, which may contain spaces.
    fields = text.rpartition(") ")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
