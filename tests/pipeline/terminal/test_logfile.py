"""The output of libraries, from Python or C, goes only to the log file."""

import subprocess
import sys
from pathlib import Path

CODE = """
import os, sys, logging, warnings
from pathlib import Path
from pipeline.terminal.logfile import captured
print("before")
with captured(Path(sys.argv[1]), verbose=sys.argv[2] == "yes") as screen:
    print("from python"); os.write(2, b"from C\\n"); warnings.warn("odd")
    logging.getLogger("absl").info("from a logger")
    subprocess = os.system("echo from a child")
    screen.write("for the person\\n")
print("after")
"""
NOISE = ["from python", "from C", "odd", "from a logger", "from a child"]


def _run(log: Path, verbose: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(log), verbose],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout + done.stderr


def test_the_screen_stays_clean(tmp_path: Path) -> None:
    shown = _run(tmp_path / "log.txt", "no")
    assert shown.splitlines() == ["before", "for the person", "after"]
    kept = (tmp_path / "log.txt").read_text()
    assert [noise for noise in NOISE if noise not in kept] == []


def test_verbose_shows_and_keeps(tmp_path: Path) -> None:
    shown = _run(tmp_path / "log.txt", "yes")
    kept = (tmp_path / "log.txt").read_text()
    for noise in NOISE:
        assert noise in shown
        assert noise in kept
