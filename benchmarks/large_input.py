"""Reads a large generated CSV file in little memory, with one and more processes.

The kernel limits the memory of all processes of a reading together, if this user may
make control groups; the page cache counts as well. All readings must give equal rows.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.table import ROOT, keep, machine, markdown

_GROUPS = Path("/sys/fs/cgroup")


def main() -> None:
    """Reads the command line, reads the file in turn, and keeps the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=5000, help="size of the file")
    parser.add_argument("--memory", type=int, default=2048, help="limit, in MiB")
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--folder", help="for the file and the results")
    arguments = parser.parse_args()
    where = machine()
    print(where, flush=True)
    found = {}
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        file = Path(name, "rows.csv")
        rows = write(file, arguments.megabytes * 1_000_000)
        print(f"wrote {rows:,} rows", flush=True)
        for processes in arguments.processes:
            found[processes] = read(file, processes, arguments.memory)
            print(processes, found[processes], flush=True)
    same = len({json.dumps(one["result"]) for one in found.values()}) == 1
    table = markdown(
        ["processes", "seconds", "rows/s", "largest process", "memory limit"],
        [
            [
                str(processes),
                f"{one['seconds']:.0f}",
                f"{rows / one['seconds']:,.0f}",
                f"{one['peak'] / 2**20:,.0f} MiB",
                "kept" if one["limited"] else "not set",
            ]
            for processes, one in found.items()
        ],
    )
    what = (
        f"TextExampleGen reads a CSV file of {arguments.megabytes:,} MB with "
        f"{rows:,} rows; at most {arguments.memory:,} MiB of memory for all "
        f"processes. The counts and the digests of the rows of each split are "
        f"{'equal' if same else 'DIFFERENT'}."
    )
    print(what, table, sep="\n")
    keep("A large file in little memory", [what, table, f"{where}."])
    if not same:
        sys.exit("the readings differ")


def write(file: Path, size: int) -> int:
    """Writes rows of about a kilobyte: quoted, over several lines, damaged.

    Args:
        file: the file to write.
        size: its size in bytes, at least.

    Returns:
        The number of rows.
    """
    texts = [
        " ".join(f"word{(7 * n + k * k) % 5000}" for k in range(110)) for n in range(97)
    ]
    rows = 0
    with file.open("w", encoding="utf-8", newline="") as stream:
        stream.write("label,text\n")
        while stream.tell() < size:
            for number in range(rows, rows + 1000):
                stream.write(_row(number, texts[number % len(texts)]))
            rows += 1000
    return rows


def _row(number: int, text: str) -> str:
    if number % 1000 == 0:
        return f'{number % 4},5" pipe {number} {text}\n'
    if number % 50 == 0:
        return f'{number % 4},"first line of {number}\n{text}, ""quoted"""\n'
    if number % 999 == 0:
        return f"9,unknown label {number}\n"
    if number % 2 == 0:
        return f'{number % 4},"{text}, {number}"\n'
    return f"{number % 4},{text} {number}\n"


def read(file: Path, processes: int, memory: int) -> dict[str, Any]:
    """Reads the file in a new process.

    Args:
        file: the CSV file.
        processes: how many processes Beam uses.
        memory: the limit for all of them, in MiB.

    Returns:
        `seconds`, `peak` (bytes of the largest process), `limited`, and `result`, the
        counts and digests.
    """
    command = [sys.executable, "-m", "benchmarks.large_input_child"]
    with limited(memory) as group:
        done = subprocess.run(
            [*command, str(file), str(processes)],
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=(lambda: _join(group)) if group else None,
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"limited": group is not None}


@contextmanager
def limited(memory: int) -> Iterator[Path | None]:
    """Makes a control group with a memory limit.

    Args:
        memory: in MiB.

    Yields:
        The folder of the group; None if this user may not make one.
    """
    first = (_GROUPS / "cgroup.controllers").exists()
    group = (_GROUPS if first else _GROUPS / "memory") / f"newsdesk-{os.getpid()}"
    limit = group / ("memory.max" if first else "memory.limit_in_bytes")
    try:
        group.mkdir()
        limit.write_text(str(memory * 2**20))
    except OSError as error:
        print(f"no memory limit: {error}", flush=True)
        if group.exists():
            group.rmdir()
        yield None
        return
    try:
        yield group
    finally:
        group.rmdir()


def _join(group: Path) -> None:
    (group / "cgroup.procs").write_text(str(os.getpid()))


if __name__ == "__main__":
    main()
