"""The process that reads Parquet: `python -m ...text_example_gen.parquet_process`.

A damaged file can crash the library that decodes it, and a few bytes can unfold to more
memory than there is. Here that costs this process alone. It takes a request per line
from standard input and answers on standard output, both in JSON.
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
    """Answers requests until standard input ends, or none comes for some seconds."""
    restrict(MAX_MEMORY)
    answers = os.fdopen(os.dup(1), "wb")
    # What libraries print must not come between the answers.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    # Nobody is left to answer when the other side has ended.
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        while select.select([0], [], [], SECONDS_IDLE)[0]:
            # The next request comes after the last answer: none waits in the buffer.
            line = sys.stdin.buffer.readline()
            if not line:
                break
            for answer in answers_to(json.loads(line)):
                _send(answers, answer)


def restrict(memory: int) -> None:
    """Limits what this process can take from the others.

    Args:
        memory: how many bytes it may have.
    """
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY:
        memory = min(memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (memory, most))
    # A crash must not leave a copy of its memory in the folder.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Where memory runs out all the same, this process is to be killed and not a run.
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as stream:
        stream.write("1000")


def answers_to(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Reads a file.

    Args:
        request: `file`, an absolute path; `needed`, the columns or None; or instead
            of `needed`, `names` to ask only for the names of the columns.

    Yields:
        `names`, or the fields of a `parquet_batches.Batch`; at the end `end`, or
        `error`, why the file cannot be read.
    """
    try:
        if request.get("names"):
            yield {"names": parquet_batches.names(request["file"])}
        else:
            for batch in parquet_batches.batches(request["file"], request["needed"]):
                yield batch._asdict()
    except Unreadable as error:
        yield {"error": str(error)}
    else:
        yield {"end": True}


def _send(stream: BinaryIO, answer: dict[str, Any]) -> None:
    # Bytes that are not UTF-8 are lone surrogates here.
    line = json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass")
    stream.write(line + b"\n")
    stream.flush()


if __name__ == "__main__":
    main()
