"""The exported attention is that of the encoder's layers, without padding."""

import json
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from newsdesk.config.model import Model
from newsdesk.config.text import Text
from newsdesk.explaining.loaded import LoadedModel
from trainer.export import serving
from trainer.model import Classifier
from trainer.text import tokenizer

pytestmark = pytest.mark.slow

TEXTS = [
    "The café raised prices, unheard of!",
    "中文 and a longer text: prices fall as supply grows and demand does not.",
    "goal",
]
KINDS = {
    "words": {"text": {"vocabulary_size": 60, "max_length": 24}},
    "pieces": {
        "text": {"tokenizer": "pieces", "vocabulary_size": 400, "max_length": 48}
    },
    **{
        name: {"text": {"tokenizer": "encoder", "max_length": 48}, "reference": name}
        for name in (
            *("bert-uncased", "distilbert", "electra"),
            *("modernbert", "roberta", "xlm-roberta"),
        )
    },
}


@pytest.fixture(scope="module", params=KINDS)
def exported(
    request: pytest.FixtureRequest,
    transform: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """An untrained classifier of each kind of tokens, and its SavedModel."""
    folder = tmp_path_factory.mktemp("exported")
    kind = KINDS[request.param]
    encoder: dict[str, Any] = {"kind": "transformer", "width": 8, "blocks": 2}
    if reference := kind.get("reference"):
        shared = request.getfixturevalue("shared")
        source = shared / "reference" / "encoders" / str(reference)
        if not source.is_dir():
            pytest.skip("no reference encoders beside the clone")
        encoder = {"kind": "checkpoint", "path": str(source)}
    rows = [{"text": text, "label": n % 2} for n, text in enumerate(TEXTS * 2)]
    transform(folder / "graph", rows, kind["text"], encoder)
    graph = tft.TFTransformOutput(str(folder / "graph"))
    text = Text.model_validate(kind["text"])
    count = tokenizer.id_count(tokenizer.vocabulary_file(graph), text)
    settings = Model.model_validate({"encoder": encoder})
    model = Classifier(settings, count, text.max_length, classes=2)
    model(tf.constant([[1, 2]]))
    served = serving.Served(model, graph, ["Odd", "Even"], text)
    serving.export(served, str(folder / "model"))
    card = folder / "model" / "assets.extra" / "newsdesk.json"
    card.parent.mkdir(exist_ok=True)
    card.write_text(json.dumps({"max_length": text.max_length}))
    return {
        "kind": request.param,
        "model": model,
        "ids": served._ids,
        "loaded": LoadedModel(folder / "model"),
        "signature": tf.saved_model.load(str(folder / "model")),
    }


def test_attention_is_that_of_the_layers(exported: dict[str, Any]) -> None:
    encoder, loaded = exported["model"].encoder, exported["loaded"]
    ids = exported["ids"](tf.constant(TEXTS))
    direct = encoder.attention(ids).numpy()
    signature = exported["signature"].signatures["attention"]
    batch = signature(text=tf.constant(TEXTS))["attention"].numpy()

    np.testing.assert_allclose(batch, direct, atol=1e-5)
    np.testing.assert_allclose(batch.sum(-1), 1, atol=1e-5)
    for row, text in enumerate(TEXTS):
        alone = loaded.attend(text)
        count = int(tf.reduce_sum(tf.cast(ids[row] != 0, tf.int32)))
        assert len(alone.tokens) == count
        np.testing.assert_allclose(alone.weights.sum(-1), 1, atol=1e-5)
        # Padding gets nothing, so the others change nothing for this text.
        assert not batch[row, ..., count:].any()
        np.testing.assert_allclose(
            batch[row, ..., :count, :count], alone.weights, atol=1e-5
        )


def test_the_first_layer_is_a_softmax_of_its_scores(exported: dict[str, Any]) -> None:
    if exported["kind"] == "modernbert":
        pytest.skip("its positions turn queries and keys")
    encoder = exported["model"].encoder
    ids = exported["ids"](tf.constant(TEXTS[:1]))
    hidden = encoder.embed(ids, None)[0].numpy()
    block = encoder.blocks[0]
    width, heads = hidden.shape[1], exported["loaded"].attend(TEXTS[0]).heads
    product = block.query_key_value(tf.constant(hidden)).numpy()
    query, key, _ = product.reshape(len(hidden), 3, heads, -1).transpose(1, 2, 0, 3)
    scores = query @ key.transpose(0, 2, 1) / np.sqrt(width / heads)
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)

    shown = exported["loaded"].attend(TEXTS[0]).weights[0]
    np.testing.assert_allclose(shown, shares, atol=1e-5)


def test_tokens_can_be_read(exported: dict[str, Any]) -> None:
    tokens = exported["loaded"].attend(TEXTS[0]).tokens
    joined = "".join(tokens)
    # Some of the small vocabularies have no exclamation mark.
    if exported["kind"] == "words":
        assert tokens == ["the", "café", "raised", "prices", "unheard", "of"]
    elif exported["kind"] == "pieces":
        assert joined == r"▁the▁caf\xc3\xa9▁raised▁prices,▁unheard▁of!"
    elif exported["kind"] == "roberta":
        assert joined == "<s>The▁café▁raised▁prices,▁unheard▁of!</s>"
    elif exported["kind"] == "xlm-roberta":
        assert joined == "<s>▁The▁café▁raised▁prices,▁unheard▁of<unk></s>"
    else:
        words = joined.replace("##", "").lower()
        assert words == "[cls]thecaferaisedprices,unheardof[unk][sep]"
