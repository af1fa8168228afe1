"""Poisoned inputs are refused before anything of them is loaded.

`python -m benchmarks.reliability.poison` offers models, weights, vocabularies and
configurations with something in them that must not be there, and prints how many were
refused, how many canaries were made and what was written where nothing should be.
"""

import argparse
import copy
import os
import pickle
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import newsdesk.legacy_keras  # noqa: F401  before TensorFlow is imported
from benchmarks.reliability import disguises
from newsdesk.errors import NewsdeskError
from tests.support import model, poisoned_models

Attempt = tuple[str, str, Callable[[], object]]

_CONFIG = """
name = "desks"
[data]
path = "rows.csv"
text_columns = ["text"]
label_column = "desk"
labels = ["World", "Sports"]
schema_file = "schema.pbtxt"
[output]
root = "root"
"""
# Each with a name in it that climbs, or a path that is none.
_OVERRIDES = (
    'name="../x"',
    'name="/x"',
    'data.span_marker="../x"',
    'data.span_marker=".."',
    'data.splits={train="../x"}',
    'data.splits={train="/etc/passwd"}',
    'data.splits={train="a", eval="b/../../x"}',
    'data.splits={train="a", test="..\\u002fx"}',
    'data.columns=["../x", "desk"]',
    'data.text_columns=["../x"]',
    'data.label_column="../x"',
    'data.labels=["../x", "Sports"]',
    'data.labels=["..\\\\x", "Sports"]',
    'data.labels=["a\\u0000b", "Sports"]',
    'data.slice_columns=["../x"]',
    'data.path="tfds:../../x"',
    'data.path="tfds:community:ag_news"',
    'data.path="gs://bucket/../x"',
    'data.path="rows\\u0000.csv"',
    'data.path="~nobody-of-that-name/x"',
    'data.schema_file="file:///etc/passwd"',
    'text={tokenizer="wordpiece", vocabulary="gs://bucket/x"}',
    'text={tokenizer="wordpiece", vocabulary="a\\u0000b"}',
    'model.encoder={kind="checkpoint", path="https://host/../x"}',
    'train.class_weights={"../x"=1.0}',
    'push.destination="s3://bucket/../x"',
    'push.destination="file:///etc"',
    'output.root="gs://bucket/x"',
    'output.root="root\\u0000"',
    'output.checkpoints="s3://bucket/x"',
)


