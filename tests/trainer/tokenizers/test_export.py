"""An exported tokenizer needs no Python, has allowed operations only, and ends."""

from pathlib import Path

import pytest
import tensorflow as tf

from newsdesk.inspection import operations, parsed
from newsdesk.inspection.bounded import is_bounded
from tests.trainer.tokenizers.reference import CORPUS, KINDS, ids
from trainer.text import checkpoint_tokenizer
from trainer.tokenizers.graph import Tokenizer


class Served(tf.Module):
    """What a server loads."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._tokenizer = Tokenizer(checkpoint_tokenizer.read(folder))

    @tf.function(
        input_signature=[tf.TensorSpec([None], tf.string, name="text")], autograph=False
    )
    def serve(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        """Padded ids."""
        return {"ids": self._tokenizer(text).to_tensor(-1)}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_an_exported_tokenizer_gives_the_same_ids(
    kind: str, tokenizers: dict[str, Path], tmp_path: Path
) -> None:
    served = Served(tokenizers[kind])
    tf.saved_model.save(served, str(tmp_path), signatures=served.serve)

    operations.check(tmp_path)
    assert is_bounded(parsed.read(tmp_path / "saved_model.pb"))
    loaded = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    found = loaded(text=tf.constant(CORPUS))["ids"].numpy().tolist()
    expected = ids(tokenizers[kind], CORPUS)
    assert [[one for one in row if one >= 0] for row in found] == expected
