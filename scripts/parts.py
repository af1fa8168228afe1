"""Runs the parts of a job side by side, and shows how long each took.

python3 scripts/parts.py reads the parts from standard input; needs Python 3.7. Each
line is a part: `NAME: COMMAND`, or `NAME after NAME...: COMMAND` if other parts must
pass first. Parts start in the order of the lines, as many at a time as there are cores,
at least two. The whole output of a part is printed when the part ends.
"""

import os
import re
import signal
import sys
import tempfile
from typing import List

from job import Job, Part

_LINE = re.compile(r"(?P<name>[\w-]+)(?: after (?P<after>[\w\- ]+))?: *(?P<command>.+)")


class PartError(Exception):
    """A line that is not a part, in one sentence."""


def parse(text: str) -> List[Part]:
    """Reads the parts of a job.

    Args:
        text: one part per line; empty lines and lines that begin with # are ignored.

    Returns:
        The parts, in the order of the lines.

    Raises:
        PartError: a line is not a part, or needs a part that is not on a line before.
    """
    parts: List[Part] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if not match:
            raise PartError(
                f"line {number} is not a part; write NAME [after NAME...]: COMMAND"
            )
        part = Part(match["name"], (match["after"] or "").split(), match["command"])
        known = {part.name for part in parts}
        if part.name in known:
            raise PartError(f"line {number}: there are two parts named {part.name}")
        for name in part.after:
            if name not in known:
                raise PartError(
                    f"line {number}: {part.name} needs {name}, which is not on a line "
                    "before it"
                )
        parts.append(part)
    return parts


def main() -> int:
    """Runs the parts that standard input names.

    Returns:
        The exit code: 0 if no part failed, 2 if a line is not a part, else 1.
    """
    try:
        parts = parse(sys.stdin.read())
    except PartError as error:
        print(f"parts: {error}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="parts-") as folder:
        job = Job(parts, folder)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: job.stop())
        job.run(max(2, len(os.sched_getaffinity(0))))
        print("\n".join(job.table()))
    for word, names in (("skipped", job.skipped()), ("failed", job.failed())):
        if names:
            print(f"parts: {word}: {', '.join(names)}; the output above says why")
    return 1 if job.failed() else 0


if __name__ == "__main__":
    sys.exit(main())
