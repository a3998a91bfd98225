"""How much memory this server has left: its own limit, its control group's, or the machine's."""

from pathlib import Path

import psutil

from eohub_cubes.ports import Memory

_CGROUP = Path("/sys/fs/cgroup")
_UNLIMITED = 2**60
"""Version 1 of control groups says that there is no limit with a number near 2**63."""


class ServerMemory:
    """The port MemoryGauge for the server that `server_pid` leads, with all that it started."""

    def __init__(self, server_pid: int, told_limit: int | None, cgroup: Path = _CGROUP) -> None:
        self._server_pid = server_pid
        self._told_limit = told_limit
        self._cgroup = cgroup

    def now(self) -> Memory:
        """Measure it; the smallest of what the limits and the machine leave."""
        available = psutil.virtual_memory().available
        group = self._group()
        limits = [each for each in (self._told_limit, group[0]) if each is not None]
        if not limits:
            return Memory(free=available, limit=psutil.virtual_memory().total)
        limit = min(limits)
        used = group[1] if group[1] is not None and limit == group[0] else self._of_processes()
        return Memory(free=max(min(limit - used, available), 0), limit=limit)

    def _group(self) -> tuple[int | None, int | None]:
        """Limit and use of the control group that this process sees; None for what it does not tell."""
        limit = _number(self._cgroup / "memory.max") or _number(
            self._cgroup / "memory" / "memory.limit_in_bytes"
        )
        if limit is None or limit >= _UNLIMITED:
            return None, None
        used = _number(self._cgroup / "memory.current") or _number(
            self._cgroup / "memory" / "memory.usage_in_bytes"
        )
        # Pages of files that were read lately are given up when memory is needed.
        given_up = _field(self._cgroup / "memory.stat", "inactive_file") or _field(
            self._cgroup / "memory" / "memory.stat", "total_inactive_file"
        )
        return limit, None if used is None else max(used - (given_up or 0), 0)

    def _of_processes(self) -> int:
        used = 0
        try:
            server = psutil.Process(self._server_pid)
            for each in [server, *server.children(recursive=True)]:
                try:
                    memory = each.memory_info()
                    # What processes share, such as libraries, would count once for each of them.
                    used += memory.rss - getattr(memory, "shared", 0)
                except psutil.Error:
                    continue
        except psutil.Error:
            return used
        return used


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return None


def _field(path: Path, name: str) -> int | None:
    try:
        lines = path.read_text("ascii").splitlines()
    except (OSError, ValueError):
        return None
    return next((int(line.split()[1]) for line in lines if line.split()[:1] == [name]), None)
