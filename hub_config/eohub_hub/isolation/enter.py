"""The launcher of one user's server: `python -I -m eohub_hub.isolation.enter`, an order on standard input.

It stays beside the server, outside its walls, for as long as the server lives, so that a restart of the hub
changes nothing: it writes the bounded log, passes SIGTERM on, and when the server ends or the launcher is
killed nothing that the server started is left. With walls the kernel does that last part (a process namespace
dies with its first process); without, the launcher is the adopting ancestor of every orphan and ends them
itself.

Standard library only, and little of it: this is resident once per running server.
"""

import os
import resource
import selectors
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from eohub_hub.isolation.connect import Connector
from eohub_hub.isolation.log import BoundedLog
from eohub_hub.isolation.namespace import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    LibC,
    build_root,
    leave_root_account,
)
from eohub_hub.isolation.order import NOT_STARTED, Mode, Order, read_order

_CHUNK_BYTES = 65536
_MOST_CHUNKS = 16
_LINUX = sys.platform == "linux"


def main() -> int:
    """Start the server of the order, wait for its end and return its exit status (128 + the number of a
    signal)."""
    order = read_order(sys.stdin.buffer.read())
    log = BoundedLog(Path(order.log), order.log_bytes)
    try:
        return attend(order, log)
    except OSError as error:
        log.write(f"The launcher failed: {error}\n".encode())
        return NOT_STARTED


def attend(order: Order, log: BoundedLog) -> int:
    """Start the server and stay with it to its end, and to the end of all that it started; see `main`."""
    if order.cgroup is not None:
        Path(order.cgroup, "cgroup.procs").write_text(str(os.getpid()))
    if _LINUX:
        LibC().prctl(PR_SET_CHILD_SUBREAPER, 1)
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    connector = None if order.network is None else Connector(order.network, order.uid, writing)
    if order.mode is Mode.ACCOUNTS:
        # The flag concerns children only: this process keeps seeing the machine, the next one is the first of
        # its own.
        os.unshare(os.CLONE_NEWPID)
    child = os.fork()
    if child == 0:
        _in_child(lambda: _run_server(order, writing, connector))
    os.close(writing)
    _pass_on_signals(child, 2 if order.mode is Mode.BUBBLEWRAP else 0, order.grace_seconds)
    if connector is not None:
        connector.connect(child)
    connecting = [pid for pid in children_of(os.getpid()) if pid != child]
    status = _log_until_end(child, connecting, reading, log)
    signal.alarm(0)
    end_descendants()
    copy_available(reading, log)
    return _exit_status(status)


def copy_available(source: int, log: BoundedLog) -> bool:
    """Copy what a pipe holds, one MiB at most; False when nobody can write to it any more.

    A full disk loses lines, never the server.
    """
    for _ in range(_MOST_CHUNKS):
        try:
            chunk = os.read(source, _CHUNK_BYTES)
        except BlockingIOError:
            return True
        if not chunk:
            return False
        with suppress(OSError):
            log.write(chunk)
    return True


def children_of(pid: int) -> list[int]:
    """Direct children of a process; none where the system does not tell (`/proc/PID/task/PID/children`)."""
    try:
        return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def end_descendants() -> None:
    """Kill and reap every process that was orphaned to this one, and those that their deaths orphan in
    turn."""
    while children := children_of(os.getpid()):
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        for pid in children:
            os.waitpid(pid, 0)


def _in_child(work: Callable[[], None]) -> None:
    """Run `work`, which does not return, in a forked process; whatever goes wrong is one line in the server's
    log."""
    try:
        work()
    except BaseException as error:
        os.write(2, f"The server could not be started: {type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(NOT_STARTED)


def _run_server(order: Order, output: int, connector: Connector | None) -> None:
    os.setsid()
    nothing = os.open("/dev/null", os.O_RDONLY)
    for number, source in ((0, nothing), (1, output), (2, output)):
        os.dup2(source, number)
    os.umask(0o022)
    if order.cores:
        os.sched_setaffinity(0, order.cores)
    if order.mode is Mode.ACCOUNTS:
        _become_first_process(order, connector)
        return
    if connector is not None:
        connector.enter(LibC())
    _limit(order)
    if _LINUX:
        LibC().prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if order.mode is Mode.SINGLE:
        os.chdir(order.folder)
        if _LINUX:  # bwrap does so itself, and where it is a setuid program it must not be done before
            LibC().prctl(PR_SET_NO_NEW_PRIVS, 1)
    _execute(order)


def _become_first_process(order: Order, connector: Connector | None) -> None:
    """Be process 1 of the server's own process namespace: when it ends, the kernel ends all the others."""
    libc = LibC()
    if order.root is None or order.uid is None:
        raise ValueError("an order for an account of its own names a root folder and an account")
    os.unshare(os.CLONE_NEWNS | os.CLONE_NEWIPC)
    build_root(libc, Path(order.root), order.view)
    leave_root_account(libc, order.uid)
    if connector is not None:
        connector.enter(libc)
    # Only now: the kernel forgets this wish when a process changes its account.
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    server = os.fork()
    if server == 0:
        os.setsid()
        os.chdir(order.folder)
        _limit(order)
        _execute(order)
    _pass_on_signals(server, 0, 0)
    os._exit(_exit_status(_wait_for(server)))


def _limit(order: Order) -> None:
    for name, value in order.limits.items():
        kind: int = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (bound, bound))


def _execute(order: Order) -> None:
    if _LINUX:
        LibC().leave_session_keyring()
    for number in (
        signal.SIGTERM,
        signal.SIGALRM,
        signal.SIGINT,
        signal.SIGCHLD,
        signal.SIGPIPE,
        signal.SIGXFSZ,
    ):
        signal.signal(number, signal.SIG_DFL)
    os.execv(order.argv[0], order.argv)  # noqa: S606 a shell is what must not come in between


def _pass_on_signals(child: int, depth: int, grace_seconds: int) -> None:
    """On SIGTERM ask the server to end, `depth` generations below `child`, and kill it when its grace is
    over."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        generation = [child]
        for _ in range(depth):
            generation = [pid for parent in generation for pid in children_of(parent)]
        for pid in generation or [child]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        signal.alarm(grace_seconds)

    def kill(_number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGALRM, kill)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _exit_status(wait_status: int) -> int:
    """The status that a shell would report, since a process cannot choose to end by a signal."""
    status = os.waitstatus_to_exitcode(wait_status)
    return status if status >= 0 else 128 - status


def _log_until_end(child: int, connecting: list[int], output: int, log: BoundedLog) -> int:
    """Copy the server's output until it ends; return its wait status.

    When a process of `connecting` ends, nobody reaches the server any more, and it ends as well.

    One thread: the kernel lets a process that has chosen a process namespace for its children start no second
    one.
    """
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            while (ended := os.waitpid(-1, os.WNOHANG)) != (0, 0):
                if ended[0] == child:
                    return ended[1]
                if ended[0] in connecting:
                    log.write(b"What connects the server's network has ended, so the server ends.\n")
                    os.kill(child, signal.SIGKILL)
            ready = {key.fd for key, _ in selector.select()}
            if woken in ready:
                os.read(woken, _CHUNK_BYTES)
            if output in ready and not copy_available(output, log):
                selector.unregister(output)


def _wait_for(child: int) -> int:
    """Reap whatever ends until `child` does; return its wait status."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            return status


if __name__ == "__main__":
    sys.exit(main())
