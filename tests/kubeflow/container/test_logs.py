"""A container logs at most one line per second, but every important line."""

import logging
from typing import Any

import pytest

from kubeflow.container import logs


class Clock:
    """A clock that the test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def _record(level: int = logging.INFO, **extra: Any) -> logging.LogRecord:
    record = logging.LogRecord("newsdesk", level, __file__, 1, "said", (), None)
    vars(record).update(extra)
    return record


def test_one_line_per_second_passes() -> None:
    clock = Clock()
    thinned = logs.Thinned(clock)
    passed = []
    for tenth in range(50):
        clock.now = tenth / 10
        passed.append(thinned.filter(_record()))
    assert [tenth for tenth, one in enumerate(passed) if one] == [0, 10, 20, 30, 40]


@pytest.mark.parametrize(
    "record",
    [
        _record(logging.WARNING),
        _record(logging.ERROR),
        _record(progress={"step": 5, "eval_accuracy": 0.0}),
    ],
    ids=["warning", "error", "end of an epoch"],
)
def test_important_lines_always_pass(record: logging.LogRecord) -> None:
    thinned = logs.Thinned(Clock())
    assert thinned.filter(_record())
    assert not thinned.filter(_record(progress={"step": 4}))
    assert thinned.filter(record)


def test_other_libraries_log_only_warnings(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    ours = logging.getLogger("newsdesk")
    monkeypatch.setattr(ours, "level", ours.level)
    logs.start()
    logging.getLogger("absl").info("a thousand of these")
    logging.getLogger("newsdesk.progress").info("epoch 1/3")
    logging.getLogger("absl").warning("careful")
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" ", 2)[2] for line in lines] == [
        "INFO epoch 1/3",
        "WARNING careful",
    ]
