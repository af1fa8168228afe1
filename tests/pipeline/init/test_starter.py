"""`run` reads the files that `init` writes."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from newsdesk.config.load import load
from newsdesk.errors import ConfigError
from newsdesk.rows.labelling import Labelled, Labelling
from newsdesk.rows.readers import Layout, Row, read_rows
from pipeline.init.choose_columns import propose
from pipeline.init.look import look
from pipeline.init.starter import schema, write
from pipeline.init.texts import Texts

ROWS = """3,Oil falls again,"Oil fell again, traders said"
4,Probe reaches moon,"The probe sent a
picture of the moon"
3,Bank on coast,A bank opened on the coast
4,Worm in mail,The worm spreads by e-mail
"""
HEADER = "class,title,body\n"


def _starter(file: Path, to: Path, content: str) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_text(content)
    return write(propose(look(file)), to)


@pytest.mark.parametrize("content", [HEADER + ROWS, ROWS])
def test_every_row_is_used_as_the_configuration_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    written = _starter(tmp_path / "data" / "my rows.csv", tmp_path / "to", content)
    monkeypatch.chdir("/")
    data = load(written).data
    assert Path(data.path) == tmp_path / "data" / "my rows.csv"
    assert (data.labels, data.first_label) == (["3", "4"], 3)
    labelling = Labelling.of(data)
    used = []
    for row in read_rows(data.path, Layout.of(data)):
        assert isinstance(row, Row)
        used.append(labelling.apply(row))
    assert [row.label for row in used if isinstance(row, Labelled)] == [0, 1, 0, 1]
    assert isinstance(used[0], Labelled)
    assert used[0].text == "Oil falls again Oil fell again, traders said"


def test_the_configuration_has_comments_and_no_defaults(tmp_path: Path) -> None:
    written = _starter(tmp_path / "rows.csv", tmp_path, HEADER + ROWS)
    assert written.read_text() == (
        "# Train, evaluate, push: newsdesk run newsdesk.toml\n"
        'name = "rows"\n'
        "\n"
        "[data]\n"
        'path = "rows.csv" # relative to this file\n'
        'text_columns = ["title", "body"] # joined by a space\n'
        'label_column = "class"\n'
        'labels = ["3", "4"] # numbers of the data; you may write names instead\n'
        "first_label = 3 # the number of the first label in the data\n"
        'schema_file = "schema.pbtxt" # the data is checked against it\n'
        "\n"
        "[evaluation]\n"
        "# Always predicting '3' has accuracy 0.500; a model must be better to be "
        "pushed.\n"
        "min_accuracy = 0.67\n"
    )


def test_labels_with_quotes_and_many_labels_survive(tmp_path: Path) -> None:
    labels = ['"quoted"', "back\\slash", "é", "a'b", "e", "f", "g", "#h"]
    cells = ['"' + label.replace('"', '""') + '"' for label in labels] * 2
    rows = [f"{cell},the text of row {place}\n" for place, cell in enumerate(cells)]
    content = "label,body\n" + "".join(rows)
    written = _starter(tmp_path / "rows.csv", tmp_path, content)
    assert load(written).data.labels == sorted(labels)


def test_a_named_format_is_written(tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_text(HEADER + ROWS)
    survey = look(tmp_path / "rows.txt", file_format="csv")
    assert load(write(propose(survey), tmp_path)).data.format == "csv"


@pytest.mark.parametrize("name", ["newsdesk.toml", "schema.pbtxt"])
def test_nothing_is_overwritten_without_force(tmp_path: Path, name: str) -> None:
    (tmp_path / "rows.csv").write_text(HEADER + ROWS)
    proposal = propose(look(tmp_path / "rows.csv"))
    (tmp_path / name).write_text("mine")
    with pytest.raises(ConfigError, match=f"{name}: already exists; .*--force"):
        write(proposal, tmp_path)
    assert (tmp_path / name).read_text() == "mine"
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(
        [name, "rows.csv"]
    )
    write(proposal, tmp_path, force=True)
    assert (tmp_path / name).read_text() != "mine"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(HEADER + ROWS)
    proposal = propose(look(tmp_path / "rows.csv"))
    with pytest.raises(ConfigError, match="rows.csv/to: cannot be written"):
        write(proposal, tmp_path / "rows.csv" / "to")


def test_the_schema_allows_all_labels() -> None:
    parsed = text_format.Parse(schema(3), schema_pb2.Schema())
    text, label = parsed.feature
    assert (text.name, text.type) == ("text", schema_pb2.BYTES)
    assert (label.int_domain.min, label.int_domain.max) == (0, 2)
    assert all(
        one.HasField("shape") and one.presence.min_fraction == 1
        for one in parsed.feature
    )


def test_a_proposal_for_a_label_with_too_few_texts_can_be_taken(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("label,text\n" + "a,one text\nb,another text\na,a third text\n" * 3)
    texts = Texts(distinct={"c": 1})
    proposal = replace(propose(look(file)), labels={"a": 6, "b": 3, "c": 1})
    written = write(proposal, tmp_path, texts=texts)
    taken = written.read_text().replace('# drop_labels = ["c"]', 'drop_labels = ["c"]')
    written.write_text(taken)
    assert load(written).data.drop_labels == ["c"]
    assert "keep them in labels" in taken


def test_a_proposal_for_labels_in_several_spellings_can_be_taken(
    tmp_path: Path,
) -> None:
    file = tmp_path / "rows.csv"
    rows = "Sci Tech,a text\nsci tech,a text\nSci Tech,a text\narts,a third text\n"
    file.write_text(f"label,text\n{rows * 3}")
    # Both spellings have too few texts; a second merge_labels would not be TOML.
    texts = Texts(distinct=Counter({"Sci Tech": 1, "sci tech": 1, "arts": 9}))
    written = write(propose(look(file)), tmp_path, texts=texts)
    taken = written.read_text().replace("# merge_labels", "merge_labels")
    written.write_text(taken)
    assert load(written).data.merge_labels == {"Sci Tech": ["sci tech"]}
