"""Passes the outcome of a run from its nodes to its last task.

Pipelines gives the last task the state of the run without a reason (kubeflow/pipelines
2.17, backend/src/v2/driver/resolve.go), and stops it if the run is terminated. So nodes
write RUN.outcome into the ledger's folder, and the last task writes RUN.told when it
has sent its notice. If an interval was begun and has neither NAME.done nor RUN.told, no
notice was sent for its run. A node that fails also writes RUN.report, for the page.
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
from newsdesk.errors import first_line

_Found = TypeVar("_Found")
_log = logging.getLogger("newsdesk")
_OUTCOME, _NOTIFIED, _CONTENT = ".outcome", ".told", ".report"
_SECONDS = 30.0
# The run's id, a UUID, as a part of an address.
_ID = re.compile(r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=/)")


class Reports:
    """Reads and writes the reports of runs.

    A report must never change how a run ends: a report that cannot be written is
    dropped with a warning, and one that cannot be read counts as missing.

    Args:
        destination: the folder of the published versions; a path, or gs://, s3://.
    """

    def __init__(self, destination: str) -> None:
        self._address = f"{destination.rstrip('/')}/{FOLDER}"

    def write(self, run: str, outcome: Outcome) -> None:
        """Writes the outcome of a run; a later node replaces it.

        Args:
            run: the run's id; nothing is written for "".
            outcome: the outcome, as the node that ends knows it.
        """
        if run:
            text = outcome.model_dump_json(exclude_defaults=True)
            self._tried(lambda files: files.replace(run + _OUTCOME, text))

    def outcome(self, run: str) -> Outcome | None:
        """Reads the outcome of a run.

        Args:
            run: the run's id.

        Returns:
            The outcome that its nodes wrote last; None if there is none.
        """
        return read(self._tried(lambda files: files.read(run + _OUTCOME)))

    def write_content(self, run: str, content: str) -> None:
        """Writes what a run had found when it failed.

        Args:
            run: the run's id; nothing is written for "".
            content: a `Content` of a report as JSON; nothing is written for "".
        """
        if run and content:
            self._tried(lambda files: files.replace(run + _CONTENT, content))

    def content(self, run: str) -> str | None:
        """Reads what a run had found when it failed.

        Args:
            run: the run's id.

        Returns:
            The text that `write_content` has written; None if there is none.
        """
        return self._tried(lambda files: files.read(run + _CONTENT))

    def mark_notified(self, run: str) -> None:
        """Records that the notice of a run was sent, or is not needed.

        Args:
            run: the run's id.
        """
        self._tried(lambda files: files.replace(run + _NOTIFIED, ""))

    def silent(self, run: str) -> list[str]:
        """Finds the runs just before this one for which no notice was sent.

        Args:
            run: the id of this run.

        Returns:
            Their ids, the newest interval first. They were terminated, or still run.
        """
        return self._tried(lambda files: _silent(files, run)) or []

    def _tried(
        self, work: Callable[[LocalFiles | RemoteFiles], _Found]
    ) -> _Found | None:
        """Calls a function with the files; gives up after 30 seconds."""
        found: list[_Found] = []

        def attempt() -> None:
            try:
                remote = "://" in self._address
                kind = RemoteFiles if remote else LocalFiles
                found.append(work(kind(self._address)))
            # Each library of an object store raises classes that only it has.
            except Exception as error:
                _log.warning(
                    "%s: the report of a run cannot be read or written: %s; the "
                    "webhook may get less",
                    self._address,
                    first_line(error),
                )

        # A daemon, so that a store that never answers cannot keep the process alive.
        thread = threading.Thread(target=attempt, daemon=True)
        thread.start()
        thread.join(_SECONDS)
        return found[0] if found else None


def run_in(addresses: list[str]) -> str:
    """Finds the id of a run in the addresses of a node's outputs.

    Most nodes do not get the id as a parameter, because Pipelines' cache compares
    parameters. Pipelines writes outputs to ROOT/PIPELINE/RUN/NODE/...
    (backend/src/v2/metadata/client.go, GetPipeline).

    Args:
        addresses: the addresses of the outputs.

    Returns:
        The id; "" if no address has one.
    """
    found = (_ID.search(address) for address in addresses)
    return next((match[1] for match in found if match), "")


def _silent(files: LocalFiles | RemoteFiles, run: str) -> list[str]:
    names = set(files.names())
    # The name of an interval is its end, so names sort by time.
    begun = sorted(name.removesuffix(BEGUN) for name in names if name.endswith(BEGUN))
    own = files.read(run + RUN)
    if own:
        # A run of a newer interval looks for the silent runs before it by itself.
        begun = [name for name in begun if name < intervals.parse(own).name]
    silent: list[str] = []
    for name in reversed(begun):
        owner = files.read(name + BEGUN)
        # This run has reported all silent runs before it.
        if owner is None or name + DONE in names or owner + _NOTIFIED in names:
            break
        silent.append(owner)
    return silent
