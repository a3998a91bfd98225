"""Tries a cell of the isolation matrix on a running stack, and says in words what happened."""

import asyncio
import inspect
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
from botocore.exceptions import ClientError
from integration import look_around
from integration.isolation_cells import (
    ALLOWED,
    CLOSED,
    LOGIN,
    NO_KEY,
    OUTSIDE,
    REFUSED,
    UNKNOWN,
    Api,
    Look,
    Objects,
    Outer,
    Page,
    Socket,
    Tls,
)
from integration.isolation_world import ADMIN, MEMBER, OWNER, SECRET, STRANGER, World
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from eohub_hub.local.ports import every_port
from eohub_hub.local.s3 import strangers

NAMES: Mapping[str, str | None] = {
    OUTSIDE[0]: OWNER, OUTSIDE[1]: None, OUTSIDE[2]: STRANGER, OUTSIDE[3]: MEMBER, OUTSIDE[4]: ADMIN,
    OUTSIDE[5]: ADMIN,
}  # fmt: skip
NARROW = OUTSIDE[5]
_STATUS = {
    401: "wants a login (401)",
    403: REFUSED,
    404: UNKNOWN,
    405: "not offered (405)",
}


class Asker:
    """Asks as each of the actors."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._keys: dict[str, Any] = {}

    @property
    def has_mount(self) -> bool:
        """Whether the owner's data is shown as files, which needs FUSE."""
        return os.path.ismount(f"{self._world.stack.state.root}/mounts/{OWNER}/data/mine")

    def outside(self, actor: str, ask: Outer) -> str:
        """What an actor outside of any server is answered."""
        match ask:
            case Page():
                return self._page(actor, ask)
            case Api():
                return self._api(actor, ask)
            case Socket():
                return asyncio.run(self._socket(actor, ask))
            case Objects():
                return self._objects(actor, ask)
            case Tls():
                port = getattr(self._world.stack.at.ports, ask.port) + ask.above
                return "OPEN" if strangers.open_ports([port]) else CLOSED

    def inside(self, actor: str, looks: Sequence[Look]) -> list[str]:
        """What code in an actor's notebook finds, one answer for each look."""
        places = self.places()
        wanted = [(look.kind, look.target.format(**places)) for look in looks]
        parts = (inspect.getsource(strangers), inspect.getsource(look_around))
        source = "\n".join(part.partition('if __name__ == "__main__":')[0] for part in parts)
        code = f"{source}\nprint(json.dumps([tried(*each) for each in {wanted!r}]))"
        said = self._world.run(str(NAMES[actor]), code)
        found: list[str] = json.loads(said.splitlines()[-1])
        return [in_words(answer) for answer in found]

    def places(self) -> dict[str, str]:
        """What stands in braces in the targets of looks."""
        world, at = self._world, self._world.stack.at.ports
        ports = {name: str(port) for name, port in vars(at).items()}
        grpc = {f"{name}_grpc": str(int(port) + 10_000) for name, port in ports.items() if name[:2] == "s3"}
        assert {int(port) for port in (ports | grpc).values()} == set(every_port(at)), "a port has no name"
        runtime = str(world.opened["folder"]).removeprefix("/tmp/")
        return {
            **ports, **grpc,
            "state": str(world.stack.state.root),
            "server": str(world.server_port(OWNER)),
            "opened": str(world.opened["port"]),
            "owner_pid": str(world.server_process(OWNER).pid),
            "hub_pid": str(world.stack.process("hub").pid),
            "runtime": f"{world.stack.state.root}/servers/{OWNER}/tmp/{runtime}",
        }  # fmt: skip

    def _headers(self, actor: str) -> dict[str, str]:
        if actor == NARROW:
            return {"Authorization": f"token {self._world.narrow_token}"}
        name = NAMES[actor]
        return {} if name is None else self._world.headers(name)

    def _page(self, actor: str, ask: Page) -> str:
        url = f"{self._world.stack.at.public}{ask.path}"
        name = NAMES[actor]
        if name is None or actor == NARROW:
            with httpx2.Client(headers=self._headers(actor), follow_redirects=True, timeout=120) as client:
                return self._in_words(client.get(url))
        return self._in_words(self._world.people[name].browser.get(url))

    def _api(self, actor: str, ask: Api) -> str:
        at = self._world.stack.at.ports
        port = self._world.server_port(OWNER) if ask.port == "server" else getattr(at, ask.port)
        path = ask.path.format(me=NAMES[actor] or OWNER)
        headers = {} if ask.port == "s3" else self._headers(actor)
        if ask.port == "identity":
            headers = {name: value.replace("token", "Bearer", 1) for name, value in headers.items()}
        answer = httpx2.request(
            ask.method, f"http://127.0.0.1:{port}{path}", headers=headers, json=ask.body, timeout=120
        )
        return self._in_words(answer)

    def _in_words(self, answer: httpx2.Response) -> str:
        """What an answer means; fails where one that is no success holds the secret."""
        at = self._world.stack.at.ports
        location = answer.headers.get("location", "")
        if answer.url.port == at.identity and answer.request.method == "GET" and answer.is_success:
            return LOGIN
        if answer.is_redirect and "/hub/" in location:
            return LOGIN
        assert answer.is_success or SECRET not in answer.text
        if answer.url.path.endswith("/users/owner") and answer.is_success:
            return "OPEN" if answer.json().get("auth_state") else "not shown"
        if "already running" in answer.text:
            return f"runs already ({answer.status_code})"
        return in_words(str(answer.status_code))

    async def _socket(self, actor: str, ask: Socket) -> str:
        path = ask.path.format(kernel=self._world.kernels[OWNER])
        url = f"{self._world.stack.at.public.replace('http', 'ws', 1)}{path}"
        try:
            connection = await websocket_connect(HTTPRequest(url, headers=self._headers(actor)))
        except HTTPClientError as error:
            return in_words(str(error.code))
        connection.close()
        return ALLOWED

    def _objects(self, actor: str, ask: Objects) -> str:
        if actor not in self._keys:
            self._keys[actor] = self._client(actor)
        s3 = self._keys[actor]
        if s3 is None:
            return NO_KEY
        where = {"Bucket": ask.bucket}
        try:
            match ask.act:
                case "get":
                    assert s3.get_object(**where, Key=ask.key)["Body"].read().decode() == SECRET
                case "put":
                    s3.put_object(**where, Key=ask.key, Body=b"x")
                case _:
                    assert s3.list_objects_v2(**where, Prefix=ask.key)["KeyCount"] >= 1
        except ClientError as error:
            return in_words(str(error.response["ResponseMetadata"]["HTTPStatusCode"]))
        return ALLOWED

    def _client(self, actor: str) -> Any:
        """A client of S3 with the actor's own keys; None for whom the storage service refuses."""
        if NAMES[actor] is None:
            return self._world.s3()
        url = f"{self._world.stack.at.public}/services/storage/credentials"
        answer = httpx2.post(url, headers=self._headers(actor), timeout=60)
        if answer.status_code == 403:
            return None
        keys = answer.raise_for_status().json()
        return self._world.s3_with(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def in_words(answer: str) -> str:
    """What an HTTP status means; other words stay as they are."""
    status = answer.partition(" ")[0]
    if not status.isdigit() or len(status) != 3:
        return answer
    return ALLOWED if status.startswith("2") else _STATUS.get(int(status), f"status {status}")
