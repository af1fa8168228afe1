"""What a run advises at its end."""

from collections.abc import Callable
from pathlib import Path

import pytest

from newsdesk.config.sections import Config
from newsdesk.errors import ExitCode
from newsdesk.training import Training
from pipeline.commands import next_step
from pipeline.commands.next_step import NextStep
from pipeline.local.history import RunFolder, Summary

_REFUSED = Summary(
    run="r",
    pipeline="p",
    started="2025-01-01T00:00:00Z",
    data="d",
    exit_code=ExitCode.NOT_GOOD_ENOUGH,
    training=Training(epochs=3, made=3, best=3, ended="epochs", patience=3),
)


def test_a_refused_model_gets_advice_and_a_command(
    make_config: Callable[..., Config], tmp_path: Path
) -> None:
    typed = ["newsdesk", "run", "my news.toml"]
    step = next_step.of(make_config(), RunFolder(tmp_path), _REFUSED, typed)
    assert step.command == "newsdesk run 'my news.toml' --set train.epochs=6"
    assert step.line == step.advice
    assert (step.advice or "").startswith("train longer with --set train.epochs=6 (")


def test_an_error_in_the_advice_does_not_reach_the_run(
    make_config: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Training, "advice", lambda *_: 1 / 0)
    found = next_step.of(make_config(), RunFolder(tmp_path), _REFUSED)
    assert found == NextStep()
