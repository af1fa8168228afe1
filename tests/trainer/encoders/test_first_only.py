"""The first token alone gets the vector that it has in the whole text."""

from typing import Any

import numpy as np
import pytest
import tf_keras

from tests.trainer.encoders.test_lora import IDS, classifier
from trainer.encoders.modernbert import ModernBert, ModernBertShape
from trainer.pretrained.modernbert_config import Attention


def modern_bert() -> ModernBert:
    shape = ModernBertShape(
        width=8,
        heads=2,
        feed_forward=12,
        id_count=30,
        epsilon=1e-5,
        attentions=[Attention(10_000.0, None), Attention(10_000.0, 1)],
        embedding_dropout=0.0,
        attention_dropout=0.0,
        mlp_dropout=0.0,
    )
    return ModernBert(
        shape, "float32", lambda name: tf_keras.initializers.RandomNormal(0, 0.3, 7)
    )


@pytest.mark.parametrize("kind", ["bert", "modernbert"])
def test_the_first_token_alone_gets_the_same_vector(
    kind: str, write_checkpoint: Any
) -> None:
    is_bert = kind == "bert"
    encoder = classifier(write_checkpoint()).encoder if is_bert else modern_bert()

    whole, first = encoder(IDS), encoder(IDS, first_only=True)

    assert first.shape == (2, 1, 8)
    np.testing.assert_allclose(first[:, 0], whole[:, 0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(encoder.cls(first), encoder.cls(whole), rtol=1e-4)


def test_a_classifier_computes_no_more_than_the_first_token(
    write_checkpoint: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = classifier(write_checkpoint())
    rows = []
    inner = model.encoder.blocks[-1].inner
    call = inner.call

    def counted(values: Any, **more: Any) -> Any:
        rows.append(len(values))
        return call(values, **more)

    monkeypatch.setattr(inner, "call", counted)
    model._pooling = "cls"

    model(IDS)

    assert rows == [len(IDS)]
