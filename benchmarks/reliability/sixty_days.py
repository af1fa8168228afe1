"""Sixty days of a schedule: pauses, failures, outages, and no interval trained twice.

`python -m benchmarks.reliability.sixty_days` lets a simulated clock run over the days
around a clock change, for cron by UTC and by Berlin's clock and for a run each six
hours, with and without catch-up, on servers that replace `[[ScheduledTime]]` and on
servers that do not. The commands talk to a server that answers like Kubeflow Pipelines;
the first and the last node are represented by what they ask the ledger.
"""

import argparse
import itertools
import random
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from kfp_server_api import ApiException

from kubeflow.cluster import recurring, schedule, submit
from kubeflow.cluster.client import connected
from kubeflow.cluster.status import status
from kubeflow.intervals import intervals
from kubeflow.intervals.intervals import Interval
from kubeflow.intervals.ledger import Ledger
from newsdesk.config.sections import Config
from newsdesk.errors import IntervalTaken
from tests.support.kfp.pipelines import compiled
from tests.support.kfp.server import Refused, Server, serving

# Berlin's clock changes on 25 October.
FIRST_DAY = datetime(2026, 9, 20, tzinfo=timezone.utc)
_STEP = timedelta(minutes=30)
_PLANS: list[dict[str, Any]] = [
    {"cron": "0 0 3 * * *"},
    {
        "cron": "0 30 2,14 * * *",
        "time_zone": "Europe/Berlin",
        "controller_time_zone": "Europe/Berlin",
    },
    {"every_minutes": 360},
]
# How often something happens, in a step.
_OFTEN = {
    "pause": 1 / 400,
    "outage": 1 / 500,
    "replaced": 1 / 150,
    "replacing fails": 1 / 300,
    "fired twice": 1 / 100,
}
_FAILS, _REPEATED_BY_HAND, _NODE_TRIED_AGAIN = 0.15, 0.3, 0.2


@dataclass
class Counts:
    """What was seen.

    Attributes:
        catchup: whether the schedule makes up for what it missed.
        intervals: that ended while the schedule was there.
        trained: by interval, how often a run came to its end.
        attempts: runs that trained, to the end or not.
        missed: intervals before the newest that was begun, which no run has begun.
        refused: runs that found their interval taken.
        overlapping: runs that trained on what another was training on.
        vanished: moments at which the cluster had no schedule.
        alarms: days on which status called for help.
        wrong_alarms: days on which it did so, or did not, in spite of the truth.
    """

    catchup: bool
    intervals: int = 0
    trained: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    missed: int = 0
    refused: int = 0
    overlapping: int = 0
    vanished: int = 0
    alarms: int = 0
    wrong_alarms: int = 0

    @property
    def twice(self) -> int:
        """How many intervals were trained on more than once."""
        return sum(times > 1 for times in self.trained.values())


