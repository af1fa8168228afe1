"""The memory of the machine, or of the container if it may use less."""

import os
from pathlib import Path

from trainer.data.capacity import total_memory

MACHINE = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def memory(folder: Path, groups: str, limits: dict[str, str]) -> int:
    """Reads the memory of a machine with some control groups."""
    proc, root = folder / "proc", folder / "cgroup"
    (proc / "self").mkdir(parents=True)
    (proc / "self" / "cgroup").write_text(groups)
    for name, limit in limits.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(limit)
    return total_memory(proc, root)


def test_without_control_groups_it_is_the_machine(tmp_path: Path) -> None:
    assert total_memory(tmp_path, tmp_path) == MACHINE


def test_the_lowest_limit_of_all_groups_above_counts(tmp_path: Path) -> None:
    limits = {
        "memory.max": "max\n",
        "pods/memory.max": "1000\n",
        "pods/one/memory.max": "2000\n",
        "other/memory.max": "1\n",
    }

    assert memory(tmp_path, "0::/pods/one\n", limits) == 1000


def test_a_container_sees_its_group_as_the_root(tmp_path: Path) -> None:
    assert memory(tmp_path, "0::/\n", {"memory.max": "3000\n"}) == 3000


def test_older_systems_have_a_folder_for_memory(tmp_path: Path) -> None:
    groups = "5:cpu,cpuacct:/pod\n4:memory:/pod\n"
    limits = {"memory/pod/memory.limit_in_bytes": "4000\n", "pod/memory.max": "1\n"}

    assert memory(tmp_path, groups, limits) == 4000
