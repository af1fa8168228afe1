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

from trainer.text import checkpoint_tokenizer
from trainer.tokenizers.graph import Tokenizer

_BATCH = 1000
_LEARNED_FROM = 8000
_TOKENS = 16_000
_REPEATS = 3


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    arguments = parser.parse_args()
    texts = list(_texts(arguments.data / "train.csv"))
    print("| kind | tokens | rows/s | rows per processor second | Rust, rows/s |")
    print("| --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as scratch:
        folders_of = {
            "WordPiece": arguments.weights,
            "SentencePiece Unigram": _unigram(texts, Path(scratch, "unigram")),
            "byte-level BPE": _byte_bpe(texts, Path(scratch, "bpe")),
        }
        for kind, folder in folders_of.items():
            print(f"| {kind} | {_row(folder, texts)} |", flush=True)


def _texts(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            yield f"{row['title']} {row['description']}"


def _row(folder: Path, texts: list[str]) -> str:
    spec = checkpoint_tokenizer.read(folder)
    cut = tf.function(Tokenizer(spec), autograph=False)
    batches = [
        tf.constant(texts[start : start + _BATCH])
        for start in range(0, len(texts), _BATCH)
    ]
    cut(batches[0])
    wall, processor = time.perf_counter(), time.process_time()
    for batch in batches * _REPEATS:
        cut(batch)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    rows = len(texts) * _REPEATS
    return (
        f"{len(spec.names):,} | {rows / wall:,.0f} | {rows / processor:,.0f} | "
        f"{_rust(folder, texts)}"
    )


def _rust(folder: Path, texts: list[str]) -> str:
    if (folder / "tokenizer.json").exists():
        rust = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    elif (folder / "vocab.txt").exists():
        rust = tokenizers.BertWordPieceTokenizer(str(folder / "vocab.txt"))
    else:
        return "-"
    wall = time.perf_counter()
    rust.encode_batch(texts, add_special_tokens=False)
    return f"{len(texts) / (time.perf_counter() - wall):,.0f}"


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
        normalization_rule_name="nmt_nfkc",
        minloglevel=2,
    )
    (folder / "sentencepiece.bpe.model").write_bytes(model.getvalue())
    return folder


if __name__ == "__main__":
    main()
