"""Keeps SeaweedFS in the foreground: proves that its inner ports are closed, and ends it in bounded time.

A script of its own that imports the standard library only, so that the process that stays beside
SeaweedFS costs 10 MB. Usage: python -I -S supervise.py PORTS COMMAND..., PORTS being the S3 port and
then the inner ones, with commas.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

START_SECONDS = 60.0
"""How long SeaweedFS may take to listen on all its ports (an unclean end is repaired first)."""

STOP_SECONDS = 3.0
"""SeaweedFS waits 15 s and more for streams to its own parts; it ends without loss when killed."""

_LOOPBACK = "127.0.0.1"
_PR_SET_PDEATHSIG = 1
_SOCKETS = Path("/tmp")  # noqa: S108
"""Where SeaweedFS makes a socket for each port of its parts, whatever TMPDIR says, and leaves it."""


def main(arguments: Sequence[str]) -> int:
    """Run the command until it ends; 1 when an inner port is open, else the command's exit code."""
    ports = [int(port) for port in arguments[0].split(",")]
    weed = subprocess.Popen(arguments[1:], preexec_fn=_end_with_parent)

    def stop(signal_number: int, frame: FrameType | None) -> None:
        raise SystemExit

    for signal_number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signal_number, stop)
    try:
        return weed.wait() if _started(weed, ports[0], ports[1:]) else 1
    except SystemExit:
        return 0
    finally:
        end(weed)
        _remove_sockets(ports)


def end(weed: "subprocess.Popen[bytes]") -> None:
    """Ask SeaweedFS to end, and kill it after STOP_SECONDS."""
    # A second signal from an impatient supervisor must not interrupt the ending.
    for signal_number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signal_number, signal.SIG_IGN)
    weed.terminate()
    try:
        weed.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        weed.kill()
        weed.wait()


def _started(weed: "subprocess.Popen[bytes]", s3_port: int, inner_ports: Sequence[int]) -> bool:
    # Each port is tried as soon as it listens: with one of them open the others may never come up.
    until = time.monotonic() + START_SECONDS
    waiting = {s3_port, *inner_ports}
    while waiting and time.monotonic() < until:
        if weed.poll() is not None:
            # It has said why; its exit code is passed on.
            return True
        listening = {port for port in waiting if _listens(port)}
        if not _closed(sorted(listening - {s3_port})):
            return False
        waiting -= listening
        time.sleep(0.2)
    if waiting:
        sys.stderr.write(f"S3 is stopped: its port {min(waiting)} did not open in {START_SECONDS:g} s.\n")
    return not waiting


def _remove_sockets(ports: Sequence[int]) -> None:
    for port in ports:
        for path in _SOCKETS.glob(f"seaweedfs-*-{port}.sock"):
            if path.stat(follow_symlinks=False).st_uid == os.getuid():
                path.unlink(missing_ok=True)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((_LOOPBACK, port)) == 0


def _closed(ports: Sequence[int]) -> bool:
    if not ports:
        return True
    # In a process of its own: the TLS library would stay in memory for good.
    script = Path(__file__).with_name("strangers.py")
    return subprocess.run([sys.executable, "-I", "-S", script, *map(str, ports)], check=False).returncode == 0


def _end_with_parent() -> None:
    # Linux only: a supervisor killed with SIGKILL takes SeaweedFS with it instead of leaving its ports taken.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
