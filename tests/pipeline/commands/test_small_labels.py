"""The command that a run prints when classes without tested rows stopped it."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from newsdesk.config.sections import Config
from newsdesk.errors import ExitCode
from pipeline.commands import next_step
from pipeline.commands.run import _conclude
from pipeline.local.history import RunFolder, Summary


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (
            [{"rule": "min_tested_rows", "labels": ["Sports"]}],
            "newsdesk run my.toml --set train.epochs=1 --set "
            """'data.drop_labels=["Sports"]'""",
        ),
        ([{"rule": "min_tested_rows", "labels": ["Sports"]}, {"rule": "schema"}], ""),
    ],
)
def test_the_next_command_leaves_out_the_labels(
    tmp_path: Path, make_config: Callable[..., Config], broken: object, expected: str
) -> None:
    data = {"labels": ["World", "Sports", "Business"]}
    config = make_config(data=data, output={"root": str(tmp_path)})
    folder = RunFolder.create(config)
    (folder.path / "data_verdict.json").write_text(json.dumps({"broken": broken}))
    summary = Summary(
        run="r",
        pipeline="p",
        started="2025-01-01T00:00:00Z",
        data="d",
        exit_code=ExitCode.STOPPED_BY_GATE,
        error="stopped",
    )
    screen = Console(file=io.StringIO(), width=300)
    typed = ["newsdesk", "run", "my.toml", "--set", "train.epochs=1"]
    step = next_step.of(config, folder, summary, typed)
    _conclude(screen, folder, summary, step)
    printed = screen.file.getvalue()
    assert expected in printed
    assert ("newsdesk run" in printed) == bool(expected)
