"""Drives the real stack of one machine as a person does: `eohub` in a terminal, a browser without script."""

import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Self

import httpx2
import psutil

from eohub_hub.local import processes
from eohub_hub.local.ports import Ports, is_free, recall
from eohub_hub.local.services import Addresses
from eohub_hub.local.state import StateFolder

ROOT = Path(__file__).parents[2]
STARTED = "Stop with Ctrl-C"
"""The last line of what a start says: all before it has been printed."""

_START_SECONDS = 900.0
"""A first start downloads and compiles the users' environment."""


def free_ports(first: int = 18700) -> Ports:
    """A port for each part, in a row, that are free, also 10000 above, from `first` on."""
    count = len(fields(Ports))
    for base in range(first, first + 1000, 20):
        if all(is_free(port) and is_free(port + 10_000) for port in range(base, base + count)):
            return Ports(*range(base, base + count))
    raise AssertionError("not enough free ports in a row")


@dataclass
class LocalStack:
    """One state folder and the `eohub` commands on it."""

    state: StateFolder
    ports: Ports = field(default_factory=free_ports)
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    through: Sequence[str] = ()
    """Words before a command, such as those that take rights away from it."""
    keeper: "subprocess.Popen[bytes] | None" = None

    @property
    def output_file(self) -> Path:
        """What `eohub up` printed."""
        return self.state.root.with_name(f"{self.state.root.name}-output.txt")

    @property
    def output(self) -> str:
        """What `eohub up` printed since its last start."""
        return self.output_file.read_text("utf-8")

    @property
    def at(self) -> Addresses:
        """Where the parts are."""
        return Addresses(Ports(**recall(self.state.ports)))

    @property
    def environ(self) -> dict[str, str]:
        """The environment in which a person would call `eohub`."""
        kept = {name: os.environ[name] for name in os.environ if not name.startswith("EOHUB_")}
        ports = {f"EOHUB_LOCAL_{name.upper()}_PORT": str(port) for name, port in vars(self.ports).items()}
        return {**kept, **ports, "EOHUB_STATE_DIR": str(self.state.root), **self.settings}

    def eohub(self, *arguments: str, seconds: float = 120.0) -> "subprocess.CompletedProcess[str]":
        """Run one `eohub` command to its end."""
        command = [*self.through, sys.executable, "-m", "eohub_hub", *arguments]
        return subprocess.run(
            command, env=self.environ, capture_output=True, text=True, timeout=seconds, check=False
        )

    def up(self) -> Self:
        """Start the stack and return when it says that it runs."""
        self.begin()
        self.wait_for_output(STARTED, _START_SECONDS)
        return self

    def begin(self) -> None:
        """Start the stack and return at once."""
        with self.output_file.open("wb") as output:
            self.keeper = subprocess.Popen(
                [sys.executable, "-m", "eohub_hub", "up"],
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for_output(self, text: str, seconds: float = 60.0) -> None:
        """Return when `eohub up` has printed `text`; fails when it ends before."""
        end = time.monotonic() + seconds
        while text not in self.output:
            assert self.keeper is not None
            assert self.keeper.poll() is None, self.output[-5_000:]
            assert time.monotonic() < end, self.output[-5_000:]
            time.sleep(0.1)

    def send(self, number: signal.Signals) -> None:
        """Signal `eohub up`."""
        assert self.keeper is not None
        self.keeper.send_signal(number)

    def ended(self, seconds: float = 60.0) -> int:
        """Wait for `eohub up` to end and return its exit code."""
        assert self.keeper is not None
        return self.keeper.wait(seconds)

    def close(self) -> None:
        """Leave nothing running, whatever happened."""
        if self.keeper is not None and self.keeper.poll() is None:
            self.send(signal.SIGTERM)
            self.ended()
        if self.state.root.exists():
            self.eohub("down")

    def members(self) -> list[processes.Member]:
        """Every process of the stack, without `eohub up` itself."""
        return processes.members(self.state.instance)

    def process(self, part: str) -> psutil.Process:
        """The first process of a part: `hub`, or the name of a service."""
        found = sorted((m for m in self.members() if m.name == part), key=lambda m: m.process.create_time())
        assert found, part
        return found[0].process

    def password(self, name: str) -> str:
        """The password that `eohub up` shows for a demo account."""
        return str(json.loads((self.state.secrets / "demo_passwords.json").read_text())[name])


class Person:
    """Somebody with a browser that runs no script."""

    def __init__(self, stack: LocalStack, name: str) -> None:
        self._stack = stack
        self.name = name
        self.base = stack.at.public
        self.browser = httpx2.Client(follow_redirects=True, timeout=120.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.browser.close()

    def log_in(self, path: str = "/hub/home") -> httpx2.Response:
        """Go to a page of the hub, through the login page of the identity provider."""
        page = self.browser.get(f"{self.base}{path}")
        fields = {"username": self.name, "password": self._stack.password(self.name)}
        return self.submit(page, fields)

    def submit(self, page: httpx2.Response, fields: Mapping[str, str]) -> httpx2.Response:
        """Fill in and send the first form of `page` that is sent by POST."""
        form = re.search(r"<form[^>]*method=\"post\".*?</form>", page.text, re.S)
        assert form, page.text[:2_000]
        action = re.search(r'action="([^"]*)"', form[0])
        target = page.url.join(html.unescape(action[1])) if action else page.url
        origin = f"{target.scheme}://{target.netloc.decode()}"
        return self.browser.post(target, data=dict(fields), headers={"Origin": origin})

    def start_server(self, profile: str = "small", seconds: float = 180.0) -> None:
        """Choose a profile, press Start, and wait until JupyterLab's page is there."""
        form = self.browser.get(f"{self.base}/hub/spawn")
        self.submit(form, {"profile": profile, "environment": "eo", "server_name": ""})
        end = time.monotonic() + seconds
        while not self.has_server():
            assert time.monotonic() < end, self._stack.output[-3_000:]
            time.sleep(0.5)

    def has_server(self) -> bool:
        """Whether JupyterLab answers under this person's address."""
        page = self.browser.get(f"{self.base}/user/{self.name}/lab")
        return page.status_code == 200 and page.url.path.startswith(f"/user/{self.name}/lab")


def fresh_state(folder: Path = ROOT / "artifacts" / "stack") -> StateFolder:
    """A state folder as before the first start, but with the users' environment: making it takes minutes."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.name == "environments":
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return StateFolder(folder)
