"""Which intervals were begun and done: small files beside the published versions.

In `.intervals/`, NAME.begun holds the run that has the interval, NAME.done the run that
came to its end, and RUN.run the interval of a run. Only a person's run changes what is
there: it takes over an interval that was begun and never done.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from kubeflow.intervals import intervals
from kubeflow.intervals.intervals import Interval
from kubeflow.intervals.ledger_files import LocalFiles, RemoteFiles
from newsdesk.config.cluster import Schedule
from newsdesk.errors import ClusterError, ConfigError, IntervalTaken, NewsdeskError

FOLDER = ".intervals"
BEGUN, DONE, RUN = ".begun", ".done", ".run"


class Ledger:
    """Says who has an interval; of several that ask at once, one gets it.

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
        """Takes the interval that a run stands for; its first node asks.

        A run of the schedule takes what nobody has begun, a person's what nobody has
        done. A run that asks again, as a node does that is tried again, gets the same.

        Args:
            text: the run's parameter `interval`.
            schedule: of the configuration.
            run: the run's id.
            now: aware.

        Returns:
            The interval; None in a run that stands for none.

        Raises:
            IntervalTaken: another run has it; train nothing.
            ConfigError: the parameter means nothing under this schedule.
            ClusterError: the ledger cannot be read or written.
        """
        if not text:
            return None
        by_hand = "/" in text
        with self._told():
            interval = self._of(run)
            if interval is None:
                interval = (
                    intervals.parse(text)
                    if by_hand
                    else self._meant(text, schedule, now)
                )
                # Written before the claim: a node killed in between asks for the same.
                self._files.replace(run + RUN, str(interval))
            if by_hand and self._owner(interval, DONE) is None:
                self._files.replace(interval.name + BEGUN, run)
            else:
                self._files.create(interval.name + BEGUN, run)
            self._check(interval, run)
            return interval

    def confirm(self, run: str) -> None:
        """Makes sure that a run has its interval still; ask before publishing.

        Args:
            run: the run's id; one that stands for no interval may go on.

        Raises:
            IntervalTaken: another run has taken it over; publish nothing.
            ClusterError: the ledger cannot be read.
        """
        with self._told():
            if interval := self._of(run):
                self._check(interval, run)

    def finish(self, run: str) -> None:
        """Writes down that an interval is done; a run's last node says so.

        Args:
            run: the run's id; for one that stands for no interval nothing is written.

        Raises:
            IntervalTaken: another run has taken it over.
            ClusterError: the ledger cannot be written.
        """
        with self._told():
            if interval := self._of(run):
                self._check(interval, run)
                self._files.create(interval.name + DONE, run)

    def done(self) -> set[str]:
        """Lists the intervals that were trained on to the end.

        Returns:
            Their names.

        Raises:
            ClusterError: the ledger cannot be read.
        """
        with self._told():
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
                "nothing; if that run has failed or was terminated, `newsdesk submit "
                f"--interval {interval}` does it again"
            )

    def _meant(self, text: str, schedule: Schedule | None, now: datetime) -> Interval:
        """The interval of a run that the schedule began."""
        if schedule is None:
            raise ConfigError(
                f"interval {text!r}: the configuration has no kubeflow.schedule that "
                "says which one this is; compile and submit it again"
            )
        fired = intervals.fired_for(text)
        found = intervals.newest(schedule, fired or now)
        if fired is None and schedule.catchup:
            found = self._oldest_missed(schedule, now) or found
        if found is None:
            raise ConfigError(f"interval {text!r}: no interval ended before {now}")
        return found

    def _oldest_missed(self, schedule: Schedule, now: datetime) -> Interval | None:
        """Of the intervals since the schedule's start that nobody has begun."""
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
    def _told(self) -> Iterator[None]:
        try:
            yield
        except NewsdeskError:
            raise
        # The libraries of object stores raise each its own kinds.
        except Exception as error:
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise ClusterError(
                f"{self._address}: cannot be read or written: {reason}; check the "
                "destination, the credentials and the network"
            ) from error
