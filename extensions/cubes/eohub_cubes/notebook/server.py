"""The person's own Jupyter server as a notebook asks it: found by its runtime files, with its own token."""

import asyncio
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, cast

import psutil
from jupyter_core.paths import jupyter_runtime_dir

from eohub_cubes.errors import NotReadable
from eohub_cubes.server.settings import ServerSettings
from eohub_toolkit.errors import EohubError, kind_of
from eohub_toolkit.http import Client
from eohub_toolkit.settings import load

_DEADLINE_SECONDS = 60.0


@dataclass(frozen=True)
class OwnServer:
    """Where the Jupyter server that started this kernel listens."""

    url: str
    token: str


def ask(path: str, body: Mapping[str, object] | None = None) -> Any:
    """GET, or POST with a body, a route of EOHub in the own server; raises what the route refuses with."""
    server = _own_server()
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(asyncio.run(_asked(server, path, body)))
        except EohubError as error:
            found.append(error)

    # A notebook has an event loop that runs already, so that the request has a thread of its own.
    thread = Thread(target=run)
    thread.start()
    thread.join()
    (answer,) = found
    if isinstance(answer, EohubError):
        raise answer
    return answer


def memory_limit() -> int | None:
    """Bytes that the own server may take in all, as it was told when it started; None: it was not."""
    return load(ServerSettings, os.environ).memory_bytes  # noqa: TID251


async def _asked(server: OwnServer, path: str, body: Mapping[str, object] | None) -> Any:
    headers = {"Authorization": f"token {server.token}"}
    async with Client(server.url, deadline_seconds=_DEADLINE_SECONDS, headers=headers) as client:
        answer = await (client.get(path) if body is None else client.post(path, json=body))
    document: Any = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    if answer.status_code < 400:
        return document
    detail = str(document.get("detail") or f"Your Jupyter server answered {answer.status_code}.")
    raise kind_of(answer.status_code)(detail, hint=document.get("hint"))


def _own_server() -> OwnServer:
    # A kernel has no settings of its own: who started it tells where it is by these.
    environ = os.environ  # noqa: TID251
    parents = [os.getppid(), *(each.pid for each in psutil.Process().parents())]
    told = {int(document.get("pid", 0)): document for document in _running(Path(jupyter_runtime_dir()))}
    document = next((told[pid] for pid in parents if pid in told), None)
    if document is None:
        raise NotReadable(
            "This notebook does not run in a Jupyter server with EOHub's catalogue.",
            hint="Search a STAC API by its address: search(catalogue='https://...').",
        )
    token = str(document.get("token") or environ.get("JUPYTERHUB_API_TOKEN", ""))
    return OwnServer(str(document["url"]), token)


def _running(folder: Path) -> Iterator[Mapping[str, Any]]:
    for path in folder.glob("jpserver-*.json"):
        try:
            yield cast(dict[str, Any], json.loads(path.read_text("utf-8")))
        except (OSError, ValueError):
            continue
