"""Every error message of the sources is on its page, with what to do about it."""

import re
from pathlib import Path

import pytest

from newsdesk.config.load import load
from newsdesk.errors import NewsdeskError
from newsdesk.published import manifest
from newsdesk.rows import streams
from newsdesk.rows.encodings import opened_text
from pages import messages, remedies
from pages.listed import LIST
from pages.messages import Message
from pages.templates import says_something

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.slow
# They pass on a message that another function made, or are in [[more]] of the list.
PASSED_ON = {
    "components/text_example_gen/report.py: self._stopped(max_bad_rows)",
    "components/text_example_gen/remote.py: fault",
    "components/text_example_gen/row_reader.py: str(error).replace(file, source.file)",
    "kubeflow/cluster/client.py: f'{where}: {_refusal(error)}'",
    "kubeflow/cluster/submit.py: f'run {run}: {ended.state}{why}{log}'",
    "newsdesk/config/load.py: explain(error, path, typed)",
    "newsdesk/published/manifest.py: str(error)",
    "newsdesk/rows/arrow_cells.py: str(error).partition('\\n')[0]",
    "pipeline/init/agreement.py: str(error)",
    "pipeline/init/choose_columns.py: f'{survey.file}: {survey.cause}'",
    "pipeline/init/inputs.py: str(error)",
    "pipeline/init/look.py: f'{path}: {survey.cause}'",
    "pipeline/init/look.py: f\"{option} {value}: use {', '.join(first)} or {last}\"",
    "pipeline/predict/texts.py: question.reason",
    "trainer/hub/models.py: f'{key}: {error}'",
    "trainer/launch.py: message['sentence']",
    "trainer/training/job.py: f'{path}: {first_fault(error)}'",
}


def _pattern(text: str) -> str:
    """What a message of a template looks like."""
    parts = re.split(r"\{[^}]*\}", text)
    return ".*".join(re.escape(part) for part in parts)


def test_every_message_has_a_remedy() -> None:
    without = [
        one
        for one in messages.collect()
        if not remedies.split(one.text)[1] and not remedies.listed(one)
    ]
    assert without == [], "say in the message what to do, or write it in remedies.toml"


def test_every_entry_of_the_list_is_used() -> None:
    left = [one for one in messages.collect() if not remedies.split(one.text)[1]]
    assert [
        words
        for words in LIST["messages"]
        if not any(words in one.text for one in left)
    ] == []
    assert [path for path in LIST["modules"] if not (ROOT / path).exists()] == []


def test_only_known_errors_have_no_text_in_the_sources() -> None:
    found = {one for one in messages.unread() if not one.startswith("newsdesk/rows/")}
    known = {one for one in PASSED_ON if not one.startswith("newsdesk/rows/")}
    assert found == known, "put its text into [[more]] of remedies.toml"


def test_messages_that_are_listed_by_hand_are_in_their_module() -> None:
    for one in LIST["more"]:
        source = (ROOT / one["path"]).read_text(encoding="utf-8")
        words = re.split(r"\{[^}]*\}|; |: ", one["text"])
        assert any(part in source for part in words if len(part) > 3), one


def test_a_new_error_is_found(tmp_path: Path) -> None:
    for package in ("components", "kubeflow", "newsdesk", "pipeline", "trainer"):
        (tmp_path / package).mkdir()
    (tmp_path / "pipeline" / "new.py").write_text(
        "from newsdesk.errors import DataError\n"
        "class DataError(NewsdeskError): pass\n"
        "def check(file, column):\n"
        "    if file: raise DataError(f'{file}: it is full night; wait until dawn')\n"
        "    if column: raise DataError(f'{file}: {_why(column)}')\n"
        "def _why(column):\n"
        "    return f'column {column} howls at night'\n"
    )
    found = [one for one in messages.collect(tmp_path) if "new.py" in one.path]
    assert found == [
        Message("pipeline/new.py", 1, "{file}: it is full night; wait until dawn"),
        Message("pipeline/new.py", 1, "{file}: column {column} howls at night"),
    ]
    assert [remedies.split(one.text)[1] for one in found] == [
        "wait until dawn",
        "",
    ]


def _read(file: Path, encoding: str) -> None:
    with opened_text(str(file), encoding) as (stream, _):
        stream.read()


@pytest.mark.parametrize(
    "cause",
    [
        lambda folder: load(folder / "no.toml"),
        lambda folder: load(folder / "wrong.toml"),
        lambda folder: load(folder / "empty.toml", ["train.epochs"]),
        lambda folder: load(folder / "empty.toml", ["name=x"]),
        lambda folder: streams.check_file(str(folder)),
        lambda folder: streams.check_file(str(folder / "empty.toml")),
        lambda folder: manifest.verify(folder),
        lambda folder: _read(folder / "utf-32.csv", "auto"),
    ],
    ids=["no", "toml", "set", "missing", "folder", "empty", "manifest", "utf-32"],
)
def test_a_real_error_is_on_the_page(cause, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text("name =")
    (tmp_path / "empty.toml").touch()
    (tmp_path / "utf-32.csv").write_bytes("a,b\n".encode("utf-32"))
    with pytest.raises(NewsdeskError) as caught:
        cause(tmp_path)
    line = str(caught.value).splitlines()[0]
    texts = [one.text for one in messages.collect() if says_something(one.text)]
    assert [text for text in texts if re.search(_pattern(text), line)], line
