"""The real lifetime service in a process of its own, beside the hub of `hub_for_spawner`."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
from fakes.hub_for_spawner import LIFETIME_TOKEN, Hub

SAY = """
import json, os, urllib.error, urllib.request
url = os.environ["EOHUB_LIFETIME_SERVER_URL"] + "/{path}"
request = urllib.request.Request(url, json.dumps({body}).encode())
request.add_header("Authorization", "token " + os.environ["JUPYTERHUB_API_TOKEN"])
request.add_header("Content-Type", "application/json")
try:
    print(urllib.request.urlopen(request, timeout=20).read().decode())
except urllib.error.HTTPError as error:
    print(error.read().decode())
"""


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class LifetimeService:
    """The service's process; it goes by the policy of the hub's folder."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}/services/lifetime"
        self.process: subprocess.Popen[bytes] | None = None
        self._log: Path | None = None

    def start(self, hub: Hub, **settings: str) -> None:
        """Start it and wait until it answers."""
        self._log = hub.folder / "lifetime.log"
        environ = {
            "PATH": os.environ["PATH"],
            "JUPYTERHUB_API_URL": f"{hub.url}/api",
            "JUPYTERHUB_API_TOKEN": LIFETIME_TOKEN,
            "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{self.port}",
            "EOHUB_LIFETIME_SERVICE_DATABASE_URL": f"sqlite:///{hub.folder}/lifetime.sqlite",
            "EOHUB_LIFETIME_SERVICE_POLICY_FOLDER": str(hub.folder / "policy"),
            "EOHUB_LIFETIME_SERVICE_ROUND_SECONDS": "1",
            **settings,
        }
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "eohub_lifetime.service"], env=environ, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx2.get(f"{self.url}/health", timeout=5).raise_for_status()
                return
            except httpx2.HTTPError:
                assert self.process.poll() is None, self.log()
                assert time.monotonic() < deadline, self.log()
                time.sleep(0.1)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(timeout=20)

    def log(self) -> str:
        return "" if self._log is None else self._log.read_text(errors="replace")


def say(path: str, body: object) -> str:
    """Code that asks the service from inside a person's server and prints the answer."""
    return SAY.format(path=path, body=repr(body))


def audited(hub: Hub, action: str, user: str) -> list[dict[str, Any]]:
    """What the hub's audit log says of a person's servers, oldest first."""
    events = [
        json.loads(line)
        for path in sorted((hub.state / "audit").glob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]
    wanted = f"server:{user}"
    return [each for each in events if each["action"] == action and each["object"].startswith(wanted)]
