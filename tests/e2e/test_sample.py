"""The whole sample: what runs, what the cache answers, what the screen shows."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from newsdesk.published import manifest
from tests.e2e.conftest import SAMPLE
from tests.support.destination import names
from tests.support.first_run import FirstRun

pytestmark = pytest.mark.e2e

NODES = {
    "BaselineModel",
    "TextExampleGen",
    "ImportSchemaGen",
    "StatisticsGen",
    "ExampleValidator",
    "TextStatistics",
    "DataGate",
    "Transform",
    "Trainer",
    "Predictions",
    "Evaluator",
    "Pusher",
    "Reporter",
}
FROM_TRAINER = {"Trainer", "Predictions", "Evaluator", "Pusher", "Reporter"}
LINE = re.compile(
    r"|✓ \w+ +done +[\d.]+ s.*|= \w+ +cached.*"
    r"|  epoch \d/\d  loss .* eval accuracy [\d.]+  \d+ s"
    r"|sample: data in .+|    rows divided by text: .+"
    r"|(accuracy|pushed|unchanged|in service|next|report) .+"
)
# Uses only the SavedModel, and fails if it imports the project or TFX.
ALONE = """
import json, sys
import tensorflow as tf, tensorflow_text
model = tf.saved_model.load(sys.argv[1])
answer = model.signatures["serving_default"](text=tf.constant(sys.argv[2:]))
print(json.dumps([label.decode() for label in answer["label"].numpy()]))
assert not {"newsdesk", "pipeline", "trainer", "tfx"} & set(sys.modules)
"""


def _ran(summary: dict[str, Any]) -> list[str]:
    return [node["name"] for node in summary["nodes"] if node["state"] == "done"]


def test_a_first_run_pushes_a_good_model(first_run: FirstRun) -> None:
    first = first_run.summary
    assert first["state"] == "pushed"
    assert {node["name"] for node in first["nodes"]} == NODES
    assert 0.85 <= first["metrics"]["accuracy"] <= 0.97
    rows = first["rows"]
    assert rows["rows_in"] == rows["rows_out"] + rows["quarantined"]
    assert Path(first["pushed"], "saved_model.pb").exists()


def test_the_screen_shows_only_our_lines(first_run: FirstRun) -> None:
    lines = first_run.screen.splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert first_run.errors == ""


def test_an_unchanged_run_runs_nothing_and_says_so(
    sample_root: Path, run_sample: Callable[..., Any], last_summary: Callable[..., Any]
) -> None:
    done = run_sample()
    assert done.code == 0
    assert _ran(last_summary(sample_root)) == []
    assert "nothing to do" in done.screen


def test_changed_epochs_rerun_the_trainer_and_later_nodes(
    sample_root: Path, run_sample: Callable[..., Any], last_summary: Callable[..., Any]
) -> None:
    assert run_sample("--set", "train.epochs=2").code in (0, 3)
    # The gate compares with the model in service, which the first run published.
    compared = {"BaselineModel", "TextStatistics", "DataGate"}
    assert set(_ran(last_summary(sample_root))) == compared | FROM_TRAINER


def test_an_edited_line_reruns_the_trainer_and_later_nodes(
    sample_root: Path,
    run_sample: Callable[..., Any],
    last_summary: Callable[..., Any],
    repository: Path,
    tmp_path: Path,
) -> None:
    for room in ("newsdesk", "pipeline", "components", "trainer", "schemas"):
        shutil.copytree(repository / room, tmp_path / room)
    with open(tmp_path / "trainer" / "model.py", "a") as source:
        source.write("\nEDITED = True\n")
    assert run_sample(sources=tmp_path, cwd=tmp_path).code == 0
    ran = set(_ran(last_summary(sample_root)))
    # If the test before has published a model, these nodes have another input.
    assert ran - {"BaselineModel", "TextStatistics", "DataGate"} == {*FROM_TRAINER}


def test_a_removed_push_is_pushed_again(
    sample_root: Path, run_sample: Callable[..., Any], last_summary: Callable[..., Any]
) -> None:
    shutil.rmtree(sample_root / "serving")
    assert run_sample().code == 0
    assert _ran(last_summary(sample_root)) == ["Pusher", "Reporter"]


def test_a_removed_newest_version_is_pushed_again(
    sample_root: Path,
    run_sample: Callable[..., Any],
    last_summary: Callable[..., Any],
    tmp_path: Path,
) -> None:
    (pushed,) = sample_root.glob("serving/[0-9]*")
    shutil.copytree(pushed, tmp_path / pushed.name)
    older = _older_model(pushed)
    try:
        shutil.rmtree(pushed)
        for _ in range(2):
            assert run_sample().code == 0
            summary = last_summary(sample_root)
            assert summary["state"] == "pushed"
            shutil.rmtree(summary["pushed"])
    finally:
        shutil.rmtree(older)
    shutil.copytree(tmp_path / pushed.name, pushed)


def _older_model(pushed: Path) -> Path:
    """Publishes a model of other inputs under a smaller number."""
    older = pushed.parent / "1"
    shutil.copytree(pushed, older)
    (older / "assets.extra" / "note.txt").write_text("another model")
    origin = manifest.read(older).origin.model_copy(update={"run_key": "others"})
    (older / manifest.FILE).unlink()
    manifest.write(manifest.describe(older, origin), older)
    return older


def test_a_demanding_threshold_pushes_nothing(
    sample_root: Path, run_sample: Callable[..., Any]
) -> None:
    before = names(sample_root / "serving")
    done = run_sample("--set", "evaluation.min_accuracy=0.999")
    assert done.code == 3
    refusal = r"accuracy 0\.\d+ is below evaluation\.min_accuracy 0\.999"
    assert re.search(refusal, done.screen)
    assert names(sample_root / "serving") == before


def test_the_model_works_in_another_folder_without_newsdesk(
    sample_root: Path, tmp_path: Path
) -> None:
    (pushed,) = sample_root.glob("serving/[0-9]*")
    moved = tmp_path / "moved" / "1"
    shutil.copytree(pushed, moved)
    away = tmp_path / "root"
    sample_root.rename(away)
    try:
        done = subprocess.run(
            [sys.executable, "-c", ALONE, str(moved), "oil prices fall", ""],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
        )
    finally:
        away.rename(sample_root)
    labels = json.loads(done.stdout)
    assert len(labels) == 2
    assert set(labels) <= {"World", "Sports", "Business", "Sci/Tech"}


def test_predict_answers_in_order(
    sample_root: Path, newsdesk: Callable[..., Any]
) -> None:
    texts = ["the team won the cup final", "", "profit fell as the bank cut rates"]
    done = newsdesk("predict", "--root", str(sample_root), "--json", *texts)
    first, second, third = map(json.loads, done.screen.splitlines())
    assert (done.code, done.errors) == (1, "")
    assert (first["label"], third["label"]) == ("Sports", "Business")
    assert second == {"error": "argument 2: the text is empty"}
    assert sum(first["probabilities"].values()) == pytest.approx(1, abs=1e-4)
    assert first["truncated"] is False
    assert first["unknown_share"] < 0.5
    assert first["probability"] == max(first["probabilities"].values())


def test_past_runs_are_listed(sample_root: Path, newsdesk: Callable[..., Any]) -> None:
    done = newsdesk("runs", "--root", str(sample_root), "--json")
    states = [json.loads(line)["state"] for line in done.screen.splitlines()]
    assert states[-1] == "pushed"
    assert "not good enough" in states


def _start(sample_root: Path, *words: str, **more: Any) -> "subprocess.Popen[str]":
    """Starts the sample again; the cache answers for all but the last nodes."""
    command = [sys.executable, "-m", "pipeline.cli", "run", SAMPLE]
    return subprocess.Popen(
        [*command, "--set", f"output.root={sample_root}", *words],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **more,
    )


def test_a_run_continues_after_its_output_is_closed(
    sample_root: Path, last_summary: Callable[..., Any]
) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "latin-1"}
    words = ("--set", "evaluation.min_accuracy=0.998")
    with _start(sample_root, *words, env=environment) as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline().startswith("sample: data in ")
        assert re.match(r"[+=] BaselineModel ", process.stdout.readline())
        process.stdout.close()
        errors = process.stderr.read()
    assert process.returncode == 3
    assert last_summary(sample_root)["state"] == "not good enough"
    assert re.fullmatch(r"error accuracy .*0\.998.*\n", errors)


def test_a_terminal_that_closes_ends_a_run_as_interrupted(
    sample_root: Path, last_summary: Callable[..., Any]
) -> None:
    told: list[dict[str, Any]] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            told.append(json.loads(self.rfile.read(size)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Webhook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        words = ("--set", f'output.notify={{url="{url}"}}')
        words += ("--set", "evaluation.min_accuracy=0.997")
        with _start(sample_root, *words, preexec_fn=_hear_hangups) as process:
            assert process.stdout
            for _ in ("data", "BaselineModel"):
                process.stdout.readline()
            # The system and the shell both send the signal.
            process.send_signal(signal.SIGHUP)
            process.stdout.close()
            process.send_signal(signal.SIGHUP)
        server.shutdown()
    assert process.returncode == 130
    assert last_summary(sample_root)["state"] == "interrupted"
    assert [one["state"] for one in told] == ["interrupted"]


def _hear_hangups() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
