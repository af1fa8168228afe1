"""The training process sends its messages, and never outlives its parent."""

import contextlib
import errno
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from newsdesk.errors import ConfigError, DataError, Interrupted, NewsdeskError
from pipeline.interrupt import interruptible
from trainer.launch import launch
from trainer.training.job import Job
from trainer.training.memory import GIB

pytestmark = pytest.mark.usefixtures("default_sighup")
STAND_IN = "tests.trainer.stand_in"


def job(do: str) -> Job:
    """A job for the stand-in."""
    return Job(
        train_files=["train*"],
        eval_files=["eval*"],
        transform_graph_path="graph",
        serving_model_dir="model",
        model_run_dir="logs",
        custom_config={"do": do},
    )


def train(do: str) -> None:
    """Runs one line of Python as a training."""
    launch(job(do), STAND_IN)


def wait_for(condition: Callable[[], bool]) -> None:
    """Returns once something is so; fails after half a minute."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has waited for counts as ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_progress_and_memory_arrive(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    train(
        "import logging; logging.getLogger('newsdesk.progress').info("
        "'step %d', 3, extra={'progress': {'step': 3, 'loss': 0.5}})"
    )
    progress, end = caplog.records

    assert progress.name == "newsdesk.progress"
    assert progress.getMessage() == "step 3"
    assert progress.progress == {"step": 3, "loss": 0.5}
    assert 0 < float(end.getMessage().split()[-2]) < 1


def test_a_sentence_arrives(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    train(
        "import logging; logging.getLogger('newsdesk.progress').info("
        "'continues', extra={'sentence': 'continues'})"
    )

    assert caplog.records[0].name == "newsdesk.progress"
    assert caplog.records[0].getMessage() == "continues"
    assert getattr(caplog.records[0], "sentence", "") == "continues"


def test_all_that_it_prints_reaches_our_streams(
    capfd: pytest.CaptureFixture[str],
) -> None:
    train("import os; print('from Python'); os.write(2, b'from C')")
    out, err = capfd.readouterr()

    assert "from Python" in out
    assert "from C" in err


@pytest.mark.parametrize("kind", [DataError, ConfigError, NewsdeskError])
def test_an_error_keeps_its_class_and_sentence(kind: type[NewsdeskError]) -> None:
    with pytest.raises(NewsdeskError, match=r"^no rows; add some$") as caught:
        train(
            f"from newsdesk.errors import *; raise {kind.__name__}('no rows; add some')"
        )
    assert type(caught.value) is kind


def test_any_other_error_is_a_sentence_and_the_traceback_is_in_the_log(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(NewsdeskError, match="failed with KeyError: 'gone'; the log"):
        train("{}['gone']")
    assert "Traceback" in capfd.readouterr().err


def test_missing_memory_says_what_to_lower() -> None:
    with pytest.raises(
        NewsdeskError, match=r"memory to train; lower train\.batch_"
    ) as e:
        train("raise MemoryError()")
    assert "model.encoder.recompute = true" in str(e.value)


def test_a_full_disk_stays_one() -> None:
    with pytest.raises(OSError) as caught:
        train("raise RuntimeError('log.txt; No space left on device')")
    assert caught.value.errno == errno.ENOSPC


def test_a_killed_process_says_how_much_memory_it_used() -> None:
    progress = {"progress": {"peak_memory": 3 * GIB}}
    with pytest.raises(
        NewsdeskError, match=r"SIGKILL.*it used 3\.00 GiB\); lower train"
    ):
        train(
            "import logging, os\n"
            f"logging.getLogger('newsdesk.progress').info('', extra={progress})\n"
            "os.kill(os.getpid(), 9)"
        )


def test_a_crash_names_its_signal() -> None:
    with pytest.raises(NewsdeskError, match="died of SIGABRT"):
        train("import os; os.abort()")


def test_a_silent_end_is_an_error() -> None:
    with pytest.raises(NewsdeskError, match="exit code 7 and sent no error"):
        train("import os; os._exit(7)")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_it_save_first(tmp_path: Path, number: signal.Signals) -> None:
    pid, saved = tmp_path / "pid", tmp_path / "saved"
    with pytest.raises(Interrupted), interruptible():
        threading.Thread(target=_signal_once_there, args=[pid, number]).start()
        train(_waiting(pid, f"open({str(saved)!r}, 'w').close()"))
    assert saved.exists()
    assert is_gone(int(pid.read_text()))


def test_its_message_about_an_interruption_arrives(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with pytest.raises(Interrupted, match="saved after step 7"), interruptible():
        threading.Thread(target=_signal_once_there, args=[pid, signal.SIGINT]).start()
        train(_waiting(pid, "raise Interrupted('saved after step 7')"))


def test_ctrl_c_in_a_terminal_does_not_reach_it() -> None:
    train("import os; assert os.getsid(0) == os.getpid()")


@pytest.mark.usefixtures("default_sigint")
def test_a_second_signal_kills_it(tmp_path: Path) -> None:
    pid, saving = tmp_path / "pid", tmp_path / "saving"
    with pytest.raises(KeyboardInterrupt), interruptible():
        for file in (pid, saving):
            threading.Thread(
                target=_signal_once_there, args=[file, signal.SIGINT]
            ).start()
        train(_waiting(pid, f"open({str(saving)!r}, 'w').write('1'); time.sleep(60)"))
    assert is_gone(int(pid.read_text()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_parent_leaves_no_process(
    tmp_path: Path, repository: Path, number: signal.Signals
) -> None:
    pid, saved = tmp_path / "pid", tmp_path / "saved"
    do = _waiting(pid, f"open({str(saved)!r}, 'w').close()")
    code = f"from tests.trainer.test_launch import train; train({do!r})"
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=repository)
    wait_for(lambda: pid.exists() and bool(pid.read_text()))
    parent.send_signal(number)
    parent.wait()
    wait_for(lambda: is_gone(int(pid.read_text())))
    assert saved.exists()


def test_a_stopped_training_does_not_outlive_its_parent(
    tmp_path: Path, repository: Path
) -> None:
    pid, saved = tmp_path / "pid", tmp_path / "saved"
    do = _waiting(pid, f"open({str(saved)!r}, 'w').close()")
    code = f"from tests.trainer.test_launch import train; train({do!r})"
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=repository)
    wait_for(lambda: pid.exists() and bool(pid.read_text()))
    os.kill(int(pid.read_text()), signal.SIGSTOP)
    parent.kill()
    parent.wait()
    try:
        wait_for(lambda: is_gone(int(pid.read_text())))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid.read_text()), signal.SIGKILL)
    assert saved.exists()


def _waiting(pid: Path, at_last: str) -> str:
    """Python that tells its process id, waits, and does something when interrupted."""
    return (
        "import os, time\n"
        "from newsdesk.errors import Interrupted\n"
        f"open({str(pid)!r}, 'w').write(str(os.getpid()))\n"
        f"try:\n    time.sleep(60)\nexcept Interrupted:\n    {at_last}\n    raise"
    )


def _signal_once_there(file: Path, number: signal.Signals) -> None:
    wait_for(lambda: file.exists() and bool(file.read_text()))
    os.kill(os.getpid(), number)


def test_by_hand_it_ends_with_the_exit_code_of_the_error(
    tmp_path: Path, repository: Path
) -> None:
    file = tmp_path / "job.json"
    file.write_text(job("raise SystemError").model_dump_json())

    def end(path: Path) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", STAND_IN, str(path)],
            cwd=repository,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stderr

    assert end(file)[0] == 1
    file.write_text('{"train_files": 3}')
    code, log = end(file)
    assert (code, "job.json: train_files: Input should be a" in log) == (2, True)
    code, log = end(tmp_path / "gone.json")
    assert (code, "gone.json: cannot be read: No such file" in log) == (2, True)


def test_others_find_the_job_while_it_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "jobs" / "one.json"
    monkeypatch.setenv("NEWSDESK_JOB", str(shared))
    found = tmp_path / "found.json"
    train(f"import shutil; shutil.copy({str(shared)!r}, {str(found)!r})")

    assert Job.read(found).train_files == ["train*"]
    assert not list(shared.parent.iterdir())


def test_a_job_that_cannot_be_left_for_others_is_not_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NEWSDESK_JOB", str(tmp_path / "file" / "one.json"))

    with pytest.raises(ConfigError, match=r"one\.json: the job .*; correct or remove"):
        train("print('never')")
