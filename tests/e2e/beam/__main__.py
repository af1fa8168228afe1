"""Runs passes of the sample on Prism: `python -m tests.e2e.beam IMAGE PRISM`.

Two containers of the image are pools of Beam workers, and a third runs the first node
of the compiled sample. They share nothing but an object store. Rows, counts and the
digest of the data must be those of the node in one process. Then a worker is killed
while it reads: the node must fail with its cause, and the next attempt, on the other
worker, must be right. At last, `newsdesk run` makes all its passes in a worker that
mounts the same folder: its metrics must be those of a run in one process.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.e2e.beam.first_node import FirstNode, Result
from tests.e2e.beam.services import prism, worker
from tests.e2e.kfp.engine import ContainerFailed, Engine
from tests.e2e.kfp.range import Range, models

_JOBS = 8073
_PORTS = (50_101, 50_102)


def main() -> None:
    """Runs the checks, and prints one line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image")
    parser.add_argument("prism", type=Path, help="Prism's executable")
    arguments = parser.parse_args()
    with models() as environment, tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        range_ = Range(Engine(arguments.image, environment), Path(scratch))
        node = FirstNode(range_)
        expected = node.run("in-process", [])
        _say("in one process", expected)
        results = _on_prism(node, range_.engine, arguments.prism)
        is_equal = _whole_run(range_, arguments.prism)
    wrong = [name for name, found in results.items() if found != expected]
    print(f"{len(results) - len(wrong)} of {len(results)} nodes equal the one process")
    sys.exit(bool(wrong) or not is_equal)


def _whole_run(range_: Range, program: Path) -> bool:
    shared = range_.folder("shared")
    with prism(program, _JOBS), worker(range_.engine, _PORTS[0], shared):
        found = range_.run_in(shared, *settings(_PORTS[0]))
    expected = range_.unbroken()
    is_equal = found == expected
    print(f"a run in a shared folder: {'equal' if is_equal else found}", flush=True)
    return is_equal


def _on_prism(node: FirstNode, engine: Engine, program: Path) -> dict[str, Result]:
    results = {}
    with worker(engine, _PORTS[0]) as first, worker(engine, _PORTS[1]):
        with prism(program, _JOBS):
            for number, port in enumerate(_PORTS, 1):
                name = f"worker-{number}"
                results[name] = node.run(name, settings(port))
                _say(f"on worker {number}", results[name])
            cause = _killed(node, first)
            print(f"with a killed worker: {cause}", flush=True)
        # Prism may have ended with the worker; a cluster would start it again.
        with prism(program, _JOBS):
            results["after"] = node.run("killed", settings(_PORTS[1]))
            _say("the next attempt", results["after"])
    return results


def settings(port: int) -> list[str]:
    """The beam section for Prism and a pool of workers."""
    return [
        "beam.runner=portable",
        f"beam.job_endpoint=localhost:{_JOBS}",
        "beam.environment=external",
        f"beam.worker_address=localhost:{port}",
    ]


def _killed(node: FirstNode, kill: Callable[[], None]) -> str:
    """Kills the worker when it has written rows; returns the last line of the log."""

    def kill_in_the_middle() -> None:
        while not node.has_written("killed"):
            time.sleep(0.1)
        kill()

    began = time.monotonic()
    threading.Thread(target=kill_in_the_middle, daemon=True).start()
    try:
        node.run("killed", settings(_PORTS[0]))
    except ContainerFailed as error:
        last = str(error).strip().splitlines()[-1]
        return f"failed after {time.monotonic() - began:.0f} s: {last}"
    return "NOT FAILED"


def _say(name: str, result: Result) -> None:
    counts = {split: len(rows) for split, rows in result.rows.items()}
    print(f"{name}: {counts}, digest {result.digest}", flush=True)


if __name__ == "__main__":
    main()
