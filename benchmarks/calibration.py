"""Compares a model with and without its temperature on the tested rows of a run."""

import argparse
import json
from pathlib import Path

import numpy as np

from newsdesk import features
from newsdesk.evaluation import ece, prediction_file
from newsdesk.evaluation.tested_rows import losses
from newsdesk.rows.parquet_opener import open_parquet


def main() -> None:
    """Prints the figures of the newest model of a pipeline's root."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path, help="output.root of a pipeline")
    root = parser.parse_args().root / "artifacts"
    card = _newest(root / "Trainer", f"model/*/*/assets.extra/{features.MODEL_CARD}")
    temperature = json.loads(card.read_text(encoding="utf-8"))["temperature"]
    file = _newest(root / "Predictions", f"predictions/*/{prediction_file.FILE}")
    table = open_parquet(file).read(columns=["label", "probabilities"])
    label = table["label"].to_numpy()
    after = np.stack(table["probabilities"].to_pylist())
    # The softmax of logits / T, to the power T and scaled to a sum of 1, is the
    # softmax of the logits.
    powers = after**temperature
    before = powers / powers.sum(1, keepdims=True)
    print(f"temperature {temperature:g}, {len(label):,} rows")
    for name, found in (("before", before), ("after", after)):
        print(
            f"{name:<6}  accuracy {(found.argmax(1) == label).mean():.10f}  "
            f"loss {losses(found, label).mean():.4f}  ECE {ece.ece(found, label):.4f}"
        )


def _newest(folder: Path, pattern: str) -> Path:
    return max(folder.glob(pattern), key=lambda file: file.stat().st_mtime)


if __name__ == "__main__":
    main()
