"""What a model does wrong is counted; tests/e2e asks one that does nothing wrong."""

from pathlib import Path

import pytest
import tensorflow as tf

from benchmarks.reliability.fuzz import fuzz
from benchmarks.reliability.strings import Strings
from newsdesk import features
from tests.support import model

pytestmark = pytest.mark.slow


def export_broken(folder: Path) -> None:
    """Writes a model that fails at long texts and is wrong about the others."""

    def answer(text: tf.Tensor) -> dict[str, tf.Tensor]:
        length = tf.cast(tf.strings.length(text), tf.float32)
        longest = tf.reduce_max(tf.concat([length, [0.0]], 0))
        shorter = tf.debugging.assert_less(longest, 1e6, "too long")
        with tf.control_dependencies([shorter]):
            share = tf.where(length == 200.0, 0.5, length / length)
        company = tf.cast(tf.shape(text)[0], tf.float32)
        return {
            features.LABEL: tf.fill([tf.size(text)], "b"),
            features.LABELS: tf.tile(tf.constant([["a", "b"]]), [tf.size(text), 1]),
            features.PROBABILITIES: tf.stack([share, 1e-7 * company * length], 1),
        }

    spec = tf.TensorSpec([None], tf.string, name=features.TEXT)
    signature = tf.function(answer, [spec], autograph=False).get_concrete_function()
    tf.saved_model.save(tf.Module(), str(folder), {features.SERVING_TEXT: signature})


def test_every_fault_is_counted(tmp_path: Path) -> None:
    export_broken(tmp_path)
    found = fuzz(tmp_path, 1000)
    assert found.strings >= 1000
    assert found.crashes == 1
    assert min(found.nan, found.sums, found.others) > 0
    assert found.difference > 1e-6


def test_a_proper_model_has_no_faults(tmp_path: Path) -> None:
    model.export(tmp_path)
    found = fuzz(tmp_path, 1000)
    faults = (found.crashes, found.nan, found.sums, found.others, found.difference)
    assert faults == (0, 0, 0, 0, 0.0)


def test_strings_are_of_every_kind_and_come_again() -> None:
    strings = Strings(1)
    made = {name: [make() for _ in range(50)] for name, make in strings.kinds.items()}
    assert len(made) == 20
    assert any(b"\0" in text for text in made["NUL"])
    with pytest.raises(UnicodeDecodeError):
        b"".join(made["not UTF-8"]).decode()
    one, other = Strings(2), Strings(2)
    batches = [one.batch() for _ in range(60)]
    assert batches == [other.batch() for _ in range(60)]
    assert {0, 1} <= {len(batch) for batch in batches}
    assert 64 < max(map(len, batches)) <= 512
