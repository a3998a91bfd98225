"""The launcher's process as the hub sees it: started, found again after a restart, ended, and nothing left of
it."""

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from eohub_hub.isolation.network import title
from eohub_hub.isolation.order import Order
from eohub_hub.isolation.probe import LAUNCHER

INSTANCE_VARIABLE = "EOHUB_INSTANCE"
SERVER_VARIABLE = "EOHUB_SERVER"
_LISTEN = "0A"


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """A process that a recycled number cannot be taken for: its number and when it was started."""

    pid: int
    started: str


def started_at(pid: int) -> str | None:
    """A text that no other process with this number will ever have; None where there is no such process.

    On Linux the boot and the clock tick since then (proc(5), `starttime`), which no change of the clock
    moves. A process that has ended and only waits to be reaped counts as gone.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = _boot_id()
    except OSError:
        return _portable_start(pid)
    return None if fields[0] in "ZX" else f"{boot}:{fields[19]}"


def is_running(record: ProcessRecord) -> bool:
    """Whether the very process of the record still runs."""
    return started_at(record.pid) == record.started


def launch(order: Order, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start the launcher in a session of its own, so that neither Ctrl-C nor the end of the hub reaches
    it."""
    process = subprocess.Popen(
        LAUNCHER, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    if process.stdin is not None:
        with suppress(BrokenPipeError), process.stdin as order_input:
            order_input.write(order.dump())
    return process


def listens(record: ProcessRecord, port: int) -> bool:
    """Whether the process of the record, or one that descends from it, listens on the TCP port.

    Any account may listen on a free port, so that something answers there tells nothing. Blocks for some
    hundredths of a second.
    """
    if not is_running(record):
        return False
    try:
        launcher = psutil.Process(record.pid)
        family = [launcher, *launcher.children(recursive=True)]
    except psutil.Error:
        return False
    # What connects a network hides in which one it is; it is in the machine's.
    machines = {None, _network_of(os.getpid())}
    inside = {network: one.pid for one in family if (network := _network_of(one.pid)) not in machines}
    if inside:
        # Such a server starts only after the machine's port was taken by what connects its network, which
        # listens from then on, whether the server does or not.
        return any(port in _ports_of_network(pid) for pid in inside.values())
    return any(port in _listening_ports(process) for process in family)


def send(record: ProcessRecord, number: signal.Signals) -> None:
    """Signal the process of the record, and no other."""
    if is_running(record):
        with suppress(ProcessLookupError):
            os.kill(record.pid, number)


def end_strays(instance: str, server: str) -> int:
    """Kill every process that carries the marks of this server of this installation; returns how many there
    were.

    Walls and launcher leave none. This is for what they cannot see: a launcher that was itself killed where
    there are no walls, and a hub that died between starting a server and writing it down.
    """
    ended = 0
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if _carries_marks(process, instance, server):
                process.kill()
                ended += 1
    return ended


def _carries_marks(process: psutil.Process, instance: str, server: str) -> bool:
    with suppress(psutil.AccessDenied):
        marks = process.environ()
        return marks.get(INSTANCE_VARIABLE) == instance and marks.get(SERVER_VARIABLE) == server
    # What connects a network hides its environment even from its own account.
    return process.cmdline()[:1] == [title(instance, server)]


def _network_of(pid: int) -> str | None:
    """The network that a process is in; None where that cannot be known."""
    with suppress(OSError):
        return os.readlink(f"/proc/{pid}/ns/net")
    return None


def _ports_of_network(pid: int) -> set[int]:
    """The TCP ports on which anything listens in the network of a process (proc_net_tcp in the kernel's
    documentation)."""
    ports: set[int] = set()
    for name in ("tcp", "tcp6"):
        with suppress(OSError):
            rows = [line.split() for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]]
            ports |= {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == _LISTEN}
    return ports


def _listening_ports(process: psutil.Process) -> set[int]:
    try:
        connections = process.net_connections("tcp")
    except psutil.Error:
        return set()
    return {each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN}


@cache
def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _portable_start(pid: int) -> str | None:
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else repr(process.create_time())
    except psutil.Error:
        return None
