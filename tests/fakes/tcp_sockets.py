"""The TCP sockets of a process in whichever network it is; psutil looks in the caller's own network only."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LISTEN = "0A"


@dataclass(frozen=True)
class TcpSocket:
    """One socket: its port at this end, and whether it waits for callers."""

    port: int
    listens: bool


def tcp_sockets(pid: int) -> list[TcpSocket]:
    """The TCP sockets that a process holds now (proc_net_tcp in the kernel's documentation); none where it
    has ended or does not let itself be looked at."""
    with suppress(OSError):
        own = set(_inodes(pid))
        rows = [
            line.split()
            for name in ("tcp", "tcp6")
            for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]
        ]
        return [
            TcpSocket(int(row[1].rpartition(":")[2], 16), row[3] == _LISTEN) for row in rows if row[9] in own
        ]
    return []


def _inodes(pid: int) -> Iterator[str]:
    for handle in os.scandir(f"/proc/{pid}/fd"):
        with suppress(OSError):
            target = os.readlink(handle.path)
            if target.startswith("socket:["):
                yield target[8:-1]
