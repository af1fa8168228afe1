"""Exports the trained model with its signatures."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
import tensorflow_text  # noqa: F401  registers the operations of the transform graph
import tensorflow_transform as tft

from newsdesk import features
from newsdesk.config.text import Text
from trainer.export import constants, readable
from trainer.model import Classifier
from trainer.text import tokenizer


class Served(tf.Module):
    """A classifier from raw strings to label names, complete with its vocabulary.

    Args:
        model: the trained classifier.
        transform_output: the output of Transform.
        labels: the names of the classes, in order.
        config: the text section.
        temperature: divides the logits before softmax; see `answer_of`.
    """

    def __init__(
        self,
        model: Classifier,
        transform_output: tft.TFTransformOutput,
        labels: list[str],
        config: Text,
        temperature: float = 1.0,
    ) -> None:
        super().__init__(name="newsdesk")
        self._temperature = temperature
        self._labels = tf.constant(labels)
        self._text_spec = transform_output.raw_feature_spec()[features.TEXT]
        vocabulary = tokenizer.vocabulary_file(transform_output)
        self._first_id = tokenizer.first_vocabulary_id(config)
        self.tokens = _table_of_lines(readable.file_of(vocabulary))
        self.model_weights = list(model.weights)
        self.shows_attention: bool = model.encoder.shows_attention
        transform = transform_output.transform_features_layer()
        # Tracks the parts of two Keras objects, not the objects: saving a Keras layer
        # traces it again, which takes seconds and has no use.
        self.transform_graph = transform._saved_model_loader_tracked_dict["_imported"]
        ids = tf.TensorSpec([None, None], tf.int32)
        logits: constants.Function = model.serve
        # A hub encoder keeps the graph that its authors published.
        if self.shows_attention and constants.fit(self.model_weights):
            most = constants.most_bytes(model.precision)
            logits, self.served_weights = constants.folded(logits, ids, most)
        self._untracked = _Untracked(model, transform, logits)

    def answer(self, texts: tf.Tensor) -> dict[str, tf.Tensor]:
        """Classifies texts.

        Args:
            texts: string [batch].

        Returns:
            `label`: string [batch]; `probabilities`: float32 [batch, classes];
            `labels`: string [batch, classes], what the probabilities belong to.
        """
        logits = self._untracked.logits(self._ids(texts))
        return answer_of(logits, self._labels, self._temperature)

    def answer_examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """Classifies the texts of examples.

        Args:
            examples: string [batch], serialized tf.Examples with a `text`.

        Returns:
            The same as `answer`.
        """
        parsed = tf.io.parse_example(examples, {features.TEXT: self._text_spec})
        return self.answer(tf.reshape(parsed[features.TEXT], [-1]))

    def cover(self, texts: tf.Tensor) -> dict[str, tf.Tensor]:
        """Tells how much of each text the model sees and knows.

        Args:
            texts: string [batch].

        Returns:
            `truncated`: bool [batch], whether the text has more tokens than the model
            reads; `unknown_share`: float32 [batch], the share of its tokens that the
            vocabulary lacks, 1 for a text without tokens.
        """
        found = self._transformed(texts)
        count = found[features.TOKEN_COUNT]
        share = found[features.UNKNOWN_COUNT] / tf.maximum(count, 1)
        return {
            features.TRUNCATED: found[features.TRUNCATED] > 0,
            features.UNKNOWN_SHARE: tf.where(count > 0, tf.cast(share, tf.float32), 1),
        }

    def attend(self, texts: tf.Tensor) -> dict[str, tf.Tensor]:
        """Computes the attention weights between the tokens of texts.

        Args:
            texts: string [batch].

        Returns:
            `tokens`: string [batch, length], as people read them, empty where padded;
            `attention`: float32 [batch, layers, heads, length, length].
        """
        ids = self._ids(texts)
        lines = tf.cast(ids, tf.int64) - self._first_id
        # A learned vocabulary has no lines for padding and unknown words.
        tokens = tf.where(ids == tokenizer.PADDING_ID, "", self.tokens.lookup(lines))
        attention = self._untracked.model.encoder.attention(ids)
        return {"tokens": tokens, "attention": tf.cast(attention, tf.float32)}

    def length(self, texts: Sequence[str]) -> int:
        """Counts the tokens of the longest text, with those that mark its ends.

        Args:
            texts: any texts.
        """
        return int(self._ids(tf.constant(texts)).shape[1])

    def _ids(self, texts: tf.Tensor) -> tf.Tensor:
        """int32 [batch, length], padded with 0, computed by Transform's graph."""
        ids = self._transformed(texts)[features.INPUT_IDS]
        dense = tf.cast(tf.sparse.to_dense(ids), tf.int32)
        # A batch without texts has no columns, and encoders take the first one.
        missing = tf.cast(tf.shape(dense)[1] == 0, tf.int32)
        return tf.pad(dense, [[0, 0], [0, missing]])

    def _transformed(self, texts: tf.Tensor) -> dict[str, Any]:
        raw = tf.reshape(texts, [-1, *self._text_spec.shape])
        transformed: dict[str, Any] = self._untracked.transform({features.TEXT: raw})
        return transformed


class _Untracked:
    """Hides objects from tf.Module, which would save them."""

    def __init__(
        self,
        model: Classifier,
        transform: tft.TransformFeaturesLayer,
        logits: constants.Function,
    ) -> None:
        self.model = model
        self.transform = transform
        self.logits = logits


def answer_of(
    logits: tf.Tensor, labels: tf.Tensor, temperature: float
) -> dict[str, tf.Tensor]:
    """Makes the outputs of a signature from logits.

    Args:
        logits: float [batch, classes].
        labels: string [classes].
        temperature: divides the logits before softmax.

    Returns:
        See `Served.answer`. The temperature never changes a label: the likeliest class
        is that of the logits, because rounding can make two probabilities equal.
    """
    scaled = tf.cast(logits, tf.float32)
    if temperature != 1:
        scaled /= temperature
    return {
        features.LABEL: tf.gather(labels, tf.argmax(logits, 1)),
        features.PROBABILITIES: tf.nn.softmax(scaled),
        features.LABELS: tf.tile(labels[None], [tf.shape(logits)[0], 1]),
    }


def export(served: Served, folder: str) -> None:
    """Writes a SavedModel for inference, without optimizer state and Keras objects.

    Args:
        served: the classifier.
        folder: the folder of the SavedModel.
    """
    texts = tf.TensorSpec([None], tf.string, name=features.TEXT)
    examples = tf.TensorSpec([None], tf.string, name=features.EXAMPLES)
    signatures = {
        features.SERVING_TEXT: (served.answer, texts),
        features.SERVING_EXAMPLES: (served.answer_examples, examples),
        features.SERVING_COVERAGE: (served.cover, texts),
    }
    if served.shows_attention:
        signatures[features.SERVING_ATTENTION] = (served.attend, texts)
    tf.saved_model.save(
        served,
        folder,
        signatures={
            name: tf.function(method, [spec], autograph=False).get_concrete_function()
            for name, (method, spec) in signatures.items()
        },
    )


def _table_of_lines(path: str) -> tf.lookup.StaticHashTable:
    return tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(
            path,
            tf.int64,
            tf.lookup.TextFileIndex.LINE_NUMBER,
            tf.string,
            tf.lookup.TextFileIndex.WHOLE_LINE,
        ),
        default_value="[UNK]",
    )
