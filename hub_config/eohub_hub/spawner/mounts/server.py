"""The mounts of one server as the hub starts and ends them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from eohub_hub.isolation.order import Mode
from eohub_hub.spawner.aws_config import aws_config_text
from eohub_hub.spawner.home import private_folder, replace_file
from eohub_hub.spawner.mounts.command import Access, mount_command, mount_environment
from eohub_hub.spawner.mounts.keeper import DRAIN_SECONDS, END_SECONDS
from eohub_hub.spawner.mounts.kernel import current_points, detach
from eohub_hub.spawner.mounts.order import KeeperOrder, Mounted, MountState, read_status
from eohub_hub.spawner.mounts.tool import MountTool
from eohub_hub.spawner.process import started_at
from eohub_profiles.decision import MountPlan

KEEPER = (sys.executable, "-I", "-m", "eohub_hub.spawner.mounts.keeper")
READY_SECONDS = 15.0
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class ServerMounts:
    """Where the mounts of one server lie: its own folder in the hub's state, shown to it as ~/data."""

    tool: MountTool
    folder: Path
    status_file: Path

    @property
    def root(self) -> Path:
        """What the server sees as ~/data; nothing below it is ever removed but by unmounting."""
        return self.folder / "data"

    @property
    def pid_file(self) -> Path:
        """Names the keeper by number and start, so that a hub that was restarted finds it and no other."""
        return self.folder / "keeper.pid"

    def order(
        self, plans: Sequence[MountPlan], access: Access, environment: Mapping[str, str], *, shared: bool
    ) -> KeeperOrder:
        """What the keeper has to do for these plans."""
        return KeeperOrder(
            root=str(self.root),
            mounts=tuple(self._mounted(plan, access) for plan in plans),
            status_file=str(self.status_file),
            log=str(self.folder / "rclone.log"),
            shared=shared,
            environment={**environment, "FUSERMOUNT": str(self.tool.fusermount)},
        )

    def prepare(self, plans: Sequence[MountPlan], s3_url: str, region: str) -> None:
        """Make the folders and take away what a hub that died has left mounted; raises OSError, Conflict.

        What a server sees of them is the hub's: where the person has another account, nobody can put anything
        in the place of a mount that is not there yet, or not any more.
        """
        self.clear()
        private_folder(self.folder)
        private_folder(self.root, mode=0o755)
        for left in self.root.iterdir():
            with suppress(OSError):
                left.rmdir()
        for plan in plans:
            private_folder(self._working(plan))
            private_folder(self.root / plan.name, mode=0o755)
        text = aws_config_text(s3_url, region, str(self.tool.credentials))
        replace_file(self.folder / "aws-config", text)

    def environment(self, s3_url: str, region: str, marks: Mapping[str, str]) -> dict[str, str]:
        """All variables of rclone and of the command that gives it keys: `marks`, with the server's token."""
        path = f"{self.tool.fusermount.parent}:/usr/bin:/bin"
        ours = mount_environment(s3_url, region, self.folder / "aws-config", self.folder)
        return {"PATH": path, "LANG": "C.UTF-8", **ours, **marks}

    def start(self, order: KeeperOrder) -> list[MountState]:
        """Start the keeper and wait until each mount is there, has failed, or the time is over; blocks."""
        keeper = subprocess.Popen(
            KEEPER, env=order.environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        if keeper.stdin is not None:
            with suppress(BrokenPipeError), keeper.stdin as given:
                given.write(order.dump())
        self.pid_file.write_text(f"{keeper.pid} {started_at(keeper.pid)}")
        until = time.monotonic() + READY_SECONDS
        states = read_status(self.status_file)
        while time.monotonic() < until and keeper.poll() is None:
            states = read_status(self.status_file)
            if states and all(each.state != "mounting" for each in states):
                break
            time.sleep(_LOOK_SECONDS)
        return states or [MountState(each.name, each.title, "failed", "") for each in order.mounts]

    def stop(self) -> None:
        """Have the keeper write what is left, unmount and end; then see that nothing is mounted. Blocks."""
        keeper = self._keeper()
        if keeper is not None:
            with suppress(psutil.Error):
                keeper.send_signal(signal.SIGTERM)
            with suppress(psutil.TimeoutExpired):
                keeper.wait(DRAIN_SECONDS + 2 * END_SECONDS)
        self.clear()
        self.pid_file.unlink(missing_ok=True)

    def clear(self) -> None:
        """Take away every mount below the root, dead or not."""
        for point in current_points(str(self.root)):
            detach(point, str(self.tool.fusermount))

    def _working(self, plan: MountPlan) -> Path:
        """Where the rclone of a mount runs; a mount may be called as what lies beside it."""
        return self.folder / "rclone" / plan.name

    def _mounted(self, plan: MountPlan, access: Access) -> Mounted:
        folder = self._working(plan)
        point = self.root / plan.name
        command = mount_command(self.tool.rclone, plan, point, folder / "cache", access)
        return Mounted(plan.name, plan.title, str(point), command, str(folder), plan.read_only)

    def _keeper(self) -> psutil.Process | None:
        with suppress(OSError, ValueError, psutil.Error):
            number, started = self.pid_file.read_text().split(" ", 1)
            if started_at(int(number)) == started:
                return psutil.Process(int(number))
        return None


def obstacle_in_home(home: Path, root: Path) -> str | None:
    """Why ~/data cannot show mounts: what a person keeps there would be hidden by them. A link to `root`,
    where they lie, is ours."""
    folder = home / "data"
    if folder.is_symlink() and folder.readlink() == root:
        return None
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        return "Your ~/data is no folder. Rename it, then start the server again."
    if folder.is_dir() and any(os.scandir(folder)):
        return "Your folder ~/data holds files of its own. Rename it, then start the server again."
    return None


def access_of(mode: Mode, uid: int | None) -> Access:
    """Whose the files are: the server's account, which is not rclone's where each person has one."""
    return Access(os.getuid() if uid is None else uid, others=mode is Mode.ACCOUNTS)
