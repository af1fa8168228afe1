"""Parts run side by side; none of them can fail without failing the job."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from parts import PartError, parse

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, str(ROOT / "scripts" / "parts.py")]


def run(text):
    return subprocess.run(
        COMMAND, input=text, text=True, capture_output=True, timeout=60
    )


def states(done):
    """The state of each part, read from the table."""
    _, _, table = done.stdout.rpartition("part   ")
    rows = [line.split() for line in table.splitlines()[1:]]
    return {row[0]: " ".join(row[1:-3]) for row in rows if row[0] != "parts:"}


def test_parts_that_pass_pass_the_job():
    done = run("one: echo first\ntwo after one: echo second >&2\n")
    assert done.returncode == 0, done.stderr
    assert states(done) == {"one": "passed", "two": "passed", "all": ""}
    assert done.stdout.index("first") < done.stdout.index("second")


def test_a_failed_part_fails_the_job_and_the_other_parts_still_run():
    done = run("bad: echo why; exit 3\nbehind after bad: echo never\ngood: echo fine\n")
    assert done.returncode == 1
    assert states(done) == {
        "bad": "FAILED (exit code 3)",
        "behind": "not run",
        "good": "passed",
        "all": "",
    }
    assert "why" in done.stdout
    assert "fine" in done.stdout
    assert "never" not in done.stdout
    assert "parts: failed: bad, behind;" in done.stdout


def test_a_killed_part_fails_the_job():
    done = run("killed: kill -KILL $$\n")
    assert done.returncode == 1
    assert states(done)["killed"] == "FAILED (exit code -9)"


def test_what_the_machine_cannot_do_is_skipped_and_named():
    done = run("tools: exit 77\nimage after tools: echo never\nother: true\n")
    assert done.returncode == 0
    assert states(done)["image"] == "skipped"
    assert "parts: skipped: tools, image;" in done.stdout


def test_a_part_behind_a_failed_and_a_skipped_one_fails_the_job():
    done = run("bad: false\ntools: exit 77\nboth after tools bad: echo never\n")
    assert done.returncode == 1
    assert "never" not in done.stdout


def test_two_parts_run_at_the_same_time(tmp_path):
    ends = [tmp_path / "one", tmp_path / "other"]
    for end in ends:
        subprocess.run(["mkfifo", str(end)], check=True)
    # Each waits for the other, so that one after the other would never end.
    done = run(
        f"a: echo > {ends[0]}; cat {ends[1]}\nb: cat {ends[0]}; echo > {ends[1]}"
    )
    assert done.returncode == 0


def test_a_signal_ends_all_processes_and_still_prints_the_table():
    process = subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.stdin.write("first: true\nlong: sleep 1000 & echo waits; wait\n")
    process.stdin.write("next after long: echo never\n")
    process.stdin.close()
    for line in process.stdout:
        if line.startswith("parts: first passed"):
            break
    process.send_signal(signal.SIGTERM)
    rest = process.stdout.read()
    assert process.wait() == 1
    assert "parts: failed: next, long;" in rest


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("one: true\nno command", "line 2 is not a part"),
        ("one after two: true", "needs two, which is not on a line before"),
        ("one: true\none: true", "line 2: there are two parts named one"),
    ],
)
def test_a_wrong_line_is_named(text, sentence):
    with pytest.raises(PartError, match=sentence):
        parse(text)
