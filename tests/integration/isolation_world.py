"""One running stack with people who may try each other's things: an owner, a member of the same group,
another user and an administrator, each with a running server of their own."""

import asyncio
import json
import shutil
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import httpx2
import psutil
from botocore import UNSIGNED
from botocore.config import Config
from integration.kernel_calls import printed
from integration.local_stack import ROOT, LocalStack, Person, fresh_state

from eohub_hub.accounts import generate_password, new_account, write_accounts
from eohub_hub.local.s3.admin import REGION, read_admin_keys
from eohub_hub.local.secret_store import Secret, read_secret
from eohub_hub.local.state import StateFolder
from eohub_hub.spawner.mounts.tool import find_mount_tool

OWNER, MEMBER, STRANGER, ADMIN = "owner", "member", "stranger", "admin"
GROUPS = {OWNER: "/oceans", MEMBER: "/oceans", STRANGER: "/ice", ADMIN: "/platform/admin"}
SECRET = "what only its owner may read"
FILE = "private.txt"
"""Holds the secret in the owner's home folder, in their prefix, and in that of their group."""

_MOUNT = "name: mine\ntitle: My bucket\nbucket: users\nprefix: '{user}/'\naccess: read-write\n"
_OPENED = """
import json, os, socket, threading
def answer(listener):
    while True:
        connection, _ = listener.accept()
        connection.sendall(b"open")
        connection.close()
port = socket.create_server(("127.0.0.1", 0))
abstract, named = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
abstract.bind("\\0eohub-isolation")
named.bind("/tmp/isolation.sock")
for listener in (abstract, named):
    listener.listen()
for listener in (port, abstract, named):
    threading.Thread(target=answer, args=(listener,), daemon=True).start()
print(json.dumps({"port": port.getsockname()[1], "folder": os.environ["JUPYTER_RUNTIME_DIR"]}))
"""
"""What the owner's notebook leaves open: a port, an abstract socket and one with a path."""