class Payload:
    """Makes a file when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.canary),)


def poisoned(operations: list[str]) -> Counter[str]:
    """Offers every poison to what would load it.

    Args:
        operations: that are put into models, each in every place.

    Returns:
        How many were `offered`, `refused` by a named error, and of each kind; how many
        times a canary was `made` or another file `written`.
    """
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="newsdesk-poison-") as scratch:
        above, canary = Path(scratch), Path(scratch, "canary")
        for kind, name, load in _attempts(above, canary, operations):
            before = _listing(above)
            counts["offered"] += 1
            counts[kind] += 1
            try:
                load()
                print(f"NOT REFUSED: {kind}: {name}")
            except NewsdeskError:
                counts["refused"] += 1
            counts["made"] += canary.exists()
            counts["written"] += _listing(above) != before
    return counts


def _attempts(above: Path, canary: Path, operations: list[str]) -> Iterator[Attempt]:
    folder = above / "poison"
    for attempts in (
        _models(above, folder, operations),
        _files_of_models(above, folder),
        _pickles(folder, canary),
        _vocabularies(folder),
        _configurations(above),
    ):
        for attempt in attempts:
            yield attempt
            shutil.rmtree(folder, ignore_errors=True)
    poisoned_models.export_with_canary(folder, canary)
    yield "models", "a canary in a resource", lambda: _load(folder)


def _load(folder: Path) -> object:
    from trainer.hub import models

    return models.load(str(folder), "model.encoder.path")


def _models(above: Path, folder: Path, operations: list[str]) -> Iterator[Attempt]:
    """Graphs with an operation that is refused, and ways around the list."""
    from tensorflow.core.protobuf import saved_model_pb2

    plain, table = above / "plain", above / "table"
    model.export(plain)
    poisoned_models.export_with_table(table)
    changes = [(plain, *one) for one in disguises.OF_ANY_MODEL.items()]
    changes += [(table, *one) for one in disguises.OF_A_MODEL_WITH_A_TABLE.items()]
    for operation in operations:
        changes += [(plain, *one) for one in poisoned_models.places(operation).items()]
    parsed = {
        clean: saved_model_pb2.SavedModel.FromString(
            (clean / "saved_model.pb").read_bytes()
        )
        for clean in (plain, table)
    }
    for clean, name, change in changes:
        shutil.copytree(clean, folder)
        altered = copy.deepcopy(parsed[clean])
        change(altered.meta_graphs[0])
        (folder / "saved_model.pb").write_bytes(altered.SerializeToString())
        yield "models", name, lambda: _load(folder)


def _files_of_models(above: Path, folder: Path) -> Iterator[Attempt]:
    """Folders with something in them that is no part of a SavedModel."""

    def sparse(name: str, size: int) -> None:
        with open(folder / name, "wb") as stream:
            stream.truncate(size)

    def many() -> None:
        for number in range(1001):
            (folder / "assets" / str(number)).touch()

    for name, add in {
        "pickle": lambda: (folder / "assets" / "x.pkl").write_bytes(b"x"),
        "torch": lambda: (folder / "pytorch_model.bin").write_bytes(b"x"),
        "module": lambda: (folder / "x.py").write_text(""),
        "link": lambda: (folder / "assets" / "x").symlink_to("/etc/passwd"),
        "link to a folder": lambda: (folder / "assets.extra").symlink_to("/etc"),
        "pipe": lambda: os.mkfifo(folder / "assets" / "x"),
        "folder": lambda: (folder / "assets" / "x").mkdir(),
        "large graph": lambda: sparse("saved_model.pb", 1 << 30),
        "large asset": lambda: sparse("assets/x", 9 << 30),
        "many files": many,
        "no graph": lambda: (folder / "saved_model.pb").write_bytes(b"\xff"),
        "TensorFlow 1 module": lambda: (folder / "tfhub_module.pb").write_bytes(b""),
    }.items():
        shutil.copytree(above / "plain", folder)
        (folder / "assets").mkdir(exist_ok=True)
        add()
        yield "models", name, lambda: _load(folder)


def _pickles(folder: Path, canary: Path) -> Iterator[Attempt]:
    """Weights that run code when they are opened as what they are."""
    from trainer.pretrained.tensors import Tensors

    for name in ("pytorch_model.bin", "model.safetensors", "pytorch_model-1-of-2.bin"):
        folder.mkdir()
        (folder / name).write_bytes(pickle.dumps(Payload(canary)))
        yield "weights", name, lambda: Tensors(str(folder))


def _vocabularies(folder: Path) -> Iterator[Attempt]:
    """Files that are no vocabulary, or hold more than pieces."""
    from trainer.text import word_pieces

    file = folder / "vocab.txt"
    good = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n/\n##/\n"
    contents = {
        "path": good + "/etc/passwd\n",
        "climbing path": good + "../../x\n",
        "path of Windows": good + "..\\x\n",
        "NUL": good + "a\0b\n",
        "twice": good + "a\na\n",
        "binary": b"\x80\x81" * 99,
        "empty": "",
    }
    for name, content in contents.items():
        folder.mkdir()
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        yield "vocabularies", name, lambda: word_pieces.read(str(file))
    folder.mkdir()
    file.write_text(good)
    os.truncate(file, 2 << 30)
    yield "vocabularies", "2 GiB", lambda: word_pieces.read(str(file))
    folder.mkdir()
    os.mkfifo(file)
    yield "vocabularies", "pipe", lambda: word_pieces.read(str(file))


def _configurations(above: Path) -> Iterator[Attempt]:
    """Names that climb, in every key that takes one, given to a run."""
    from pipeline.cli import app

    project = above / "project"
    project.mkdir()
    config = project / "newsdesk.toml"
    config.write_text(_CONFIG)
    for override in _OVERRIDES:
        words = ["run", str(config), "--set", override]
        yield "names", override, lambda words=words: app(words, standalone_mode=False)


def _listing(above: Path) -> list[tuple[str, int]]:
    found = ((str(path), path.lstat()) for path in above.rglob("*"))
    return sorted((path, told.st_mtime_ns) for path, told in found)


def main() -> None:
    """Offers all, and prints the figure."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    found = poisoned(poisoned_models.REFUSED)
    kinds = ", ".join(
        f"{found[kind]} {kind}"
        for kind in ("models", "weights", "vocabularies", "names")
    )
    print(
        f"{found['refused']} of {found['offered']} refused ({kinds}), "
        f"{found['made']} canaries, {found['written']} times something written"
    )


if __name__ == "__main__":
    main()
