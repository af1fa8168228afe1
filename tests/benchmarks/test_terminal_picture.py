"""What is left on a terminal is drawn, and the picture loads nothing."""

from benchmarks.terminal_picture import picture, screen

# Two pictures of a line that turns, what replaces it, and a line below.
WRITTEN = (
    "data in rows.csv\r\n"
    "\x1b[?25l\r\x1b[2K\x1b[32m⠋\x1b[0m Trainer 00:00"
    "\r\x1b[2K\x1b[32m⠙\x1b[0m Trainer 00:01"
    "\r\x1b[2K\x1b[32m✓\x1b[0m Trainer done\r\n"
    "⠙ Trainer 00:01\r\n"
    "\x1b[1A\x1b[2K\x1b[?25hpushed\r\n\r\n"
)


def test_lines_that_are_written_again_leave_their_last_text() -> None:
    assert screen(WRITTEN) == [
        "data in rows.csv",
        "\x1b[32m✓\x1b[0m Trainer done",
        "pushed",
    ]


def test_the_picture_has_the_lines_and_loads_nothing() -> None:
    drawn = picture(WRITTEN, "make run")
    assert drawn.startswith("<svg")
    for word in ("rows.csv", "pushed", "make&#160;run"):
        assert word in drawn.replace("make run", "make&#160;run"), word
    assert "url(http" not in drawn and "@font-face" not in drawn
