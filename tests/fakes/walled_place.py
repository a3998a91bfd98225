"""A state folder as a hub keeps it, and people's servers started in it within the walls of this machine."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.user_environment import make_user_environment

from eohub_hub.isolation.network import NetworkTool, asks_itself, name_servers
from eohub_hub.isolation.network_probe import RESOLVER
from eohub_hub.isolation.order import Mode, Network, Order
from eohub_hub.isolation.probe import LAUNCHER, Walls
from eohub_hub.isolation.walls import Folders
from eohub_hub.spawner.home import account_files, private_folder

ROOT = os.geteuid() == 0
MODE = Mode.ACCOUNTS if ROOT else Mode.BUBBLEWRAP
"""The best walls that this account can have."""
FIRST_UID = 70_000
SECRET = "a secret that no server may read"


@dataclass
class Place:
    """A state folder with what a hub keeps in it, and two people."""

    state: Path
    environment: Path

    @property
    def walls(self) -> Walls:
        return Walls(self.state, FIRST_UID)

    def folders(self, name: str, number: int) -> Folders:
        uid = self.walls.uid(MODE, number)
        own = self.state / "servers" / name
        folders = Folders(
            state=self.state,
            environment=self.environment,
            home=private_folder(self.state / "homes" / name, uid),
            temporary=private_folder(own / "tmp", uid),
            facts=private_folder(own / "facts", mode=0o755),
        )
        private_folder(self.state / "servers" / "root")
        account_files(folders.facts, name, os.getuid() if uid is None else uid, folders.home)
        return folders

    def order(
        self,
        *code: str,
        name: str = "alice",
        number: int = 1,
        mode: Mode = MODE,
        network: Network | None = None,
    ) -> Order:
        """The order for Python code as the server of a person."""
        folders = self.folders(name, number)
        command = (f"{self.environment}/bin/python", "-I", "-c", *code)
        log = self.log(name)
        return self.walls.order(
            mode, folders, command, number=number, memory_bytes=1 << 30, log=log, network=network
        )

    def log(self, name: str) -> Path:
        return private_folder(self.state / "logs") / f"{name}.log"

    def run(self, order: Order) -> tuple[int, str]:
        """Run to the end; its exit status and what it printed."""
        Path(order.log).unlink(missing_ok=True)
        done = subprocess.run(LAUNCHER, input=order.dump(), env={"LANG": "C.UTF-8"}, timeout=60, check=False)
        return done.returncode, Path(order.log).read_text()


@contextmanager
def new_place() -> Generator[Place]:
    """A place with secrets of a hub in it."""
    # Not pytest's own folder: its parents are another account's where the tests run as one.
    with tempfile.TemporaryDirectory(prefix="eohub-walls-") as folder:
        state = private_folder(Path(folder) / "state")
        (private_folder(state / "secrets") / "key").write_text(SECRET)
        (private_folder(state / "hub") / "jupyterhub.sqlite").write_text(SECRET)
        yield Place(state, make_user_environment(state / "environments" / "eo"))


def network_here() -> NetworkTool | str:
    """What connects servers with networks of their own on this machine; else why there are none."""
    program, device = shutil.which("pasta"), Path("/dev/net/tun")
    if program is None or not device.exists():
        return "pasta (package passt) or /dev/net/tun is not there"
    if device.stat().st_mode & 0o006 != 0o006:
        return "/dev/net/tun is not open to ordinary accounts"
    return NetworkTool(program, asks_itself(name_servers(RESOLVER.read_text())))


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def wait_until(condition: Any, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def read_log(path: Path) -> str:
    """What a log holds, nothing where there is none yet."""
    return path.read_text() if path.exists() else ""
