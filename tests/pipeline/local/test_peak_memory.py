"""The peak memory of a node counts its processes, and not what was before it."""

import threading
from pathlib import Path

import pytest

from pipeline.local.peak_memory import PeakMemory

MIB = 1 << 20


class Proc:
    """A folder in the form of proc(5)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def process(self, name: str, now: int, peak: int, children: str = "") -> None:
        thread = threading.get_native_id() if name == "self" else name
        task = self.folder / name / "task" / str(thread)
        task.mkdir(parents=True, exist_ok=True)
        (task / "children").write_text(children)
        (self.folder / name / "status").write_text(
            f"Name:\tpython\nVmHWM:\t  {peak * 1024} kB\nVmRSS:\t  {now * 1024} kB\n"
        )


@pytest.fixture
def proc(tmp_path: Path) -> Proc:
    return Proc(tmp_path)


def test_a_peak_before_the_node_does_not_count(proc: Proc) -> None:
    proc.process("self", 100, 900)
    memory = PeakMemory(proc.folder)
    proc.process("self", 200, 900)
    memory.sample()
    assert memory.peak_bytes == 200 * MIB


def test_a_peak_between_two_samples_counts(proc: Proc) -> None:
    proc.process("self", 100, 100)
    memory = PeakMemory(proc.folder)
    proc.process("self", 150, 700)
    memory.sample()
    assert memory.peak_bytes == 700 * MIB


def test_processes_that_the_node_starts_count(proc: Proc) -> None:
    proc.process("self", 100, 100)
    memory = PeakMemory(proc.folder)
    proc.process("self", 100, 100, "11 12 ")
    proc.process("11", 300, 350, "13 ")
    proc.process("13", 40, 40)
    # It has ended: proc(5) lists a zombie without its memory.
    (proc.folder / "12").mkdir()
    (proc.folder / "12" / "status").write_text("Name:\tpython\nState:\tZ\n")
    memory.sample()
    assert memory.peak_bytes == 440 * MIB


def test_a_peak_of_an_older_process_does_not_count(proc: Proc) -> None:
    proc.process("self", 100, 100, "11 ")
    proc.process("11", 50, 800)
    assert PeakMemory(proc.folder).peak_bytes == 150 * MIB


@pytest.mark.parametrize("removed", ["children", "status"])
def test_the_peak_is_unknown_if_the_system_does_not_show_it(
    proc: Proc, removed: str
) -> None:
    proc.process("self", 100, 100)
    (file,) = proc.folder.rglob(removed)
    file.unlink()
    memory = PeakMemory(proc.folder)
    with memory.sampled():
        pass
    assert memory.peak_bytes is None


def test_the_memory_of_a_block_is_measured() -> None:
    memory = PeakMemory()
    with memory.sampled():
        block = b"x" * (64 * MIB)
    assert memory.peak_bytes is not None
    assert memory.peak_bytes > len(block)
