"""Records which intervals were begun and done, in files next to the published versions.

In `.intervals/`, NAME.begun contains the run that has the interval, NAME.done the run
that finished it, and RUN.run the interval of a run. Files are never changed, with one
exception: a run that a user submits takes over an interval that was begun and not done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from kubeflow.intervals import intervals
from kubeflow.intervals.intervals import Interval
from kubeflow.intervals.ledger_files import LocalFiles, RemoteFiles
from newsdesk.config.cluster import Schedule
from newsdesk.errors import (
    ClusterError,
    ConfigError,
    IntervalTaken,
    NewsdeskError,
    first_line,
)

FOLDER = ".intervals"
BEGUN, DONE, RUN = ".begun", ".done", ".run"


class Ledger:
    """Gives each interval to one run, even if several claim it at the same time.

    Args:
        destination: the folder of the published versions; a path, or gs://, s3://.

    Raises:
        ModelError: the package that reaches the destination is not installed.
    """

    def __init__(self, destination: str) -> None:
        self._address = f"{destination.rstrip('/')}/{FOLDER}"
        remote = "://" in destination
        self._files: LocalFiles | RemoteFiles = (
            RemoteFiles(self._address) if remote else LocalFiles(self._address)
        )

    def claim(
        self, text: str, schedule: Schedule | None, run: str, now: datetime
    ) -> Interval | None:
        """Claims the interval of a run; its first node calls this.

        A run of the schedule gets an interval that no run has begun, a run of a user
        one that no run has done. A run that claims again, as in a retry of its first
        node, gets the same interval.

        Args:
            text: the run's parameter `interval`.
            schedule: the schedule of the configuration.
            run: the run's id.
            now: the present time, with its time zone.

        Returns:
            The interval; None if the run belongs to none.

        Raises:
            IntervalTaken: another run has the interval, so this one must not train.
            ConfigError: the parameter does not fit the schedule.
            ClusterError: the ledger cannot be read or written.
        """
        if not text:
            return None
        is_of_user = "/" in text
        with self._explained():
            interval = self._of(run)
            if interval is None:
                interval = (
                    intervals.parse(text)
                    if is_of_user
                    else self._scheduled(text, schedule, now)
                )
                # Written before the claim, so that a node that is killed in between
                # claims the same interval when it is retried.
                self._files.replace(run + RUN, str(interval))
            if is_of_user and self._owner(interval, DONE) is None:
                self._files.replace(interval.name + BEGUN, run)
            else:
                self._files.create(interval.name + BEGUN, run)
            self._check(interval, run)
            return interval

    def confirm(self, run: str) -> None:
        """Checks that a run still has its interval; call this before publishing.

        Args:
            run: the run's id; a run without an interval passes.

        Raises:
            IntervalTaken: another run has taken it over, so this one must not publish.
            ClusterError: the ledger cannot be read.
        """
        with self._explained():
            if interval := self._of(run):
                self._check(interval, run)

    def finish(self, run: str) -> None:
        """Records that an interval is done; the last node of its run calls this.

        Args:
            run: the run's id; nothing is written for a run without an interval.

        Raises:
            IntervalTaken: another run has taken it over.
            ClusterError: the ledger cannot be written.
        """
        with self._explained():
            if interval := self._of(run):
                self._check(interval, run)
                self._files.create(interval.name + DONE, run)

    def done(self) -> set[str]:
        """Lists the intervals that are done.

        Returns:
            Their names.

        Raises:
            ClusterError: the ledger cannot be read.
        """
        with self._explained():
            return self._named(DONE)

    def _of(self, run: str) -> Interval | None:
        text = self._files.read(run + RUN)
        return intervals.parse(text) if text else None

    def _owner(self, interval: Interval, state: str) -> str | None:
        return self._files.read(interval.name + state)

    def _check(self, interval: Interval, run: str) -> None:
        if (owner := self._owner(interval, DONE)) not in (None, run):
            raise IntervalTaken(
                f"interval {interval}: was done by run {owner}, so this run trains "
                "nothing; `newsdesk submit` without --interval trains if the data, the "
                "configuration or the code has changed"
            )
        if (owner := self._owner(interval, BEGUN)) not in (None, run):
            raise IntervalTaken(
                f"interval {interval}: was begun by run {owner}, so this run trains "
                "nothing; if that run failed or was terminated, run `newsdesk submit "
                f"--interval {interval}` to train on it"
            )

    def _scheduled(
        self, text: str, schedule: Schedule | None, now: datetime
    ) -> Interval:
        """The interval of a run that the schedule started."""
        if schedule is None:
            raise ConfigError(
                f"interval {text!r}: needs kubeflow.schedule, which the compiled "
                "configuration does not have; add it, and run `newsdesk schedule "
                "apply` again"
            )
        fired = intervals.fired_for(text)
        found = intervals.newest(schedule, fired or now)
        if fired is None and schedule.catchup:
            found = self._oldest_missed(schedule, now) or found
        if found is None:
            raise ConfigError(
                f"interval {text!r}: no interval of kubeflow.schedule ended before "
                f"{now}; check its start"
            )
        return found

    def _oldest_missed(self, schedule: Schedule, now: datetime) -> Interval | None:
        """The oldest interval since the schedule's start that no run has begun."""
        begun = self._named(BEGUN)
        missed = None
        for interval in intervals.backwards(schedule, now):
            if interval.name not in begun:
                missed = interval
        return missed

    def _named(self, state: str) -> set[str]:
        names = self._files.names()
        return {name.removesuffix(state) for name in names if name.endswith(state)}

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns errors of the store's library into one sentence."""
        try:
            yield
        except NewsdeskError:
            raise
        # Each library of an object store raises classes that only it has.
        except Exception as error:
            raise ClusterError(
                f"{self._address}: cannot be read or written: {first_line(error)}; "
                "check push.destination, the credentials and the network"
            ) from error
