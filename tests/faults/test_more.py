"""One fault of each kind that needs no kill of a run and no flipped bit."""

from pathlib import Path

import pytest

from benchmarks.reliability import killed_commands, killed_processes, more
from benchmarks.reliability.killed_at import changes, killed_at
from benchmarks.reliability.unbroken import Unbroken


@pytest.mark.slow
def test_a_killed_parquet_reader_is_named(tmp_path: Path) -> None:
    outcome = killed_processes.of_a_reader(tmp_path)
    assert outcome.is_fine, outcome


@pytest.mark.slow
def test_killed_commands_leave_nothing_in_the_way(tmp_path: Path) -> None:
    for command in (killed_commands.init(tmp_path), killed_commands.rollback(tmp_path)):
        for outcome in killed_commands.killed(command, 1):
            assert outcome.is_fine, outcome


@pytest.mark.slow
def test_a_command_is_killed_at_its_changes_alone(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("label,text\n" + "a,one text\nb,another text\n" * 20)
    to = tmp_path / "to"
    to.mkdir()
    words = ["init", str(rows), "--to", str(to)]
    # The schema and the configuration.
    assert killed_at(to, 2, words)
    assert [file.name for file in to.iterdir()] == ["schema.pbtxt"]
    assert changes(to, [*words, "--force"]) == 2


@pytest.mark.e2e
def test_a_killed_gc_a_changed_file_and_damaged_artifacts_do_no_harm(
    tmp_path: Path, unbroken_run: Unbroken
) -> None:
    outcomes = [
        *killed_commands.killed(killed_commands.gc(unbroken_run), 1),
        more.same_time(unbroken_run, tmp_path),
        more.artifacts_damaged(unbroken_run),
    ]
    for outcome in outcomes:
        assert outcome.is_fine, outcome


@pytest.mark.e2e
def test_killed_processes_of_a_run_do_no_harm(unbroken_run: Unbroken) -> None:
    for outcome in killed_processes.of_a_run(unbroken_run):
        assert outcome.is_fine, outcome
