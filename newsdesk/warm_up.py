"""Requests in a SavedModel that a server answers before the first user asks.

The first call of a signature optimizes its graph, and the first text of a length makes
oneDNN prepare its products. TensorFlow Serving replays these requests after loading:
https://www.tensorflow.org/tfx/serving/saved_model_warmup
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from newsdesk import features

FILE = "assets.extra/tf_serving_warmup_requests"
# TensorFlow Serving refuses a model with more.
MOST = 1000
_SEVERAL = 32
# One token in every vocabulary, known or unknown; never taken from the data.
_WORD = "a"


def text(words: int) -> str:
    """Makes a text that says nothing.

    Args:
        words: how many words it has, each of which is one token.
    """
    return " ".join([_WORD] * words)


def write(folder: Path, words: Sequence[int]) -> None:
    """Writes requests into a SavedModel.

    Args:
        folder: of the SavedModel; has the signatures that every model of ours has.
        words: lengths of texts in words; each is requested alone, and the middle one
            also in a batch and from the other signatures.
    """
    import tensorflow as tf

    texts = [text(count) for count in sorted(set(words))]
    middle = texts[len(texts) // 2]
    requests = [
        *(_request(features.SERVING_TEXT, features.TEXT, [one]) for one in texts),
        _request(features.SERVING_TEXT, features.TEXT, [middle] * _SEVERAL),
        _request(features.SERVING_EXAMPLES, features.EXAMPLES, [_example(middle)]),
        _request(features.SERVING_COVERAGE, features.TEXT, [middle]),
    ]
    file = folder / FILE
    file.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(file)) as writer:
        for request in requests:
            writer.write(request.SerializeToString(deterministic=True))


def read(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Reads the requests of a SavedModel.

    Args:
        folder: of the SavedModel.

    Yields:
        The name of a signature, and the tensors of its inputs; nothing if the model has
        no requests.

    Raises:
        ValueError: the file is damaged.
    """
    import tensorflow as tf
    from google.protobuf.message import DecodeError
    from tensorflow_serving.apis import prediction_log_pb2

    if not (folder / FILE).is_file():
        return
    try:
        for record in tf.data.TFRecordDataset(str(folder / FILE)).take(MOST):
            log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
            request = log.predict_log.request
            yield (
                request.model_spec.signature_name,
                {
                    name: tf.constant(tf.make_ndarray(tensor))
                    for name, tensor in request.inputs.items()
                },
            )
    except (tf.errors.OpError, DecodeError) as error:
        raise ValueError(f"{folder / FILE}: is damaged: {error}") from None


def _request(signature: str, name: str, values: Sequence[str | bytes]) -> Any:
    import tensorflow as tf
    from tensorflow_serving.apis import prediction_log_pb2

    log = prediction_log_pb2.PredictionLog()
    request = log.predict_log.request
    request.model_spec.signature_name = signature
    request.inputs[name].CopyFrom(tf.make_tensor_proto(values, tf.string))
    return log


def _example(text: str) -> bytes:
    import tensorflow as tf

    example = tf.train.Example()
    example.features.feature[features.TEXT].bytes_list.value.append(text.encode())
    serialized: bytes = example.SerializeToString(deterministic=True)
    return serialized
