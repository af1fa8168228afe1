"""Status shows successes, failures and what is due, and raises alarms."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kubeflow.cluster import schedule, submit
from kubeflow.cluster.status import status
from newsdesk.config.sections import Config
from newsdesk.errors import ClusterError
from tests.support.kfp.server import Server

NIGHT = timedelta(days=1)


PUSHED = 'outcome {"state":"pushed","pushed":"s3://models/news/17"}\n'
UNCHANGED = 'outcome {"state":"unchanged","pushed":"s3://models/news/17"}\n'
NOT_GOOD_ENOUGH = 'outcome {"state":"not good enough","exit_code":3}\n'


def _run(server: Server, state: str, log: str = "") -> Any:
    """Advances the clock by a night, whose run ends after an hour."""
    server.now += NIGHT
    (run,) = server.tick()
    if state != "RUNNING":
        server.now += timedelta(hours=1)
        server.end(run, state, log=log)
        server.now -= timedelta(hours=1)
    return run


@pytest.fixture
def applied(client: Any, config: Config, server: Server, spec: str) -> None:
    """Creates the schedule at noon."""
    schedule.apply(client, config, spec, server.now)


@pytest.mark.usefixtures("applied")
def test_a_new_schedule_waits_for_its_first_run(
    client: Any, config: Config, server: Server
) -> None:
    found = status(client, config, server.now)
    assert (found.success, found.failure, found.running) == (None, None, None)
    assert found.enabled and found.problem is None
    assert found.next_due == server.now.replace(hour=3) + NIGHT


@pytest.mark.usefixtures("applied")
def test_the_last_success_and_failure_are_shown(
    client: Any, config: Config, server: Server
) -> None:
    _run(server, "SUCCEEDED")
    success, failure = _run(server, "SUCCEEDED"), _run(server, "FAILED")
    found = status(client, config, server.now)
    assert found.success.run_id == success.run_id
    assert found.failure.run_id == failure.run_id
    assert (found.missed, found.problem) == (1, None)


@pytest.mark.usefixtures("applied")
def test_two_intervals_without_a_success_are_a_problem(
    client: Any, config: Config, server: Server
) -> None:
    _run(server, "SUCCEEDED")
    _run(server, "FAILED")
    running = _run(server, "RUNNING")
    found = status(client, config, server.now)
    assert found.missed == 2
    assert found.problem and found.problem.startswith("no success since 2026-11-25")
    assert found.running.run_id == running.run_id


@pytest.mark.usefixtures("applied")
def test_a_scheduler_that_never_fires_is_a_problem(
    client: Any, config: Config, server: Server
) -> None:
    server.now += 2 * NIGHT
    assert status(client, config, server.now).problem == (
        "no success at all: 2 intervals have ended"
    )


@pytest.mark.usefixtures("applied")
def test_a_controller_with_another_clock_is_a_problem(
    client: Any, config: Config, server: Server
) -> None:
    server.zone = ZoneInfo("Europe/Berlin")
    _run(server, "SUCCEEDED")
    found = status(client, config, server.now)
    assert found.astray == server.now.replace(hour=2)
    assert found.problem and "controller_time_zone" in found.problem


@pytest.mark.usefixtures("applied")
def test_a_forgotten_pause_is_a_problem(
    client: Any, config: Config, server: Server
) -> None:
    schedule.pause(client, config)
    server.now += 3 * NIGHT
    found = status(client, config, server.now)
    assert not found.enabled and found.next_due is None
    assert found.problem and found.problem.endswith("and the schedule is paused")


@pytest.mark.usefixtures("applied")
def test_a_new_schedule_does_not_hide_that_the_old_one_failed(
    client: Any, config: Config, server: Server, spec: str
) -> None:
    for _ in range(3):
        _run(server, "FAILED")
    schedule.apply(client, config, spec + "# new\n", server.now)
    assert status(client, config, server.now).missed == 3


@pytest.mark.usefixtures("applied")
def test_a_run_that_was_refused_is_not_a_failure(
    client: Any, config: Config, server: Server
) -> None:
    run = _run(server, "SUCCEEDED")
    server.now += timedelta(hours=2)
    again = server.begin(server.of("recurringruns")[0], run.scheduled_at)
    server.end(again, "FAILED")
    assert status(client, config, server.now).failure is None


@pytest.mark.usefixtures("applied")
def test_a_run_that_a_user_submits_counts(
    client: Any, config: Config, server: Server, spec: str
) -> None:
    _run(server, "FAILED")
    _run(server, "FAILED")
    assert status(client, config, server.now).problem
    uploaded = submit.upload(client, config, spec)
    run = submit.start(client, config, uploaded, {})
    server.end(server.entries["runs"][run.run_id], "SUCCEEDED")
    assert status(client, config, server.now).problem is None


def test_a_success_before_the_schedule_was_made_makes_nothing_overdue(
    client: Any, configured: Callable[..., Config], server: Server, spec: str
) -> None:
    config = configured(alarm_without_push=2)
    uploaded = submit.upload(client, config, spec)
    run = submit.start(client, config, uploaded, {})
    server.end(server.entries["runs"][run.run_id], "SUCCEEDED", log=PUSHED)
    server.now += 5 * NIGHT
    schedule.apply(client, config, spec, server.now)
    found = status(client, config, server.now)
    assert (found.missed, found.unpushed, found.problem) == (0, 0, None)
    server.now += 2 * NIGHT
    assert status(client, config, server.now).missed == 2


def test_a_schedule_that_was_deleted_long_ago_makes_nothing_overdue(
    client: Any, config: Config, server: Server, spec: str
) -> None:
    schedule.apply(client, config, spec, server.now)
    _run(server, "FAILED")
    schedule.delete(client, config)
    server.now += 9 * NIGHT
    schedule.apply(client, config, spec, server.now)
    assert status(client, config, server.now).missed == 0


@pytest.mark.usefixtures("applied")
def test_the_last_push_is_shown_with_the_last_success(
    client: Any, config: Config, server: Server
) -> None:
    pushed = _run(server, "SUCCEEDED", PUSHED)
    success = _run(server, "SUCCEEDED", NOT_GOOD_ENOUGH)
    found = status(client, config, server.now)
    assert found.pushed.run_id == pushed.run_id
    assert found.success.run_id == success.run_id
    assert (found.unknown, found.problem) == (0, None)


def test_too_many_intervals_without_a_push_are_a_problem(
    client: Any, configured: Callable[..., Config], server: Server, spec: str
) -> None:
    config = configured(alarm_without_push=3)
    schedule.apply(client, config, spec, server.now)
    _run(server, "SUCCEEDED", PUSHED)
    for _ in range(3):
        assert status(client, config, server.now).problem is None
        _run(server, "SUCCEEDED", NOT_GOOD_ENOUGH)
    problem = status(client, config, server.now).problem
    assert problem and problem.startswith("nothing was pushed since 2026-11-25")
    assert "3 intervals have ended, and kubeflow.alarm_without_push is 3" in problem


@pytest.mark.parametrize("nights", [39, 40])
def test_many_unchanged_nights_do_not_hide_the_last_push(
    client: Any,
    configured: Callable[..., Config],
    server: Server,
    spec: str,
    nights: int,
) -> None:
    config = configured(alarm_without_push=40)
    schedule.apply(client, config, spec, server.now)
    pushed = _run(server, "SUCCEEDED", PUSHED)
    for _ in range(nights):
        _run(server, "SUCCEEDED", UNCHANGED)
    found = status(client, config, server.now)
    assert found.pushed.run_id == pushed.run_id
    assert bool(found.problem) == (nights == 40)


def test_nobody_says_what_was_not_asked(
    client: Any, configured: Callable[..., Config], server: Server, spec: str
) -> None:
    config = configured(alarm_without_push=2)
    schedule.apply(client, config, spec, server.now)
    _run(server, "SUCCEEDED", PUSHED)
    for _ in range(31):
        _run(server, "SUCCEEDED", UNCHANGED)
    problem = status(client, config, server.now).problem
    assert problem and problem.startswith("nothing was pushed since 2026-11-2")


def test_a_success_whose_logs_are_gone_raises_no_alarm(
    client: Any, configured: Callable[..., Config], server: Server, spec: str
) -> None:
    config = configured(alarm_without_push=1)
    schedule.apply(client, config, spec, server.now)
    _run(server, "SUCCEEDED")
    _run(server, "SUCCEEDED", NOT_GOOD_ENOUGH)
    found = status(client, config, server.now)
    assert (found.pushed, found.unknown, found.problem) == (None, 1, None)


def test_a_schedule_that_is_over_misses_nothing_more(
    client: Any, configured: Callable[..., Config], server: Server, spec: str
) -> None:
    end = (server.now + 2 * NIGHT).isoformat()
    config = configured({"cron": "0 0 3 * * *", "end": end})
    schedule.apply(client, config, spec, server.now)
    _run(server, "SUCCEEDED")
    _run(server, "SUCCEEDED")
    server.now += 9 * NIGHT
    found = status(client, config, server.now)
    assert (found.next_due, found.missed) == (None, 0)


def test_no_schedule_on_the_cluster_is_an_error(
    client: Any, config: Config, server: Server
) -> None:
    with pytest.raises(ClusterError, match="has no schedule"):
        status(client, config, server.now)
