"""Predictions writes every tested row once, in order, with its probabilities."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from components import predictions
from newsdesk.evaluation import prediction_file
from tests.components.conftest import Candidate

pytestmark = pytest.mark.slow


def test_every_row_has_the_prediction_of_the_model(candidate: Candidate) -> None:
    rows = pq.read_table(
        Path(candidate.predictions.uri, prediction_file.FILE)
    ).to_pydict()
    texts = ["é" + "x" * (row % 40) for row in range(100)]
    assert rows["text"] == texts
    assert rows["label"] == [row % 2 for row in range(100)]
    loaded = tf.saved_model.load(f"{candidate.model.uri}/Format-Serving")
    answer = loaded.signatures["serving_default"](text=tf.constant(texts))
    wanted = answer["probabilities"].numpy()
    np.testing.assert_allclose(rows["probabilities"], wanted, atol=1e-6)
    assert rows["predicted"] == wanted.argmax(1).tolist()
    assert set(rows["predicted"]) == {0, 1}
    assert rows["probability"] == [max(shares) for shares in rows["probabilities"]]


def test_the_same_rows_make_the_same_file(candidate: Candidate, tmp_path: Path) -> None:
    again = predictions.RowPredictions()
    again.uri = str(tmp_path)
    predictions.Executor().Do(
        {"examples": [candidate.examples], "model": [candidate.model]},
        {"predictions": [again]},
        {"split": "test", "slice_columns": "[]", "fingerprint": ""},
    )
    first = Path(candidate.predictions.uri, prediction_file.FILE).read_bytes()
    assert (tmp_path / prediction_file.FILE).read_bytes() == first
