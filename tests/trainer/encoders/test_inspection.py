"""What is found out about an encoder before the first node runs."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from tokenizers import BertWordPieceTokenizer

from newsdesk.errors import ConfigError, DataError, NewsdeskError
from pipeline.cli import app
from trainer.encoders import inspection
from trainer.text import word_pieces
from trainer.text.vocabularies import file_of

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
WORDS = "embeddings.word_embeddings.weight"
Tensors = dict[str, np.ndarray]


def of_checkpoint(make_config: Any, folder: Path, max_length: int = 20) -> list[str]:
    encoder = {"kind": "checkpoint", "path": str(folder)}
    return inspection.check(
        make_config(model={"encoder": encoder}, text={"max_length": max_length})
    )


def test_a_checkpoint_that_fits_needs_no_words(
    make_config: Any, write_checkpoint: Any
) -> None:
    assert of_checkpoint(make_config, write_checkpoint()) == []


def test_texts_longer_than_the_positions_are_refused(
    make_config: Any, write_checkpoint: Any
) -> None:
    folder = write_checkpoint()
    with pytest.raises(ConfigError) as caught:
        of_checkpoint(make_config, folder, max_length=21)

    assert str(caught.value) == (
        f"text.max_length is 21, but max_position_embeddings is 20 in {folder}/"
        "config.json: the encoder reads 20 tokens at most; lower text.max_length to "
        "20 or less"
    )


@pytest.mark.parametrize(
    ("values", "dtype", "said"),
    [
        ([np.nan] * 3, "float32", "holds NaN (3 of 240 values)"),
        ([np.inf, -np.inf], "float32", "holds Inf (2 of 240 values)"),
        ([np.nan, np.inf], "float16", "holds NaN and Inf (2 of 240 values)"),
        ([np.nan], ml_dtypes.bfloat16, "holds NaN (1 of 240 values)"),
        ([1e38], "float16", "holds Inf (1 of 240 values)"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
def test_weights_that_are_not_finite_are_refused(
    write_checkpoint: Any,
    random_tensors: Tensors,
    values: list[float],
    dtype: Any,
    said: str,
) -> None:
    words = random_tensors[WORDS].copy()
    words.reshape(-1)[: len(values)] = values
    folder = write_checkpoint(
        {
            f"bert.{name}": (words if name == WORDS else value).astype(dtype)
            for name, value in random_tensors.items()
        }
    )

    with pytest.raises(DataError) as caught:
        inspection.check_checkpoint(str(folder))
    assert str(caught.value) == (
        f"{folder}/model.safetensors: bert.{WORDS} {said}; the file is damaged, so "
        "fetch it again"
    )


def test_several_damaged_tensors_are_counted(
    write_checkpoint: Any, random_tensors: Tensors
) -> None:
    nothing = {
        name: np.full_like(values, np.nan) for name, values in random_tensors.items()
    }
    said = rf"holds NaN .* values\), one of {len(nothing)} such tensors; the file"

    with pytest.raises(DataError, match=said):
        inspection.check_checkpoint(str(write_checkpoint(nothing)))


def test_values_that_nothing_reads_may_be_anything(
    write_checkpoint: Any, random_tensors: Tensors
) -> None:
    head = {"cls.predictions.bias": np.full(30, np.nan, "f4")}

    assert (
        inspection.check_checkpoint(str(write_checkpoint(random_tensors | head))) == []
    )


def test_spare_rows_are_accepted_and_said(
    write_checkpoint: Any, random_tensors: Tensors
) -> None:
    rows = np.concatenate([random_tensors[WORDS], np.zeros((3, 8), "f4")])
    folder = write_checkpoint(random_tensors | {WORDS: rows}, vocab_size=33)

    assert inspection.check_checkpoint(str(folder)) == [
        f"{folder}: vocab_size is 33 and vocab.txt has 30 tokens: the last 3 rows of "
        "the word embeddings are never used"
    ]


def test_a_token_without_a_row_is_refused(write_checkpoint: Any) -> None:
    folder = write_checkpoint()
    with (folder / "vocab.txt").open("a") as stream:
        stream.write("more\n")

    with pytest.raises(
        DataError, match="has 31 tokens, but vocab_size is 30 in config"
    ):
        inspection.check_checkpoint(str(folder))


def with_byte_order_mark(content: bytes) -> bytes:
    return b"\xef\xbb\xbf" + content


def with_line_ends_of_windows(content: bytes) -> bytes:
    return content.replace(b"\n", b"\r\n")


def with_both(content: bytes) -> bytes:
    return with_byte_order_mark(with_line_ends_of_windows(content))


def without_the_last_line_end(content: bytes) -> bytes:
    return content.rstrip(b"\n")


def with_blank_lines_at_the_end(content: bytes) -> bytes:
    return content + b"\n\n"


@pytest.mark.parametrize(
    "change",
    [
        with_byte_order_mark,
        with_line_ends_of_windows,
        with_both,
        without_the_last_line_end,
        with_blank_lines_at_the_end,
    ],
)
def test_a_vocabulary_is_read_as_if_it_were_clean(
    write_checkpoint: Any, change: Callable[[bytes], bytes]
) -> None:
    folder = write_checkpoint()
    file = folder / "vocab.txt"
    clean = file.read_bytes()
    file.write_bytes(change(clean))

    assert inspection.check_checkpoint(str(folder)) == []
    found = word_pieces.of_checkpoint(folder)
    assert found.names == clean.decode().split()
    # TensorFlow reads the vocabulary of a graph from a file.
    assert Path(file_of(found.names)).read_bytes().rstrip(b"\n") == clean.rstrip(b"\n")


def test_a_blank_line_keeps_its_id(write_checkpoint: Any) -> None:
    folder = write_checkpoint()
    file = folder / "vocab.txt"
    file.write_text(file.read_text(encoding="utf-8").replace("goal\n", "\n"))
    reference = BertWordPieceTokenizer(str(file))
    names = word_pieces.of_checkpoint(folder).names

    assert names[6] == "[blank line 7]"
    assert reference.token_to_id("cafe") == names.index("cafe") == 7


@pytest.mark.parametrize("name", ["[UNK]", "[CLS]", "[SEP]"])
def test_a_vocabulary_without_a_special_token_is_refused(
    write_checkpoint: Any, name: str
) -> None:
    folder = write_checkpoint()
    file = folder / "vocab.txt"
    file.write_text(file.read_text(encoding="utf-8").replace(name, "other"))

    with pytest.raises(DataError, match=rf"vocab\.txt lacks \{name[:-1]}\]"):
        inspection.check_checkpoint(str(folder))


def test_a_doubled_piece_is_named_with_its_lines(write_checkpoint: Any) -> None:
    folder = write_checkpoint()
    file = folder / "vocab.txt"
    file.write_text(file.read_text(encoding="utf-8").replace("cafe\n", "the\n"))

    with pytest.raises(DataError, match=r"'the' is on lines 6 and 8; .* \[unused6\]"):
        inspection.check_checkpoint(str(folder))


def test_a_given_vocabulary_is_read(make_config: Any, tmp_path: Path) -> None:
    file = tmp_path / "pieces.txt"
    text = {"tokenizer": "wordpiece", "vocabulary": str(file)}
    file.write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n")
    assert inspection.check(make_config(text=text)) == []

    file.write_text(POINTER)
    with pytest.raises(DataError, match="pieces.txt: is a pointer of Git LFS"):
        inspection.check(make_config(text=text))


@pytest.fixture
def saved_models(tmp_path: Path) -> Path:
    """Two folders that hold what a SavedModel has, by its names."""
    for name in ("encoder", "preprocess"):
        folder = tmp_path / "hub" / name
        for part in ("variables", "assets"):
            (folder / part).mkdir(parents=True)
        (folder / "saved_model.pb").write_bytes(b"\x08\x01")
        (folder / "variables" / "variables.data-00000-of-00001").write_bytes(b"")
    vocabulary = tmp_path / "hub" / "preprocess" / "assets" / "vocab.txt"
    vocabulary.write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n")
    return tmp_path / "hub"


def of_hub(make_config: Any, folder: Path) -> list[str]:
    encoder = {
        "path": str(folder / "encoder"),
        "preprocess": str(folder / "preprocess"),
    }
    return inspection.check(make_config(model={"encoder": {"kind": "hub"} | encoder}))


def test_saved_models_of_the_hub_need_no_words(
    make_config: Any, saved_models: Path
) -> None:
    assert of_hub(make_config, saved_models) == []


def test_a_handle_is_left_to_the_node_that_fetches_it(make_config: Any) -> None:
    encoder = {"kind": "hub", "path": "https://x/1", "preprocess": "https://x/2"}

    assert inspection.check(make_config(model={"encoder": encoder})) == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("encoder/saved_model.pb", POINTER, "path: .*pb: is a pointer of Git LFS"),
        ("encoder/saved_model.pb", "", "path: .*saved_model.pb: is empty; fetch it"),
        ("encoder/saved_model.pb", None, "path: .*encoder has no saved_model.pb"),
        ("preprocess/saved_model.pb", "<html>", "preprocess: .*pb: is an HTML page"),
        (
            "encoder/variables/variables.data-00000-of-00001",
            POINTER,
            "path: .*data-00000-of-00001: is a pointer of Git LFS",
        ),
        ("preprocess/assets/vocab.txt", POINTER, "preprocess: .*txt: is a pointer"),
        (
            "preprocess/assets/vocab.txt",
            None,
            "preprocess: .*has no assets/vocab.txt",
        ),
        ("preprocess/assets/vocab.txt", "[PAD]\n", r"vocab.txt lacks \[UNK\], \[CLS\]"),
    ],
)
def test_a_saved_model_that_is_not_whole_is_refused(
    make_config: Any, saved_models: Path, name: str, content: str | None, message: str
) -> None:
    file = saved_models / name
    file.unlink() if content is None else file.write_text(content)

    with pytest.raises(NewsdeskError, match=message):
        of_hub(make_config, saved_models)


def test_real_weights_are_inspected_without_tensorflow(minilm: Path) -> None:
    code = (
        "import sys; from trainer.encoders.inspection import check_checkpoint;"
        "print(check_checkpoint(sys.argv[1]), 'tensorflow' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(minilm)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said == "[] False\n"


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["compile", "--set=kubeflow.image=n", "--set=push.destination=s3://m/n"],
        ["submit", "--set=kubeflow.image=n", "--set=push.destination=s3://m/n"],
        ["encoder", "import", "{}", "--to", "hub"],
    ],
)
def test_commands_look_before_they_begin(
    write_checkpoint: Any,
    random_tensors: Tensors,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
) -> None:
    nothing = {WORDS: np.full_like(random_tensors[WORDS], np.nan)}
    folder = write_checkpoint(random_tensors | nothing)
    data = {"path": "rows.csv", "text_columns": ["text"], "label_column": "label"}
    lines = ['name = "x"', "[data]", 'labels = ["a", "b"]', 'schema_file = "s.pbtxt"']
    lines += [f"{key} = {json.dumps(value)}" for key, value in data.items()]
    lines += ["[text]", "max_length = 20", "[model.encoder]", 'kind = "checkpoint"']
    lines += [f"path = {json.dumps(str(folder))}"]
    (tmp_path / "newsdesk.toml").write_text("\n".join(lines))
    monkeypatch.chdir(tmp_path)

    with pytest.raises(NewsdeskError, match=r"holds NaN \(240 of 240 values\)"):
        app([word.format(folder) for word in words], standalone_mode=False)
    assert not (tmp_path / "newsdesk" / "x" / "runs").exists()
