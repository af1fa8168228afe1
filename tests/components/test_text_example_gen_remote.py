"""Workers read rows in a store, and write examples and digests there."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from components.text_example_gen import remote
from newsdesk.errors import DataError
from newsdesk.identity import fingerprint
from newsdesk.stores_for_beam import use_stores
from tests.support import s3

pytestmark = pytest.mark.slow
ROWS = "text,label\nsun,a\nrain,b\n"


@pytest.fixture
def bucket() -> Iterator[str]:
    """A bucket with a file of rows."""
    import s3fs

    with s3.bucket() as address:
        use_stores()
        s3fs.S3FileSystem().pipe(f"{address}/rows/a.csv", ROWS.encode())
        yield address


def test_an_object_is_copied_under_its_name(bucket: str, tmp_path: Path) -> None:
    same = tmp_path / "a.csv"
    same.write_text(ROWS)
    digest = fingerprint.of_file(same)
    with remote.copied(f"{bucket}/rows/a.csv", digest) as copy:
        assert Path(copy).read_text() == ROWS
        assert Path(copy).name == "a.csv"
    assert not Path(copy).exists()
    with remote.copied(str(same), None) as file:
        assert file == str(same)


def test_an_object_that_changed_is_refused(bucket: str) -> None:
    with pytest.raises(DataError, match=r"a\.csv: the file changed while"):
        with remote.copied(f"{bucket}/rows/a.csv", "0" * 64):
            pass


def test_an_object_that_cannot_be_read_is_named(bucket: str) -> None:
    with pytest.raises(DataError, match=r"b\.csv: a Beam worker cannot read it"):
        with remote.copied(f"{bucket}/rows/b.csv", None):
            pass


def test_digests_are_those_of_files_on_a_machine(bucket: str, tmp_path: Path) -> None:
    same = tmp_path / "a.csv"
    same.write_text(ROWS)
    args = ["--runner=DirectRunner", "--direct_running_mode=in_memory"]
    found = remote.digests({"x": f"{bucket}/rows/a.csv"}, f"{bucket}/temp", args)
    assert found == {"x": fingerprint.of_file(same)}
    with pytest.raises(DataError, match="cannot read it"):
        remote.digests({"x": f"{bucket}/none.csv"}, f"{bucket}/temp", args)


def test_rows_in_a_store_become_the_same_examples(
    bucket: str, tmp_path: Path, generate: Callable[..., Any]
) -> None:
    import s3fs

    texts = [f"{word} number {n},{word}" for n in range(40) for word in ("a", "b")]
    rows = "\n".join(["text,label", *texts, "bad,c", ""])
    file = tmp_path / "rows" / "a.csv"
    file.parent.mkdir()
    file.write_text(rows)
    data = {"path": str(file), "labels": ["a", "b"], "max_bad_rows": 0.1}
    local = generate(**data)
    s3fs.S3FileSystem().pipe(f"{bucket}/rows/a.csv", rows.encode())
    digests = {str(file): fingerprint.of_file(file)}
    file.write_text("")
    store = remote.Remote(str(file.parent), f"{bucket}/rows", digests)
    found = generate(remote=store, rows_to=f"{bucket}/out", **data)
    assert found.summary == local.summary
    assert found.splits == local.splits
    assert found.examples.get_string_custom_property("content") == (
        local.examples.get_string_custom_property("content")
    )
    (bad,) = found.refused
    assert bad["file"] == f"{bucket}/rows/a.csv"
    assert json.dumps(local.refused).replace(str(file), bad["file"]) == json.dumps(
        found.refused
    )
    assert not s3fs.S3FileSystem().exists(f"{bucket}/out/notes")
