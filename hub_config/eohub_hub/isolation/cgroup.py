"""Limits of memory, processes and CPU time by cgroup v2, where a part of the tree was given to the hub's
account.

See the kernel's Documentation/admin-guide/cgroup-v2.rst: "No Internal Process Constraint" is why the servers'
groups lie below an empty group of ours, "Delegation Containment" is why a real move of a process is tried
before the tree is used.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from eohub_hub.isolation.limits import MAXIMUM_PROCESSES

_CONTROLLERS = ("memory", "pids")
_CPU = "cpu"
"""Used where it was given, too; systemd gives it less often than the others."""
_CPU_PERIOD_MICROSECONDS = 100_000
"""The kernel's own default."""


@dataclass(frozen=True, slots=True)
class CgroupTree:
    """Our group, below which each server gets one of its own."""

    folder: Path
    bounds_cpu: bool = False

    def add(self, name: str, memory_bytes: int, cpu: float) -> Path:
        """Make (or reuse) a server's group and set its limits, `cpu` in cores; raises OSError."""
        group = self.folder / name
        group.mkdir(exist_ok=True)
        (group / "memory.max").write_text(str(memory_bytes))
        (group / "pids.max").write_text(str(MAXIMUM_PROCESSES))
        with suppress(FileNotFoundError):  # absent on a kernel without swap accounting
            (group / "memory.swap.max").write_text("0")
        if self.bounds_cpu:
            quota = round(cpu * _CPU_PERIOD_MICROSECONDS)
            (group / "cpu.max").write_text(f"{quota} {_CPU_PERIOD_MICROSECONDS}")
        return group

    def remove(self, name: str) -> None:
        """End what is left in a server's group and remove it; a group that cannot be removed yet stays for
        the next."""
        group = self.folder / name
        with suppress(OSError):
            _tell(group / "cgroup.kill", "1")
        with suppress(OSError):
            group.rmdir()

    def clear(self) -> None:
        """Remove every server's group and then our own; does nothing where there is none."""
        with suppress(OSError):
            for group in [path for path in self.folder.iterdir() if path.is_dir()]:
                self.remove(group.name)
            self.folder.rmdir()


def parents(mount: Path, own: str) -> list[Path]:
    """Where a group of ours may lie, highest first: the group of this process (`own`, a path like
    /user.slice/x) and those above it, since a delegated part of the tree begins above the group that its
    processes are in."""
    found = mount / own.strip("/")
    return [path for path in (*reversed(found.parents), found) if path.is_relative_to(mount)]


def own_group(text: str) -> str | None:
    """The cgroup v2 path in the text of /proc/self/cgroup (the line `0::PATH`), None where there is none."""
    return next((line[3:] for line in text.splitlines() if line.startswith("0::")), None)


def mount_point(text: str) -> Path | None:
    """Where cgroup v2 is mounted, from the text of /proc/self/mounts; None where it is not."""
    rows = (line.split(" ") for line in text.splitlines())
    return next((Path(row[1]) for row in rows if len(row) > 2 and row[2] == "cgroup2"), None)


def prepare(places: list[Path], name: str, try_move: Callable[[Path], None]) -> CgroupTree | None:
    """Make our group in the first place that lets us bound memory and processes there; None where none does.

    `try_move` moves a real process into a group and raises OSError when the kernel refuses.
    """
    for place in places:
        folder = place / name
        try:
            offered = (place / "cgroup.subtree_control").read_text().split()
            if not set(_CONTROLLERS) <= set(offered):
                continue
            folder.mkdir(exist_ok=True)
            tree = CgroupTree(folder, bounds_cpu=_CPU in offered)
            used = (*_CONTROLLERS, _CPU) if tree.bounds_cpu else _CONTROLLERS
            (folder / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in used))
            try_move(tree.add("probe", 1 << 30, 1))
            tree.remove("probe")
        except OSError:
            with suppress(OSError):
                folder.rmdir()
            continue
        return tree
    return None


def _tell(path: Path, text: str) -> None:
    """Write to a file of the kernel's and make none where it has none."""
    handle = os.open(path, os.O_WRONLY)
    try:
        os.write(handle, text.encode())
    finally:
        os.close(handle)
