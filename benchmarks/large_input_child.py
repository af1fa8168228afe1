"""Runs TextExampleGen alone: one process of `benchmarks.large_input`.

python -m benchmarks.large_input_child FILE PROCESSES
"""

import hashlib
import json
import logging
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from newsdesk.config.data import Data
from newsdesk.config.sections import Beam

_LABELS = ["World", "Sports", "Business", "Sci/Tech"]


def run(file: Path, processes: int, folder: Path) -> dict[str, Any]:
    """Reads a file as a run does.

    Args:
        file: a CSV file with the columns label and text.
        processes: how many processes Beam uses.
        folder: receives the results.

    Returns:
        See `large_input.read`, without `limited`.
    """
    from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
    from tfx.types import standard_artifacts
    from tfx.utils import proto_utils

    from components.text_example_gen import sources
    from components.text_example_gen.executor import Executor
    from components.text_example_gen.quarantine import Quarantine
    from components.text_example_gen.row_counts import read_summary
    from pipeline.beam import beam_args

    data = Data(
        path=str(file),
        text_columns=["text"],
        label_column="label",
        labels=_LABELS,
        max_bad_rows=0.01,
        schema_file="unused",
    )
    examples, quarantine = standard_artifacts.Examples(), Quarantine()
    for name, artifact in {"examples": examples, "quarantine": quarantine}.items():
        artifact.uri = str(folder / name)
        (folder / name).mkdir()
    mode = "in_memory" if processes == 1 else "multi_processing"
    context = BaseBeamExecutor.Context(
        beam_pipeline_args=beam_args(Beam(mode=mode, workers=processes)),
        tmp_dir=str(folder / "tmp"),
        unique_id="1",
    )
    base, patterns = sources.input_of(data)
    properties = {
        "input_base": base,
        "input_config": proto_utils.proto_to_json(patterns),
        "data": data.model_dump_json(),
    }
    began = time.monotonic()
    outputs = {"examples": [examples], "quarantine": [quarantine]}
    Executor(context).Do({}, outputs, properties)
    seconds = time.monotonic() - began
    own, others = map(
        resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "seconds": seconds,
        "peak": 1024 * max(own.ru_maxrss, others.ru_maxrss),
        "result": [
            read_summary(quarantine.uri),
            hashlib.sha256((folder / "quarantine/rows.jsonl").read_bytes()).hexdigest(),
            digests(folder / "examples"),
        ],
    }


def digests(examples: Path) -> dict[str, str]:
    """Adds up the digests of the rows of each split, in any order.

    Args:
        examples: the folder of the splits.

    Returns:
        The sum modulo 2^128 by the name of the split.
    """
    import tensorflow as tf

    found = {}
    for split in sorted(examples.iterdir()):
        files = [str(file) for file in split.iterdir()]
        total = 0
        for record in tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator():
            digest = hashlib.blake2b(record, digest_size=16).digest()
            total += int.from_bytes(digest, "big")
        found[split.name] = f"{total % 2**128:032x}"
    return found


def main() -> None:
    """Reads the command line, reads the file, and prints the result as JSON."""
    logging.disable(logging.WARNING)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    file = Path(sys.argv[1])
    folder = Path(tempfile.mkdtemp(dir=file.parent))
    try:
        print(json.dumps(run(file, int(sys.argv[2]), folder)))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
