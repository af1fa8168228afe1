"""Files of a data set that cannot be read in one way are refused by name."""

from pathlib import Path

import pytest

from newsdesk.errors import ConfigError
from pipeline.init.look import look

ROWS = "label,text\na,one text\nb,a text more\na,third text\nb,text four\n"
WIDE = ROWS.encode("utf-16")


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ("a.csv", ("b.jsonl", b'{"label": "a"}\n'), "b.jsonl: has the format jsonl, "),
        ("a.csv", ("b.csv", WIDE), "b.csv: is UTF-16, but .*a.csv is UTF-8; files"),
        (
            "a.csv",
            ("b.csv", ROWS.replace(",", ";").encode()),
            "b.csv: separates its cells by semicolons, but .*a.csv separates its cells "
            "by commas",
        ),
        (
            "a.csv",
            ("b.csv", b"label,body\na,b\n"),
            "b.csv: has the columns 'label', 'body', but .*a.csv has 'label', 'text'; ",
        ),
    ],
)
def test_two_files_that_differ(
    tmp_path: Path, first: str, second: tuple[str, bytes], sentence: str
) -> None:
    (tmp_path / first).write_text(ROWS)
    (tmp_path / second[0]).write_bytes(second[1])
    with pytest.raises(ConfigError, match=sentence):
        look(tmp_path)


def test_files_without_a_header_need_the_same_number_of_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,one text\nb,text two\n")
    (tmp_path / "b.csv").write_text("a,one text,1\n")
    with pytest.raises(
        ConfigError, match="b.csv: has 3 columns, but .*a.csv has 2 col"
    ):
        look(tmp_path, header=False)


def test_the_order_of_columns_may_differ(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(ROWS)
    (tmp_path / "b.csv").write_text("text,label\nlast text,a\n")
    survey = look(tmp_path)
    assert survey.rows == 5
    assert survey.columns["label"].values == {"a": 3, "b": 2}


def test_utf_8_beside_windows_1252_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(ROWS + "a,größer\n")
    (tmp_path / "b.csv").write_bytes((ROWS + "a,kühl\n").encode("windows-1252"))
    survey = look(tmp_path)
    assert (survey.encoding, survey.bad_rows) == ("windows-1252", 0)
    (tmp_path / "b.csv").unlink()
    assert look(tmp_path).encoding == "auto"


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (
            {"encoding": "latin-1"},
            "--encoding latin-1: use auto, utf-8, utf-16 or wind",
        ),
        ({"delimiter": ":"}, r"--delimiter :: use auto, ,, ;, tab or \|"),
        ({"quoting": "full"}, "--quoting full: use auto, standard or none"),
    ],
)
def test_a_wrong_option_is_refused(
    tmp_path: Path, option: dict[str, str], sentence: str
) -> None:
    (tmp_path / "a.csv").write_text(ROWS)
    with pytest.raises(ConfigError, match=sentence):
        look(tmp_path / "a.csv", **option)  # type: ignore[arg-type]
