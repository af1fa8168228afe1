"""The columns of a file of predictions are read as they were written."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from components import predictions
from newsdesk.evaluation import prediction_file

COLUMNS: dict[str, tuple[Any, list[Any]]] = {
    "text": (pa.string(), ["oil", "é", ""]),
    "label": (pa.int64(), [0, 1, 1]),
    "predicted": (pa.int64(), [0, 0, 1]),
    "probability": (pa.float32(), [0.9, 0.8, 0.7]),
    "loss": (pa.float64(), [0.1, 2.0, 0.2]),
    "probabilities": (pa.list_(pa.float32()), [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]),
    "baseline/predicted": (pa.int64(), [1, 1, 1]),
    "baseline/probability": (pa.float32(), [0.6, 0.6, 0.6]),
    "baseline/loss": (pa.float64(), [1.0, 0.5, 0.5]),
    "slice/source": (pa.string(), ["mail", None, "web"]),
}


def _written(folder: Path, rows: int, names: list[str] | None = None) -> Path:
    """Writes some rows, each in a group of its own, as batches are."""
    columns = {name: COLUMNS[name] for name in names or COLUMNS}
    schema = pa.schema({name: kind for name, (kind, _) in columns.items()})
    with pq.ParquetWriter(folder / prediction_file.FILE, schema) as writer:
        for row in range(rows):
            batch = {name: [values[row]] for name, (_, values) in columns.items()}
            writer.write_batch(pa.RecordBatch.from_pydict(batch, schema))
    return folder


def test_every_column_is_read(tmp_path: Path) -> None:
    rows = predictions.read_all(_written(tmp_path, 3), ["world", "sports"])
    assert rows.labels == ["world", "sports"]
    assert list(rows.texts) == ["oil", "é", ""]
    assert rows.label.tolist() == [0, 1, 1]
    assert rows.predicted.tolist() == [0, 0, 1]
    assert rows.loss.tolist() == [0.1, 2.0, 0.2]
    assert rows.probabilities.dtype == np.float32
    np.testing.assert_allclose(rows.probabilities, COLUMNS["probabilities"][1])
    assert rows.baseline
    assert rows.baseline.classes.tolist() == [1, 1, 1]
    assert rows.baseline.losses.tolist() == [1.0, 0.5, 0.5]
    assert rows.slices["source"].tolist() == ["mail", None, "web"]


def test_a_first_model_has_no_baseline(tmp_path: Path) -> None:
    names = [name for name in COLUMNS if "/" not in name]
    rows = predictions.read_all(_written(tmp_path, 3, names), ["world", "sports"])
    assert rows.baseline is None
    assert rows.slices == {}


def test_an_empty_split_has_no_rows(tmp_path: Path) -> None:
    rows = predictions.read_all(_written(tmp_path, 0), ["world", "sports"])
    assert rows.probabilities.shape == (0, 2)
    assert list(rows.texts) == []
