"""What the nodes of a run leave beside the ledger for its last task, the webhook.

Pipelines gives the last task a state and no reason (kubeflow/pipelines 2.17,
backend/src/v2/driver/resolve.go), and ends it with a run that is terminated. So nodes
write RUN.outcome into the ledger's folder, and the last task writes RUN.told after its
work. If an interval was begun and has neither an end nor RUN.told, nobody has heard of
its run.
"""

import logging
import re
import threading
from collections.abc import Callable
from typing import TypeVar

from kubeflow.intervals import intervals
from kubeflow.intervals.ledger import BEGUN, DONE, FOLDER, RUN
from kubeflow.intervals.ledger_files import LocalFiles, RemoteFiles
from kubeflow.outcome import Outcome, read

_Found = TypeVar("_Found")
_log = logging.getLogger("newsdesk")
_OUTCOME, _TOLD = ".outcome", ".told"
_SECONDS = 30.0
_ID = re.compile(r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=/)")


class Reports:
    """Reads and writes the reports of runs.

    A report must never change how a run ends: what cannot be written is lost, and what
    cannot be read is unknown.

    Args:
        destination: the folder of the published versions; a path, or gs://, s3://.
    """

    def __init__(self, destination: str) -> None:
        self._address = f"{destination.rstrip('/')}/{FOLDER}"

    def write(self, run: str, outcome: Outcome) -> None:
        """Writes what became of a run; a later node writes over it.

        Args:
            run: its id; for "" nothing is written.
            outcome: of the node that ends.
        """
        if run:
            text = outcome.model_dump_json(exclude_defaults=True)
            self._tried(lambda files: files.replace(run + _OUTCOME, text))

    def outcome(self, run: str) -> Outcome | None:
        """Reads what became of a run.

        Args:
            run: its id.

        Returns:
            What its nodes wrote last; None where that is unknown.
        """
        return read(self._tried(lambda files: files.read(run + _OUTCOME)))

    def told(self, run: str) -> None:
        """Writes down that somebody has heard of a run, or that nobody needs to.

        Args:
            run: its id.
        """
        self._tried(lambda files: files.replace(run + _TOLD, ""))

    def silent(self, run: str) -> list[str]:
        """Finds the runs just before this one that nobody has heard of.

        Args:
            run: the id of the run that asks.

        Returns:
            Their ids, the newest interval first: terminated, or still at work.
        """
        return self._tried(lambda files: _silent(files, run)) or []

    def _tried(
        self, work: Callable[[LocalFiles | RemoteFiles], _Found]
    ) -> _Found | None:
        """Does something with the files; a store that never answers is given up."""
        found: list[_Found] = []

        def attempt() -> None:
            try:
                remote = "://" in self._address
                kind = RemoteFiles if remote else LocalFiles
                found.append(work(kind(self._address)))
            # Each store's library raises its own kinds.
            except Exception as error:
                _log.warning(
                    "%s: the report of a run is lost: %s", self._address, error
                )

        thread = threading.Thread(target=attempt, daemon=True)
        thread.start()
        thread.join(_SECONDS)
        return found[0] if found else None


def run_in(addresses: list[str]) -> str:
    """Finds the id of a run in the addresses of a node's outputs.

    Most nodes are not given the id, because Pipelines' cache compares what they are
    given. Pipelines writes outputs to ROOT/PIPELINE/RUN/NODE/...
    (backend/src/v2/metadata/client.go, GetPipeline).

    Args:
        addresses: of the outputs.

    Returns:
        The id; "" where they hold none.
    """
    found = (_ID.search(address) for address in addresses)
    return next((one[1] for one in found if one), "")


def _silent(files: LocalFiles | RemoteFiles, run: str) -> list[str]:
    names = set(files.names())
    # Names of intervals are their ends, so they sort by time.
    begun = sorted(one.removesuffix(BEGUN) for one in names if one.endswith(BEGUN))
    own = files.read(run + RUN)
    if own:
        # A newer one tells of itself.
        begun = [name for name in begun if name < intervals.parse(own).name]
    silent: list[str] = []
    for name in reversed(begun):
        owner = files.read(name + BEGUN)
        # Nothing before this one can be silent that was not mentioned then.
        if owner is None or name + DONE in names or owner + _TOLD in names:
            break
        silent.append(owner)
    return silent
