"""Runs passes of the sample on Prism: `python -m tests.e2e.beam IMAGE PRISM`.

Two containers of the image are pools of Beam workers, and others run those nodes of the
compiled sample whose workers use the store, in turn on one pool and on the other. They
share nothing but an object store. Rows, counts, ids and the digest of the data must be
those of the nodes in one process. Then a worker is killed while it reads, and another
while it transforms: the node must fail with its cause, and the next attempt, on another
worker, must be right. At last, `newsdesk run` makes all its passes in a worker that
mounts the same folder: its metrics must be those of a run in one process.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.e2e.beam.nodes import ORDER, READ, REMOTE, TRANSFORMED, Nodes, described
from tests.e2e.beam.services import prism, worker
from tests.e2e.kfp.engine import ContainerFailed, Engine
from tests.e2e.kfp.range import Range, models

_JOBS = 8073
_PORTS = (50_101, 50_102)
# Objects that show that a pass is in the middle of its work.
_WRITTEN = {READ: ("/Split-", "/notes/"), TRANSFORMED: ("/scratch/graph.zip",)}


def main() -> None:
    """Runs the checks, and prints one line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image")
    parser.add_argument("prism", type=Path, help="Prism's executable")
    arguments = parser.parse_args()
    with models() as environment, tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        range_ = Range(Engine(arguments.image, environment), Path(scratch))
        checks = _Checks(Nodes(range_))
        checks.on_prism(range_.engine, arguments.prism)
        is_equal = _whole_run(range_, arguments.prism)
    print(f"{checks.equal} of {checks.compared} results equal those of one process")
    sys.exit(checks.equal < checks.compared or not checks.named or not is_equal)


def _whole_run(range_: Range, program: Path) -> bool:
    shared = range_.folder("shared")
    with prism(program, _JOBS), worker(range_.engine, _PORTS[0], shared):
        found = range_.run_in(shared, *settings(_PORTS[0]))
    expected = range_.unbroken()
    is_equal = found == expected
    print(f"a run in a shared folder: {'equal' if is_equal else found}", flush=True)
    return is_equal


def settings(port: int) -> list[str]:
    """The beam section for Prism and a pool of workers."""
    return [
        "beam.runner=portable",
        f"beam.job_endpoint=localhost:{_JOBS}",
        "beam.environment=external",
        f"beam.worker_address=localhost:{port}",
    ]


class _Checks:
    """Runs nodes on workers, and compares their results with those of one process."""

    def __init__(self, nodes: Nodes) -> None:
        self.equal = self.compared = 0
        self.named = True
        self._nodes = nodes
        here = nodes.compiled("in-process")
        self._expected: Mapping[str, Any] = {
            node: nodes.run("in-process", node, here) for node in ORDER
        }
        for node in REMOTE:
            self._say("in one process", node, self._expected[node])

    def on_prism(self, engine: Engine, program: Path) -> None:
        """Runs all nodes, and again those whose worker is killed."""
        on = [
            self._nodes.compiled(f"worker-{number}", *settings(port))
            for number, port in enumerate(_PORTS, 1)
        ]
        with worker(engine, _PORTS[1]) as second:
            with worker(engine, _PORTS[0]) as first:
                with prism(program, _JOBS):
                    turn = 0
                    for node in ORDER:
                        self._run("workers", node, on[turn], f"on worker {turn + 1}")
                        turn ^= node in REMOTE
                    self._killed("killed", READ, on[0], first)
                # Prism may have ended with the worker; a cluster would start it again.
                with prism(program, _JOBS):
                    self._run("killed", READ, on[1], "the next attempt")
                    self._killed("workers", TRANSFORMED, on[1], second)
        with prism(program, _JOBS), worker(engine, _PORTS[0]):
            self._run("workers", TRANSFORMED, on[0], "the next attempt")

    def _run(self, run: str, node: str, spec: Any, words: str) -> None:
        found = self._nodes.run(run, node, spec)
        if node in REMOTE:
            self.compared += 1
            is_equal = found == self._expected[node]
            self.equal += is_equal
            self._say(f"{words}, {'equal' if is_equal else 'DIFFERENT'}", node, found)

    def _killed(self, run: str, node: str, spec: Any, kill: Callable[[], None]) -> None:
        """Kills the worker of a node; prints the last line of the log."""
        self._nodes.forget(run, node)

        def kill_in_the_middle(parts: Sequence[str]) -> None:
            while not self._nodes.has_written(run, node, parts):
                time.sleep(0.1)
            kill()

        began = time.monotonic()
        arguments = (_WRITTEN[node],)
        threading.Thread(target=kill_in_the_middle, args=arguments, daemon=True).start()
        try:
            self._nodes.run(run, node, spec)
        except ContainerFailed as error:
            last = str(error).strip().splitlines()[-1]
            cause = f"failed after {time.monotonic() - began:.0f} s: {last}"
        else:
            cause, self.named = "NOT FAILED", False
        print(f"{node} with a killed worker: {cause}", flush=True)

    def _say(self, words: str, node: str, result: Any) -> None:
        print(f"{node} {words}: {described(node, result)}", flush=True)


if __name__ == "__main__":
    main()
