"""Calls a function on several threads, and keeps the order of its results."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_order(
    function: Callable[[_Item], _Result], items: Iterable[_Item]
) -> Iterator[_Result]:
    """Calls a function for each item, with one thread for each core.

    Args:
        function: may be called by several threads at a time.
        items: read by the caller's thread, at most one more than there are threads
            ahead of the results, so that memory does not grow with their number.

    Yields:
        The results, in the order of the items.

    Raises:
        Exception: what the function raises.
    """
    threads = len(os.sched_getaffinity(0))
    pending: deque[Future[_Result]] = deque()
    with ThreadPoolExecutor(threads, "in-order") as pool:
        for item in items:
            pending.append(pool.submit(function, item))
            if len(pending) > threads:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
