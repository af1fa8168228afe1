"""The process that reads Parquet: `python -m newsdesk.rows.parquet_process`.

A damaged file can crash the library that decodes it, and a few bytes can unpack to more
memory than there is. This ends only this process. It reads one request per line from
standard input and answers on standard output, both in JSON.
"""

import contextlib
import json
import os
import resource
import select
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from newsdesk.rows import parquet_batches
from newsdesk.rows.parquet_limits import Unreadable

MAX_MEMORY = 4 * 2**30
SECONDS_IDLE = 5


def main() -> None:
    """Answers requests until standard input ends, or no request comes for a while."""
    restrict(MAX_MEMORY)
    answers = os.fdopen(os.dup(1), "wb")
    # Output of libraries must not get between the answers.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    # If the other side has ended, nobody reads the answers.
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        while select.select([0], [], [], SECONDS_IDLE)[0]:
            # Each request comes after the last answer, so none is in Python's buffer,
            # where select would not see it.
            line = sys.stdin.buffer.readline()
            if not line:
                break
            for answer in answers_to(json.loads(line)):
                _send(answers, answer)


def restrict(memory: int) -> None:
    """Limits the memory of this process.

    Args:
        memory: how many bytes the process may use.
    """
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY:
        memory = min(memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (memory, most))
    # A crash must not write a core file into the folder.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # If the machine runs out of memory, the kernel must kill this process, not the run.
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as stream:
        stream.write("1000")


def answers_to(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Answers one request.

    Args:
        request: `file`, an absolute path, and one of these: `names` for only the names
            of the columns; `sizes` for only the sizes of the row groups; or `needed`,
            the columns or None, and `groups`, the first row group and the one behind
            the last, or None.

    Yields:
        `names`, `sizes`, or the fields of each `parquet_batches.Batch`; at the end
        `end`, or `error` with the reason why the file cannot be read.
    """
    try:
        if request.get("names"):
            yield {"names": parquet_batches.names(request["file"])}
        elif request.get("sizes"):
            yield {"sizes": parquet_batches.group_sizes(request["file"])}
        else:
            groups = request.get("groups")
            for batch in parquet_batches.batches(
                request["file"], request["needed"], groups and range(*groups)
            ):
                yield batch._asdict()
    except Unreadable as error:
        yield {"error": str(error)}
    else:
        yield {"end": True}


def _send(stream: BinaryIO, answer: dict[str, Any]) -> None:
    # Texts may contain lone surrogates, for bytes that are not UTF-8.
    line = json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass")
    stream.write(line + b"\n")
    stream.flush()


if __name__ == "__main__":
    main()
