"""Small tokenizers: of the reference encoders, and trained here."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tokenizers import (
    AddedToken,
    Tokenizer,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from tests.trainer.tokenizers.reference import CORPUS, KINDS

Change = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="session")
def encoders(shared: Path) -> Path:
    """The folder of reference encoders."""
    return shared / "reference" / "encoders"


@pytest.fixture(scope="session")
def tokenizers(
    encoders: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """A folder with tokenizer.json for each of `KINDS`."""
    written = {kind: tmp_path_factory.mktemp(kind) for kind in KINDS}
    shutil.copy(encoders / "bert-uncased/tokenizer.json", written["word_piece"])
    shutil.copy(encoders / "xlm-roberta/tokenizer.json", written["unigram"])
    bpe = _byte_bpe()
    bpe.save(str(written["byte_bpe"] / "tokenizer.json"))
    # As ModernBERT is published: runs of spaces are tokens of normalized texts.
    bpe.normalizer = normalizers.NFC()
    bpe.add_tokens([AddedToken(" " * count, normalized=True) for count in range(2, 9)])
    bpe.save(str(written["composing_bpe"] / "tokenizer.json"))
    return written


def _byte_bpe() -> Tokenizer:
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        show_progress=False,
    )
    bpe.train_from_iterator(CORPUS * 3, trainer)
    mask = AddedToken("<mask>", lstrip=True, normalized=False, special=True)
    bpe.add_special_tokens([mask])
    bpe.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return bpe


@pytest.fixture
def changed(tokenizers: dict[str, Path], tmp_path: Path) -> Callable[..., Path]:
    """Writes the tokenizer.json of a kind after a change."""

    def write(kind: str, change: Change) -> Path:
        found = json.loads((tokenizers[kind] / "tokenizer.json").read_text())
        change(found)
        (tmp_path / "tokenizer.json").write_text(json.dumps(found))
        return tmp_path

    return write
