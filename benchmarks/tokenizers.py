"""How many rows a second the tokenizers of the graph cut, and the Rust library.

`python -m benchmarks.tokenizers --data DATA --weights weights/minilm` learns a
byte-level BPE and a Unigram model from 8,000 rows of train.csv, because no published
one is at hand.
"""

import argparse
import csv
import io
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import sentencepiece
import tensorflow as tf
import tokenizers
from tokenizers import models, pre_tokenizers, processors, trainers

from benchmarks.options import (
    add_data,
    add_short,
    add_weights,
    data_folder,
    weights_folder,
)
from benchmarks.table import keep, machine, markdown
from trainer.text import checkpoint_tokenizer
from trainer.tokenizers.graph import Tokenizer

_BATCH = 1000
_LEARNED_FROM = 8000
_TOKENS = 16_000
_REPEATS = 3


def main() -> None:
    """Reads the command line, measures, and keeps the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_data(parser)
    add_weights(parser)
    add_short(parser, "one pass instead of three")
    arguments = parser.parse_args()
    repeats = 1 if arguments.short else _REPEATS
    weights = weights_folder(arguments.weights)
    texts = list(_texts(data_folder(arguments.data) / "train.csv"))
    where, rows = machine(), []
    print(where)
    with tempfile.TemporaryDirectory() as scratch:
        folders_of = {
            "WordPiece": weights,
            "SentencePiece Unigram": _unigram(texts, Path(scratch, "unigram")),
            "byte-level BPE": _byte_bpe(texts, Path(scratch, "bpe")),
        }
        for kind, folder in folders_of.items():
            rows.append([kind, *_row(folder, texts, repeats)])
            print(*rows[-1], flush=True)
    head = ["kind", "tokens", "rows/s", "rows per processor second", "Rust, rows/s"]
    table = markdown([*head, "ratio"], rows)
    print(table)
    how = (
        f"{len(texts):,} rows in batches of {_BATCH:,}, passes: {repeats}; the Rust "
        "library on the same rows. BPE and Unigram were learned from "
        f"{_LEARNED_FROM:,} of the rows."
    )
    rust = f"tokenizers {tokenizers.__version__}"
    keep("Tokenizers in the graph", [how, table, f"{where}; {rust}."])


def _texts(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            yield f"{row['title']} {row['description']}"


def _row(folder: Path, texts: list[str], repeats: int) -> list[str]:
    spec = checkpoint_tokenizer.read(folder)
    cut = tf.function(Tokenizer(spec), autograph=False)
    batches = [
        tf.constant(texts[start : start + _BATCH])
        for start in range(0, len(texts), _BATCH)
    ]
    cut(batches[0])
    wall, processor = time.perf_counter(), time.process_time()
    for batch in batches * repeats:
        cut(batch)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    rows, rust = len(texts) * repeats, _rust(folder, texts)
    return [
        f"{len(spec.names):,}",
        f"{rows / wall:,.0f}",
        f"{rows / processor:,.0f}",
        f"{rust:,.0f}" if rust else "-",
        f"{rows / wall / rust:.2f}" if rust else "-",
    ]


def _rust(folder: Path, texts: list[str]) -> float | None:
    if (folder / "tokenizer.json").exists():
        rust = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    elif (folder / "vocab.txt").exists():
        rust = tokenizers.BertWordPieceTokenizer(str(folder / "vocab.txt"))
    else:
        return None
    wall = time.perf_counter()
    rust.encode_batch(texts, add_special_tokens=False)
    return len(texts) / (time.perf_counter() - wall)


def _byte_bpe(texts: list[str], folder: Path) -> Path:
    bpe = tokenizers.Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=_TOKENS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        show_progress=False,
    )
    bpe.train_from_iterator(texts[:_LEARNED_FROM], trainer)
    bpe.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    folder.mkdir()
    bpe.save(str(folder / "tokenizer.json"))
    return folder


def _unigram(texts: list[str], folder: Path) -> Path:
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "xlm-roberta"}))
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.Train(
        sentence_iterator=iter(texts[:_LEARNED_FROM]),
        model_writer=model,
        vocab_size=_TOKENS,
        # Invented rows have fewer different words than that.
        hard_vocab_limit=False,
        normalization_rule_name="nmt_nfkc",
        minloglevel=2,
    )
    (folder / "sentencepiece.bpe.model").write_bytes(model.getvalue())
    return folder


if __name__ == "__main__":
    main()
