"""Several threads call a function, and the results stay in order."""

import threading

import pytest

from newsdesk.in_order import in_order


def test_results_are_in_the_order_of_the_items() -> None:
    second = threading.Event()

    def doubled(number: int) -> int:
        if number == 1:
            second.set()
        # With one core, the second call begins only after the first.
        if number == 0:
            second.wait(0.1)
        return 2 * number

    assert list(in_order(doubled, range(50))) == list(range(0, 100, 2))


def test_items_are_read_only_a_little_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    items = iter(range(100))
    results = in_order(lambda number: number, items)

    assert next(results) == 0
    assert next(items) == 3


def test_an_error_reaches_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda number: 1 // number, [1, 0]))
