"""BERT's word pieces in the graph."""

import tensorflow as tf
import tensorflow_text as tf_text

from trainer.tokenizers.bert_normalization import LONGEST_WORD_BYTES
from trainer.tokenizers.spec import Spec, WordPiece


class WordPieceModel:
    """Cuts normalized texts into word pieces."""

    def __init__(self, spec: Spec, rules: WordPiece) -> None:
        self._model = tf_text.FastBertTokenizer(
            list(spec.names),
            suffix_indicator=rules.prefix,
            max_bytes_per_word=LONGEST_WORD_BYTES,
            token_out_type=tf.int64,
            unknown_token=rules.unknown,
            lower_case_nfd_strip_accents=False,
        )

    def __call__(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Cuts texts.

        Args:
            texts: string [n], valid UTF-8.

        Returns:
            int64 [n, (ids)].
        """
        return self._model.tokenize(texts)
