"""What the competitors of benchmarks/inference.py share; runs in either environment."""

import json
import random
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks.race import Task, peak_mib, report

ORDERS = ("sorted", "unsorted")


def serve(task: Task, answer: Callable[[Sequence[str]], object]) -> None:
    """Answers one text, reports it, and then answers as many as each line asks for.

    Args:
        task: what to answer.
        answer: classifies a batch of texts.
    """
    texts = task.rows("test")[0]
    answer(texts[:1])
    report(ready=True)
    random.Random(task.seed).shuffle(texts)
    for line in sys.stdin:
        asked = json.loads(line)
        # The same rows in both orders, so that their rates can be compared.
        chosen = texts[: asked["rows"]]
        if asked["order"] == "sorted":
            chosen = sorted(chosen, key=len)
        size = asked["batch"]
        began = time.perf_counter()
        for first in range(0, len(chosen), size):
            answer(chosen[first : first + size])
        seconds = time.perf_counter() - began
        report(rows=len(chosen), seconds=seconds, peak_mib=peak_mib())
