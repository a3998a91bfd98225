"""Keeps the mounts of one server: `python -I -m eohub_hub.spawner.mounts.keeper`, an order on standard input.

It runs beside the server and outside its walls for as long as the server lives, so that a restart of the hub
changes nothing: it starts one rclone for each mount, mounts again what has died, says in a file how each is,
and on SIGTERM waits for what is not yet written, then unmounts.

Standard library only, and little of it: this is resident once per running server with mounts.
"""

import ctypes
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from eohub_hub.spawner.mounts.kernel import current_points, detach, share
from eohub_hub.spawner.mounts.order import KeeperOrder, Mounted, MountState, read_order, write_status

LOOK_SECONDS = 0.5
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0
LASTED_SECONDS = 60.0
"""A mount that lived so long has the right to a quick second start."""
DRAIN_SECONDS = 20.0
"""What rclone has not written by then stays in its cache and is written when the server is started again."""
END_SECONDS = 5.0
_QUIET_LOOKS = 2
_PR_SET_PDEATHSIG = 1
_LOG_BYTES = 1 << 20


class Kept:
    """One mount with its process; mounted again, later each time, when that ends."""

    def __init__(self, mounted: Mounted, order: KeeperOrder) -> None:
        self.mounted = mounted
        self._order = order
        self._process: subprocess.Popen[bytes] | None = None
        self._pause = FIRST_PAUSE_SECONDS
        self._started = self._not_before = 0.0
        self._fusermount = order.environment.get("FUSERMOUNT", "fusermount3")
        self.state = MountState(mounted.name, mounted.title, "mounting")

    def look(self, now: float) -> None:
        """See how the mount is, and start it where it is not there and its pause is over."""
        process = self._process
        if process is not None and process.poll() is None:
            if self.state.state != "mounted" and self.mounted.point in current_points(self.mounted.point):
                self._say("mounted", "")
            return
        if process is not None:
            if now - self._started > LASTED_SECONDS:
                self._pause = FIRST_PAUSE_SECONDS
            self._process = None
            self._fail(now, "It has ended and is mounted again in a moment.")
        if now >= self._not_before:
            try:
                self._start(now)
            except (OSError, subprocess.SubprocessError) as error:
                why = getattr(error, "strerror", None) or type(error).__name__
                self._fail(now, f"It cannot be mounted now ({why}) and is tried again.")

    def drain(self) -> bool:
        """Whether nothing is waiting to be written to S3; also where rclone does not say."""
        if self.mounted.read_only or self._process is None or self._process.poll() is not None:
            return True
        cache = asked(Path(self.mounted.folder), "vfs/stats").get("diskCache")
        waiting = ("uploadsInProgress", "uploadsQueued")
        return not isinstance(cache, dict) or not any(cache.get(name) for name in waiting)

    def end(self) -> None:
        """End rclone, which unmounts, and take away what it leaves."""
        process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._clear()

    def _start(self, now: float) -> None:
        self._clear()
        self._started = now
        (Path(self.mounted.folder) / "rc.sock").unlink(missing_ok=True)
        with open(self._order.log, "ab") as log:
            # A log that has grown large begins anew; what rclone says of one mount is little.
            if log.tell() > _LOG_BYTES:
                log.truncate(0)
            self._process = subprocess.Popen(
                self.mounted.command, cwd=self.mounted.folder, env=self._order.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_end_with_parent,
            )  # fmt: skip

    def _fail(self, now: float, detail: str) -> None:
        self._not_before = now + self._pause
        self._pause = min(LONGEST_PAUSE_SECONDS, self._pause * 2)
        self._say("failed", detail)

    def _clear(self) -> None:
        for point in current_points(self.mounted.point):
            detach(point, self._fusermount)

    def _say(self, state: str, detail: str) -> None:
        self.state = MountState(self.mounted.name, self.mounted.title, state, detail)


class Local(http.client.HTTPConnection):
    """HTTP to the socket `rc.sock` in a folder, however long the folder's path is."""

    def __init__(self, folder: Path) -> None:
        super().__init__("localhost", timeout=2)
        self._folder = folder

    def connect(self) -> None:
        """Reach the socket by the folder's descriptor: the path of a socket has 107 bytes at most."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(2)
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.sock.connect(f"/proc/self/fd/{descriptor}/rc.sock")
        finally:
            os.close(descriptor)


def asked(folder: Path, call: str) -> dict[str, object]:
    """What the rclone of a folder answers to a call; nothing where it does not."""
    connection = Local(folder)
    try:
        connection.request("POST", f"/{call}", b"{}", {"Content-Type": "application/json"})
        found: object = json.loads(connection.getresponse().read(65_536))
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()
    return found if isinstance(found, dict) else {}


def main() -> int:
    """Keep the mounts of the order until SIGTERM; 1 where the mount root cannot be prepared."""
    order = read_order(sys.stdin.buffer.read())
    kept = [Kept(mounted, order) for mounted in order.mounts]
    ending: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        ending.append(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    status = Path(order.status_file)
    if order.shared:
        share(order.root)
    said: list[MountState] = []
    while not ending:
        for each in kept:
            each.look(time.monotonic())
        states = [each.state for each in kept]
        if states != said:
            # The folder goes when the server has ended; the mounts still have to be taken away.
            with suppress(OSError):
                write_status(status, states)
            said = states
        time.sleep(LOOK_SECONDS)
    _drain(kept)
    for each in kept:
        each.end()
    for point in current_points(order.root):
        detach(point, order.environment.get("FUSERMOUNT", "fusermount3"))
    return 0


def _drain(kept: list[Kept]) -> None:
    # Twice: the kernel tells rclone a moment later that a file was closed, and only then does it wait.
    until, quiet = time.monotonic() + DRAIN_SECONDS, 0
    while time.monotonic() < until and quiet < _QUIET_LOOKS:
        quiet = quiet + 1 if all(each.drain() for each in kept) else 0
        time.sleep(LOOK_SECONDS)


def _end_with_parent() -> None:
    # A keeper that is itself killed takes its mounts with it: SIGTERM is what makes rclone unmount.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
