"""Draws docs/img/run.svg: a run of the bundled sample in the terminal.

    python -m benchmarks.terminal_picture --root FOLDER

The command runs in a terminal of its own, and what is left on its screen is drawn.
"""

import argparse
import os
import pty
import re
import struct
import sys
from collections.abc import Sequence
from fcntl import ioctl
from io import StringIO
from pathlib import Path
from termios import TIOCSWINSZ

from rich.console import Console
from rich.text import Text

REPOSITORY = Path(__file__).parents[1]
PICTURE = REPOSITORY / "docs" / "img" / "run.svg"
CONFIG = "pipeline/configs/sample.toml"
WIDTH, HEIGHT = 92, 40
# A picture must not load a font from a network.
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
# The codes of a terminal that move the cursor, erase a line, or hide the cursor.
_CODE = re.compile(r"(\r|\n|\x1b\[\d*[AK]|\x1b\[\?25[hl])")


def main() -> None:
    """Runs the sample and draws its screen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="a folder for the run")
    parser.add_argument("--output", type=Path, default=PICTURE)
    given = parser.parse_args()
    root = str(given.root)
    words = ["run", CONFIG, "--set", f"output.root={root}"]
    written = _terminal([sys.executable, "-m", "pipeline.cli", *words])
    given.output.write_text(picture(_as_made(written, given.root), "make run"))


def _as_made(written: str, root: Path) -> str:
    """Shows the paths that `make run` has in a clone."""
    commands = str(Path(sys.executable).parent)
    for path in (str(root.absolute()), str(root)):
        written = written.replace(path, "runs/sample")
    return written.replace(commands, ".venv/bin")


def picture(written: str, title: str) -> str:
    """Draws what a command wrote to a terminal.

    Args:
        written: with its colours, and with lines that were written again.
        title: of the window.

    Returns:
        An SVG that loads nothing.
    """
    nowhere = StringIO()
    console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True)
    for line in screen(written):
        console.print(Text.from_ansi(line), soft_wrap=False)
    return _FONT.sub("", console.export_svg(title=title, unique_id="run"))


def screen(written: str) -> list[str]:
    """Finds out what is left on a screen.

    Args:
        written: to a terminal; a line that is erased or begun again is written anew.

    Returns:
        Its lines, with their colours.
    """
    lines, row, is_again = [""], 0, False
    for part in _CODE.split(written.replace("\r\n", "\n")):
        if part == "\n":
            row, is_again = row + 1, False
            lines += [""] * (row == len(lines))
        elif part.endswith("A") and part.startswith("\x1b"):
            row = max(0, row - int(part[2:-1] or 1))
        elif part.endswith("K") and part.startswith("\x1b"):
            lines[row] = ""
        elif part == "\r":
            is_again = True
        elif part and not _CODE.fullmatch(part):
            lines[row] = part if is_again else lines[row] + part
            is_again = False
    return "\n".join(lines).strip("\n").split("\n")


def _terminal(command: Sequence[str]) -> str:
    """Runs a command in a terminal, and returns what it wrote there."""
    process, terminal = pty.fork()
    if not process:
        os.chdir(REPOSITORY)
        os.environ |= {"TERM": "xterm-256color", "COLUMNS": str(WIDTH)}
        os.execv(command[0], command)
    ioctl(terminal, TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
    written = b""
    try:
        while part := os.read(terminal, 65536):
            written += part
            sys.stdout.buffer.write(part)
            sys.stdout.flush()
    except OSError:
        # Linux reports the end of a terminal as an error.
        pass
    _, status = os.waitpid(process, 0)
    if status:
        raise SystemExit(f"the run ended with {os.waitstatus_to_exitcode(status)}")
    return written.decode()


if __name__ == "__main__":
    main()
