"""Measures the peak memory of a node, with the processes that it starts.

The kernel knows the peak of a process since its start (VmHWM of proc(5)). Resetting it
needs write access, and other programs would read a wrong figure afterwards. So a thread
samples the memory, and the kernel's peak counts only if it grew during the node.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

_SECONDS_BETWEEN_SAMPLES = 0.2
_KIB = 1024


class PeakMemory:
    """The most resident memory of this process and its descendants since it was made.

    Memory that several processes share counts once for each of them.

    Args:
        proc: where proc(5) is mounted.
    """

    def __init__(self, proc: Path = Path("/proc")) -> None:
        self._proc = proc
        thread = str(threading.get_native_id())
        self._is_known = (proc / "self" / "task" / thread / "children").exists()
        self._most = 0
        # By process, its peak before; a process that starts later has none.
        self._before = {process: self._memory(process)[1] for process in self._tree()}
        self.sample()

    @property
    def peak_bytes(self) -> int | None:
        """The peak so far; None if the system does not show processes or children."""
        return self._most if self._is_known and self._most else None

    @contextlib.contextmanager
    def sampled(self) -> Iterator[None]:
        """Reads the memory again and again while the block runs, and at its end."""
        ended = threading.Event()

        def repeat() -> None:
            while not ended.wait(_SECONDS_BETWEEN_SAMPLES):
                self.sample()

        sampler = threading.Thread(target=repeat, name="peak-memory", daemon=True)
        sampler.start()
        try:
            yield
        finally:
            ended.set()
            sampler.join()
            self.sample()

    def sample(self) -> None:
        """Reads the memory at this moment."""
        resident = 0
        for process in self._tree():
            now, peak = self._memory(process)
            resident += now
            if peak > self._before.get(process, 0):
                self._most = max(self._most, peak)
        self._most = max(self._most, resident)

    def _tree(self, process: str = "self") -> Iterator[str]:
        """Names a process and its descendants; some of them may have ended."""
        yield process
        threads = self._proc / process / "task"
        try:
            names = os.listdir(threads)
        except OSError:
            return
        # Each thread lists the processes that it has started.
        for name in names:
            with contextlib.suppress(OSError):
                for child in (threads / name / "children").read_text().split():
                    yield from self._tree(child)

    def _memory(self, process: str) -> tuple[int, int]:
        """Resident bytes of a process now and at its peak; zeros if it has ended."""
        try:
            text = (self._proc / process / "status").read_text(errors="replace")
        except OSError:
            return 0, 0
        fields = dict(line.partition(":")[::2] for line in text.splitlines())
        now, peak = (fields.get(name, "0").split()[0] for name in ("VmRSS", "VmHWM"))
        return int(now) * _KIB, int(peak) * _KIB