@dataclass
class World:
    """The stack while everybody's server runs."""

    stack: LocalStack
    tokens: dict[str, str] = field(default_factory=dict[str, str])
    narrow_token: str = ""
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    kernels: dict[str, str] = field(default_factory=dict[str, str])
    opened: dict[str, Any] = field(default_factory=dict[str, Any])

    def prepare(self) -> None:
        """Make the people, and a policy with a mount."""
        state = self.stack.state
        state.prepare()
        passwords = {name: generate_password() for name in GROUPS}
        write_accounts(
            state.root / "identity" / "accounts.json",
            [
                new_account(name, name=name.title(), groups=[group], password=passwords[name])
                for name, group in GROUPS.items()
            ],
        )
        (state.secrets / "demo_passwords.json").write_text(json.dumps(passwords))
        policy = state.root.with_name(f"{state.root.name}-policy")
        shutil.rmtree(policy, ignore_errors=True)
        site = ROOT / "spawner_profiles"
        shutil.copytree(site / "profiles", policy / "profiles")
        shutil.copy(site / "policy.yaml", policy)
        (policy / "mounts").mkdir()
        (policy / "mounts" / "mine.yaml").write_text(_MOUNT)
        self.stack.settings = {"EOHUB_HUB_POLICY_FOLDER": str(policy)}

    def fill(self) -> None:
        """Log everybody in, give the owner something to lose, and start the servers."""
        for name in GROUPS:
            self.people[name] = person = Person(self.stack, name)
            person.log_in()
            self.tokens[name] = self.new_token(person)
        self.narrow_token = self.new_token(self.people[ADMIN], scopes=["read:users:name!user"])
        keys = read_admin_keys(self.stack.state.secrets / "s3_admin.json")
        s3 = self.s3_with(keys.access_key_id, keys.secret_access_key)
        for bucket, prefix in (("users", OWNER), ("groups", "oceans")):
            s3.put_object(Bucket=bucket, Key=f"{prefix}/{FILE}", Body=SECRET.encode())
        with ThreadPoolExecutor() as pool:
            list(pool.map(self.start, GROUPS))
        # It says so once it has reported for the first time.
        self.wait_for(OWNER, "eohub/lifetime/status")
        self.put_file(OWNER, FILE, SECRET)
        self.opened = json.loads(self.run(OWNER, _OPENED))

    def new_token(self, person: Person, **wanted: object) -> str:
        """A token that the person makes on the hub's page."""
        guard = next(
            cookie.value
            for cookie in person.browser.cookies.jar
            if cookie.name == "_xsrf" and "/hub" in cookie.path
        )
        made = person.browser.post(
            f"{person.base}/hub/api/users/{person.name}/tokens",
            json={"note": "isolation", **wanted},
            headers={"X-XSRFToken": str(guard), "Sec-Fetch-Mode": "cors"},
        )
        assert made.status_code == 201, made.text
        return str(made.json()["token"])

    def headers(self, name: str) -> dict[str, str]:
        """How a person's program says who it is."""
        return {"Authorization": f"token {self.tokens[name]}"}

    def api(self, name: str, method: str, path: str, **options: Any) -> httpx2.Response:
        """What the public address answers to a person's program."""
        headers = self.headers(name)
        return httpx2.request(
            method, f"{self.stack.at.public}{path}", headers=headers, timeout=120, **options
        )

    def start(self, name: str) -> None:
        """Start a person's server, with their data as files where that works here, and wait for it."""
        wanted: dict[str, object] = {"profile": "small", "environment": "eo"}
        if self.mounts and name == OWNER:
            wanted["mounts"] = ["mine"]
        asked = self.api(name, "POST", f"/hub/api/users/{name}/server", json=wanted)
        assert asked.status_code in (201, 202), asked.text
        self.wait_for(name, "api/status")
        made = self.api(name, "POST", f"/user/{name}/api/kernels", json={"name": "python3"})
        self.kernels[name] = str(made.raise_for_status().json()["id"])

    def wait_for(self, name: str, path: str) -> None:
        """Return when a person's server answers an address of its own."""
        end = time.monotonic() + 180
        while self.api(name, "GET", f"/user/{name}/{path}").status_code != 200:
            assert time.monotonic() < end, self.stack.output[-3_000:]
            time.sleep(0.5)

    def run(self, name: str, code: str) -> str:
        """What code prints in a notebook of a person."""
        address = f"{self.stack.at.public}/user/{name}/"
        return asyncio.run(printed(address, self.headers(name), self.kernels[name], code))

    def put_file(self, name: str, path: str, text: str) -> None:
        """Save a file in a person's home folder as the Lab does."""
        body = {"type": "file", "format": "text", "content": text}
        self.api(name, "PUT", f"/user/{name}/api/contents/{path}", json=body).raise_for_status()

    @cached_property
    def mounts(self) -> bool:
        """Whether data can be shown as files here."""
        return not isinstance(find_mount_tool(), str)

    def s3(self) -> Any:
        """A client of S3 without keys."""
        return boto3.client(
            "s3",
            endpoint_url=self.stack.at.s3,
            region_name=REGION,
            config=Config(signature_version=UNSIGNED),
        )

    def s3_with(self, access: str, secret: str, session: str | None = None) -> Any:
        """A client of S3 with keys."""
        return boto3.client(
            "s3",
            endpoint_url=self.stack.at.s3,
            region_name=REGION,
            aws_access_key_id=access,
            aws_secret_access_key=secret,
            aws_session_token=session,
        )

    def server_process(self, name: str) -> psutil.Process:
        """The process of a person's server, as the machine sees it."""
        for process in psutil.process_iter():
            try:
                is_server = any(word.endswith("jupyterhub-singleuser") for word in process.cmdline()[:3])
                marks = process.environ() if is_server else {}
            except psutil.Error:
                continue
            if (marks.get("EOHUB_INSTANCE"), marks.get("EOHUB_SERVER")) == (self.stack.state.instance, name):
                return process
        raise AssertionError(f"no server of {name} runs")

    def server_port(self, name: str) -> int:
        """The port of a person's server, past the proxy."""
        routes = httpx2.get(
            f"http://127.0.0.1:{self.stack.at.ports.proxy_api}/api/routes",
            headers={"Authorization": f"token {read_secret(self.stack.state.secrets, Secret.PROXY)}"},
        ).json()
        return int(routes[f"/user/{name}"]["target"].rsplit(":", 1)[1])

    def close(self) -> None:
        """Leave nothing running."""
        for person in self.people.values():
            person.browser.close()
        self.stack.close()


@contextmanager
def running_world(folder: Path = ROOT / "artifacts" / "stack") -> Generator[World]:
    """The world in a state folder of its own; prints what the stack said at the end."""
    world = World(LocalStack(StateFolder(fresh_state(folder).root)))
    try:
        world.prepare()
        world.stack.up()
        world.fill()
        yield world
    finally:
        world.close()
        print(world.stack.output[-5_000:])
