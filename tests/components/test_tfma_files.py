"""One process writes the files that a Beam pipeline writes."""

from collections.abc import Callable
from pathlib import Path

import apache_beam as beam
import numpy as np
import pytest
import tensorflow as tf
import tfx.components  # noqa: F401  TFMA lacks names if it is imported before
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from components import predictions, tfma_files, tfma_rows
from newsdesk.config.sections import Config
from newsdesk.evaluation.tested_rows import Predicted, TestedRows
from newsdesk.evaluation.tfma_config import eval_config

pytestmark = pytest.mark.slow
ROWS = 120


def _records(file: Path) -> list[bytes]:
    return sorted(tf.data.TFRecordDataset(str(file)).as_numpy_iterator())


def test_files_equal_those_of_a_beam_pipeline(
    tmp_path: Path, make_config: Callable[..., Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = np.arange(ROWS)
    values = np.array(["", "é", None, "wire"], object)[number % 4]
    rows = TestedRows(
        number % 3,
        Predicted(number // 2 % 3, number / ROWS),
        slices={"source": values, "day": np.full(ROWS, None, object)},
    )
    monkeypatch.setattr(predictions, "read", lambda _: rows)
    config = eval_config(make_config(data={"slice_columns": ["source", "day"]}))
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        tfma_rows.evaluate(pipeline, tmp_path, 3, config, str(tmp_path / "beam"))
    tfma_files.write(tmp_path, 3, config, tmp_path / "here")
    names = sorted(file.name for file in (tmp_path / "beam").iterdir())
    assert names == sorted(file.name for file in (tmp_path / "here").iterdir())
    for name in names:
        one, other = tmp_path / "beam" / name, tmp_path / "here" / name
        if name.endswith(".json"):
            assert one.read_text() == other.read_text()
        else:
            assert _records(one) == _records(other)
