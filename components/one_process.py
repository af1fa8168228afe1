"""Reads rows without Beam, for nodes whose Beam pipeline would run in this process.

Then Beam costs more than the work: it builds hundreds of stages, and calls Python
several times for each row.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any

# Large enough that the time per batch does not count, and small enough for memory.
ROWS_PER_BATCH = 4096


def is_one_process(beam_args: Sequence[str]) -> bool:
    """Finds out whether Beam would run in this process.

    Args:
        beam_args: the arguments of Beam.

    Returns:
        Whether the last runner that they name is Beam's FnApiRunner.
    """
    if "--runner" in beam_args:
        return False
    names = [arg.partition("=")[2] for arg in beam_args if arg.startswith("--runner=")]
    return bool(names) and names[-1].rpartition(".")[2] == "FnApiRunner"


def reader(examples: Any, split: str, schema: Any = None) -> Any:
    """Makes the TFXIO of a split, for which `record_batches` reads.

    Args:
        examples: an Examples artifact.
        split: the name of the split.
        schema: decides the types of the columns; None to find them in the rows.

    Returns:
        A `tfx_bsl.tfxio.tfxio.TFXIO`.
    """
    from tfx.components.util import tfxio_utils

    return tfxio_utils.get_split_tfxio([examples], split, ["newsdesk"], schema)


def record_batches(source: Any) -> Iterator[Any]:
    """Reads the rows of a split.

    Args:
        source: of `reader`.

    Yields:
        Arrow record batches of at most `ROWS_PER_BATCH` rows.
    """
    from tfx_bsl.tfxio.dataset_options import RecordBatchesOptions

    options = RecordBatchesOptions(ROWS_PER_BATCH, num_epochs=1, shuffle=False)
    yield from source.RecordBatches(options)


def serialized_examples(folder: str) -> Iterator[list[bytes]]:
    """Reads the rows of a split without decoding them.

    Args:
        folder: of the split; has compressed TFRecord files.

    Yields:
        Serialized tf.Examples, at most `ROWS_PER_BATCH`.
    """
    import tensorflow as tf

    files = sorted(tf.io.gfile.glob(os.path.join(folder, "*")))
    records = tf.data.TFRecordDataset(files, compression_type="GZIP")
    for batch in records.batch(ROWS_PER_BATCH).as_numpy_iterator():
        yield batch.tolist()