class Days:
    """One schedule, from its making on.

    Args:
        server: the cluster.
        planned: the schedule section.
        folder: of the published versions.
        dice: decides what happens.
    """

    def __init__(
        self, server: Server, planned: dict[str, Any], folder: str, dice: random.Random
    ) -> None:
        self.counts = Counts(planned["catchup"])
        self._server, self._dice, self._folder = server, dice, folder
        self._planned = planned
        self._ledger = Ledger(folder)
        self._training: dict[str, tuple[Any, Interval, datetime]] = {}
        self._begun: set[str] = set()
        self._resumed_at: datetime | None = None
        self._back_at = server.now
        self._last_success = server.now
        self._versions = itertools.count(2)
        self._spec = compiled()

    def run(self, days: int) -> Counts:
        """Lets the days pass.

        Args:
            days: how many.

        Returns:
            What was seen.
        """
        begin = self._server.now
        with connected(self._config.kubeflow) as self._client:
            schedule.apply(self._client, self._config, self._spec, begin)
            for step in range(int(timedelta(days=days) / _STEP)):
                self._server.now = begin + step * _STEP
                self._mishaps()
                self._finish()
                if self._server.now >= self._back_at:
                    for run in self._server.tick():
                        self._begin(run)
                        if self._happens("fired twice"):
                            self._fire_again(run)
                self.counts.vanished += not self._server.of("recurringruns")
                if step % 48 == 24:
                    self._look()
        listed = intervals.backwards(self._schedule, self._server.now)
        ended = [
            one.name for one in itertools.takewhile(lambda one: one.end > begin, listed)
        ]
        self.counts.intervals = len(ended)
        self.counts.missed = sum(
            name < max(self._begun, default="") and name not in self._begun
            for name in ended
        )
        return self.counts

    @property
    def _config(self) -> Config:
        return Config.model_validate(
            {
                "name": "desks",
                "data": {
                    "path": "/data/rows.csv",
                    "text_columns": ["text"],
                    "label_column": "desk",
                    "labels": ["a", "b"],
                    "schema_file": "/data/schema.pbtxt",
                },
                "push": {"destination": self._folder},
                "kubeflow": {"host": self._server.host, "schedule": self._planned},
            }
        )

    @property
    def _schedule(self) -> Any:
        return recurring.wanted(self._config)

    def _happens(self, what: str) -> bool:
        return self._dice.random() < _OFTEN[what]

    def _mishaps(self) -> None:
        """What people and the cluster do besides."""
        now = self._server.now
        if self._resumed_at is None and self._happens("pause"):
            schedule.pause(self._client, self._config)
            self._resumed_at = now + timedelta(hours=self._dice.randint(1, 120))
        elif self._resumed_at and now >= self._resumed_at:
            schedule.resume(self._client, self._config)
            self._resumed_at = None
        if self._happens("outage"):
            self._back_at = now + timedelta(hours=self._dice.randint(1, 48))
        if self._happens("replaced"):
            self._replace()
        if self._happens("replacing fails"):
            self._server.refusals["POST /recurringruns"] = Refused(500, "no")
            try:
                self._replace()
            except ApiException as error:
                assert error.status == 500
            assert not self._server.refusals

    def _replace(self) -> None:
        """Applies a new version of the pipeline."""
        self._spec = compiled(image=f"newsdesk:{next(self._versions)}")
        schedule.apply(self._client, self._config, self._spec, self._server.now)

    def _fire_again(self, run: Any) -> None:
        """The controller forgets that it has begun a run, and begins another."""
        recurring = self._server.entries["recurringruns"].get(run.recurring_run_id)
        if recurring:
            self._begin(self._server.begin(recurring, run.scheduled_at))

    def _begin(self, run: Any) -> None:
        """The first node of a run."""
        text = run.runtime_config.parameters["interval"]
        try:
            interval = self._claim(text, run)
            if self._dice.random() < _NODE_TRIED_AGAIN:
                assert self._claim(text, run) == interval
        except IntervalTaken:
            self.counts.refused += 1
            self._server.end(run, "FAILED")
            return
        self.counts.attempts += 1
        self._begun.add(interval.name)
        now_training = [one.name for _, one, _ in self._training.values()]
        self.counts.overlapping += interval.name in now_training
        length = timedelta(minutes=self._dice.randint(10, 600))
        self._training[run.run_id] = run, interval, self._server.now + length

    def _claim(self, text: str, run: Any) -> Interval:
        claimed = self._ledger.claim(text, self._schedule, run.run_id, self._server.now)
        assert claimed is not None
        return claimed

    def _finish(self) -> None:
        """The last node of each run whose time has come."""
        for run, interval, end in list(self._training.values()):
            if end > self._server.now:
                continue
            del self._training[run.run_id]
            if self._dice.random() < _FAILS:
                self._server.end(run, "FAILED")
                if self._dice.random() < _REPEATED_BY_HAND:
                    self._repeat(interval)
                continue
            self._ledger.confirm(run.run_id)
            self.counts.trained[interval.name] += 1
            self._ledger.finish(run.run_id)
            self._server.end(run, "SUCCEEDED")
            self._last_success = self._server.now

    def _repeat(self, interval: Interval) -> None:
        """A person submits an interval that failed."""
        uploaded = submit.upload(self._client, self._config, self._spec)
        made = submit.start(
            self._client, self._config, uploaded, {"interval": str(interval)}
        )
        self._begin(self._server.entries["runs"][made.run_id])

    def _look(self) -> None:
        """Holds what status says at noon against the truth."""
        now = self._server.now
        listed = intervals.backwards(self._schedule, now)
        ended = itertools.takewhile(lambda one: one.end > self._last_success, listed)
        truth = len(list(itertools.islice(ended, 2))) == 2
        said = status(self._client, self._config, now).problem is not None
        self.counts.alarms += said
        self.counts.wrong_alarms += said != truth


def run(days: int, seeds: int) -> list[Counts]:
    """Plays every plan, catch-up or not, macros replaced or not.

    Args:
        days: of each.
        seeds: how many times each is played.

    Returns:
        What was seen, one for each.
    """
    found = []
    cases = itertools.product(_PLANS, (False, True), (False, True), range(seeds))
    for plan, catchup, replaces, seed in cases:
        zone = ZoneInfo(plan.get("time_zone", "UTC"))
        with (
            serving(Server(FIRST_DAY, zone, replaces, page=200)) as server,
            tempfile.TemporaryDirectory(prefix="newsdesk-") as folder,
        ):
            planned = plan | {"catchup": catchup, "start": FIRST_DAY.isoformat()}
            played = Days(server, planned, folder, random.Random(seed)).run(days)
            found.append(played)
    return found


def main() -> None:
    """Plays all, and prints the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    found = run(asked.days, asked.seeds)
    total = {
        name: sum(getattr(one, name) for one in found)
        for name in (
            "intervals",
            "missed",
            "attempts",
            "refused",
            "overlapping",
            "twice",
            "vanished",
            "alarms",
            "wrong_alarms",
        )
    }
    trained = sum(len(one.trained) for one in found)
    caught_up = sum(one.missed for one in found if one.catchup)
    print(
        f"{len(found)} schedules of {asked.days} days: {total['intervals']} intervals, "
        f"{total['missed']} never begun ({caught_up} of them with catch-up), "
        f"{total['attempts']} trainings, {total['refused']} runs refused, "
        f"{trained} intervals trained, {total['twice']} twice, "
        f"{total['overlapping']} at the same time; {total['vanished']} moments without "
        f"a schedule; {total['alarms']} alarms, {total['wrong_alarms']} days wrong"
    )


if __name__ == "__main__":
    main()
