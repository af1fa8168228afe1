"""How much memory this process has held."""

from pathlib import Path

GIB = 2**30


def peak_memory() -> int:
    """Tells the most memory that this process has held at once.

    From VmHWM of proc(5): the maxrss of getrusage(2) begins, in a process that was
    started by another, with what that one held.

    Returns:
        Bytes, resident; 0 where the system does not tell.
    """
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
