"""The schedule on the cluster follows the configuration without a gap."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kubeflow.cluster import schedule
from newsdesk.config.sections import Config
from newsdesk.errors import ClusterError, ConfigError
from tests.support.kfp.server import Refused, Server

Configure = Callable[..., Config]


def test_a_schedule_is_created_as_configured(
    client: Any, configured: Configure, server: Server, spec: str
) -> None:
    config = configured(
        {"cron": "0 0 3 * * 1", "end": "2027-01-01T01:00:00+01:00"},
        service_account="trainer",
    )
    applied = schedule.apply(client, config, spec, server.now)
    (made,) = server.of("recurringruns")
    assert (applied.id, applied.change) == (made.recurring_run_id, "created")
    assert made.trigger.cron_schedule.cron == "0 0 3 * * 1"
    assert (
        made.trigger.cron_schedule.end_time.isoformat() == "2027-01-01T00:00:00+00:00"
    )
    assert (made.no_catchup, made.max_concurrency, made.mode) == (True, "1", "ENABLE")
    assert made.runtime_config.parameters == {"interval": "[[ScheduledTime]]"}
    assert made.service_account == "trainer"


def test_the_same_schedule_is_not_replaced(
    client: Any, config: Config, server: Server, spec: str
) -> None:
    first = schedule.apply(client, config, spec, server.now)
    server.now += timedelta(days=3)
    server.requests.clear()
    again = schedule.apply(client, config, spec, server.now)
    assert (again.id, again.change) == (first.id, "unchanged")
    assert not any(
        "recurringruns" in asked for asked in server.requests if asked[:3] != "GET"
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"schedule": {"cron": "0 0 4 * * *"}},
        {"schedule": {"every_minutes": 60}},
        {"schedule": {"cron": "0 0 3 * * *", "max_concurrency": 2}},
        {"service_account": "other"},
    ],
)
def test_a_changed_schedule_replaces_the_old_one(
    client: Any,
    configured: Configure,
    server: Server,
    spec: str,
    changed: dict[str, Any],
) -> None:
    first = schedule.apply(client, configured(), spec, server.now)
    applied = schedule.apply(client, configured(**changed), spec, server.now)
    assert applied.change == "replaced"
    assert [one.recurring_run_id for one in server.of("recurringruns")] == [applied.id]
    made = server.requests.index("POST /recurringruns", 5)
    read = server.requests.index(f"GET /recurringruns/{applied.id}")
    deleted = server.requests.index(f"DELETE /recurringruns/{first.id}")
    assert made < read < deleted


def test_a_changed_pipeline_replaces_the_schedule(
    client: Any, config: Config, server: Server, spec: str
) -> None:
    schedule.apply(client, config, spec, server.now)
    applied = schedule.apply(client, config, spec + "# new\n", server.now)
    assert applied.change == "replaced"


def test_the_old_schedule_stays_if_the_new_one_is_refused(
    client: Any, configured: Configure, server: Server, spec: str
) -> None:
    first = schedule.apply(client, configured(), spec, server.now)
    server.refusals["POST /recurringruns"] = Refused(500, "no")
    with pytest.raises(Exception, match="500"):
        schedule.apply(client, configured({"every_minutes": 5}), spec, server.now)
    assert [one.recurring_run_id for one in server.of("recurringruns")] == [first.id]
    assert server.of("recurringruns")[0].mode == "ENABLE"


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("no_catchup", False, "catchup"),
        ("max_concurrency", "3", "concurrency"),
        ("description", "", "description"),
    ],
)
def test_the_old_schedule_stays_if_the_new_one_is_stored_differently(
    client: Any,
    configured: Configure,
    server: Server,
    spec: str,
    name: str,
    value: Any,
    field: str,
) -> None:
    first = schedule.apply(client, configured(), spec, server.now)
    server.changes["recurringruns"] = lambda made: setattr(made, name, value)
    with pytest.raises(ClusterError, match=f"another {field}, so"):
        schedule.apply(client, configured({"every_minutes": 5}), spec, server.now)
    assert [one.recurring_run_id for one in server.of("recurringruns")] == [first.id]


def test_two_schedules_of_an_interrupted_apply_become_one(
    client: Any, configured: Configure, server: Server, spec: str
) -> None:
    first = schedule.apply(client, configured(), spec, server.now)
    server.refusals[f"DELETE /recurringruns/{first.id}"] = Refused(503, "later")
    new = configured({"every_minutes": 5})
    server.now += timedelta(minutes=1)
    with pytest.raises(Exception, match="503"):
        schedule.apply(client, new, spec, server.now)
    assert len(server.of("recurringruns")) == 2
    with pytest.raises(ClusterError, match="2 schedules of this pipeline"):
        schedule.resume(client, new)
    assert schedule.apply(client, new, spec, server.now).change == "replaced"
    (left,) = server.of("recurringruns")
    assert left.trigger.periodic_schedule.interval_second == "300"


def test_a_paused_schedule_stays_paused_when_replaced(
    client: Any, configured: Configure, server: Server, spec: str
) -> None:
    schedule.apply(client, configured(), spec, server.now)
    schedule.pause(client, configured())
    applied = schedule.apply(client, configured({"every_minutes": 5}), spec, server.now)
    assert not applied.enabled
    server.now += timedelta(days=2)
    assert server.tick() == []
    schedule.resume(client, configured())
    assert len(server.tick()) == 1


def test_after_a_deletion_there_is_no_schedule_to_change(
    client: Any, config: Config, server: Server, spec: str
) -> None:
    schedule.apply(client, config, spec, server.now)
    schedule.delete(client, config)
    assert server.of("recurringruns") == []
    for verb in (schedule.pause, schedule.resume, schedule.delete):
        with pytest.raises(ClusterError, match="has no schedule; `newsdesk schedule"):
            verb(client, config)


def test_a_replaced_schedule_does_not_fire_again_for_the_same_time(
    client: Any, configured: Configure, server: Server, spec: str
) -> None:
    catching_up = {"catchup": True, "start": server.now.isoformat()}
    old = configured({"cron": "0 0 * * * *", **catching_up})
    schedule.apply(client, old, spec, server.now)
    server.now += timedelta(hours=3)
    fired = []
    for _ in range(3):
        (run,) = server.tick()
        server.end(run, "SUCCEEDED")
        fired.append(run.scheduled_at)
    new = configured({"cron": "0 */30 * * * *", **catching_up})
    schedule.apply(client, new, spec, server.now)
    assert server.tick() == []
    server.now += timedelta(minutes=30)
    (run,) = server.tick()
    assert run.scheduled_at == fired[-1] + timedelta(minutes=30)


def test_replacing_a_paused_schedule_loses_no_interval_with_catchup(
    client: Any, configured: Configure, server: Server, spec: str
) -> None:
    config = configured(
        {"every_minutes": 60, "catchup": True, "start": server.now.isoformat()}
    )
    schedule.apply(client, config, spec, server.now)
    schedule.pause(client, config)
    for number in range(3):
        server.now += timedelta(hours=1)
        schedule.apply(client, config, f"{spec}# {number}\n", server.now)
    schedule.resume(client, config)
    (run,) = server.tick()
    assert run.scheduled_at == server.now - timedelta(hours=2)


def test_a_start_in_the_past_starts_no_run_without_catchup(
    client: Any, configured: Configure, server: Server, spec: str
) -> None:
    config = configured({"cron": "0 0 3 * * *", "start": "2026-01-01T00:00:00Z"})
    schedule.apply(client, config, spec, server.now)
    assert server.tick() == []


def test_a_start_in_the_past_starts_all_runs_since_with_catchup(
    client: Any, configured: Configure, server: Server, spec: str
) -> None:
    planned = {"cron": "0 0 3 * * *", "start": "2026-11-20T00:00:00Z"}
    config = configured(planned | {"catchup": True, "max_concurrency": 10})
    schedule.apply(client, config, spec, server.now)
    assert [run.scheduled_at.day for run in server.tick()] == [20, 21, 22, 23, 24]


def test_applying_without_a_configured_schedule_is_refused(
    client: Any, configured: Configure, server: Server, spec: str
) -> None:
    with pytest.raises(ConfigError, match="has no kubeflow.schedule"):
        schedule.apply(client, configured({}), spec, server.now)


def test_a_pipeline_without_the_parameter_interval_is_not_scheduled(
    client: Any, config: Config, server: Server, spec: str
) -> None:
    with pytest.raises(ConfigError, match="has no parameter interval"):
        schedule.apply(client, config, spec.replace("interval", "stretch"), server.now)
    assert server.requests == []
