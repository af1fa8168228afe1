"""An interval has one run: another run is refused, a retry of the same is not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

import pytest

from kubeflow.intervals.intervals import MACRO
from kubeflow.intervals.ledger import Ledger
from newsdesk.config.cluster import Schedule
from newsdesk.errors import ClusterError, ConfigError, IntervalTaken
from newsdesk.published.local_store import LocalStore
from tests.support import s3

NIGHTLY = Schedule(cron="0 0 3 * * *")
NOW = datetime(2026, 11, 24, 3, 1, tzinfo=timezone.utc)
CATCHING_UP = Schedule(cron="0 0 3 * * *", catchup=True, start=NOW.replace(day=19))
FIRED = "20261124030000"
BY_HAND = "2026-11-23T03:00:00Z/2026-11-24T03:00:00Z"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["local", pytest.param("remote", marks=pytest.mark.slow)])
def ledger(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Ledger:
    """A ledger in a folder, and one in an object store."""
    if request.param == "local":
        return Ledger(str(tmp_path / "serving"))
    import s3fs

    for name, value in s3.environment(request.getfixturevalue("endpoint")).items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    bucket = f"bucket-{abs(hash(request.node.name))}"
    s3fs.S3FileSystem().mkdir(bucket)
    return Ledger(f"s3://{bucket}/serving")


def test_an_interval_that_was_done_is_refused(ledger: Ledger) -> None:
    claimed = ledger.claim(FIRED, NIGHTLY, "run-1", NOW)
    assert str(claimed) == BY_HAND
    ledger.confirm("run-1")
    ledger.finish("run-1")
    assert ledger.done() == {"20261124T030000Z"}
    for text in (FIRED, MACRO, BY_HAND):
        with pytest.raises(
            IntervalTaken, match="was done by run run-1.*without --interval trains if"
        ):
            ledger.claim(text, NIGHTLY, f"run-{text}".replace("/", "-"), NOW)


def test_an_interval_that_was_begun_is_refused_to_the_schedule_only(
    ledger: Ledger,
) -> None:
    ledger.claim(FIRED, NIGHTLY, "run-1", NOW)
    with pytest.raises(IntervalTaken, match="was begun by run run-1"):
        ledger.claim(FIRED, NIGHTLY, "run-2", NOW)
    assert ledger.claim(BY_HAND, None, "run-3", NOW)
    for go_on in (ledger.confirm, ledger.finish):
        with pytest.raises(IntervalTaken, match="was begun by run run-3"):
            go_on("run-1")
    ledger.finish("run-3")


@pytest.mark.parametrize("text", [FIRED, MACRO, BY_HAND])
def test_a_retried_node_keeps_its_interval(ledger: Ledger, text: str) -> None:
    first = ledger.claim(text, CATCHING_UP, "run-1", NOW)
    assert ledger.claim(text, CATCHING_UP, "run-1", NOW) == first
    ledger.finish("run-1")
    assert ledger.claim(text, CATCHING_UP, "run-1", NOW) == first
    ledger.finish("run-1")


def test_a_run_without_an_interval_is_never_refused(ledger: Ledger) -> None:
    for run in ("run-1", "run-2"):
        assert ledger.claim("", NIGHTLY, run, NOW) is None
        ledger.confirm(run)
        ledger.finish(run)
    assert ledger.done() == set()


def test_without_the_time_of_the_scheduler_the_oldest_missed_interval_comes_first(
    ledger: Ledger,
) -> None:
    claimed = [ledger.claim(MACRO, CATCHING_UP, f"run-{n}", NOW) for n in range(5)]
    assert [one and one.end.day for one in claimed] == [20, 21, 22, 23, 24]
    with pytest.raises(IntervalTaken):
        ledger.claim(MACRO, CATCHING_UP, "run-5", NOW)


def test_without_catchup_only_the_newest_counts(ledger: Ledger) -> None:
    ledger.claim(MACRO, NIGHTLY, "run-20", NOW.replace(day=20))
    claimed = ledger.claim(MACRO, NIGHTLY, "run-24", NOW)
    assert claimed and claimed.end.day == 24


def test_of_many_runs_that_claim_at_once_one_gets_the_interval(tmp_path: Path) -> None:
    ledger = Ledger(str(tmp_path))

    def ask(number: int) -> bool:
        try:
            return ledger.claim(FIRED, NIGHTLY, f"run-{number}", NOW) is not None
        except IntervalTaken:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(32))) == 1
    assert not [file for file in tmp_path.rglob("tmp*")]


def test_a_parameter_that_does_not_fit_the_schedule_is_refused(tmp_path: Path) -> None:
    ledger = Ledger(str(tmp_path))
    with pytest.raises(ConfigError, match="needs kubeflow.schedule"):
        ledger.claim(FIRED, None, "run-1", NOW)
    late = Schedule(every_minutes=5, start=NOW.replace(year=2027))
    with pytest.raises(ConfigError, match="no interval of .* ended before"):
        ledger.claim(FIRED, late, "run-1", NOW)


def test_readers_of_versions_ignore_the_ledger(tmp_path: Path) -> None:
    Ledger(str(tmp_path)).claim(FIRED, NIGHTLY, "run-1", NOW)
    assert LocalStore(tmp_path).versions() == []


def test_a_ledger_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / ".intervals").write_text("in the way")
    with pytest.raises(ClusterError, match="cannot be read or written"):
        Ledger(str(tmp_path)).claim(FIRED, NIGHTLY, "run-1", NOW)
