"""Writes a BERT with random weights as a checkpoint of Hugging Face.

Runs in the environment of PyTorch, whose library knows the names of the tensors.
"""

import argparse
import shutil
from pathlib import Path

import torch
from transformers import BertConfig, BertModel

_SEED = 42


def main() -> None:
    """Writes the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vocabulary", type=Path, required=True, help="checkpoint")
    parser.add_argument("--to", type=Path, required=True, help="folder to write")
    given = parser.parse_args()
    torch.manual_seed(_SEED)
    # The defaults are those of BERT-base: 12 layers, 768 wide, 12 heads, 3072.
    words = (given.vocabulary / "vocab.txt").read_text(encoding="utf-8").splitlines()
    partial = given.to.with_suffix(".partial")
    BertModel(BertConfig(vocab_size=len(words))).save_pretrained(partial)
    for name in ("vocab.txt", "tokenizer_config.json"):
        shutil.copy(given.vocabulary / name, partial / name)
    partial.rename(given.to)


if __name__ == "__main__":
    main()
