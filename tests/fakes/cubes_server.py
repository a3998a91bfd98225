"""A loopback object server: ranges, ETags and S3's listing, with added latency; it counts what it is asked.

Run as a program it serves a folder until its input ends: `cubes_server.py FOLDER LATENCY_SECONDS`.
"""

import asyncio
import hashlib
import json
import re
import sys
import threading
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import override
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_OWN = frozenset({"/_/counts", "/_/reset"})
DATED = "Wed, 21 Oct 2015 07:28:00 GMT"


@dataclass(frozen=True)
class Asked:
    """One request; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What is answered; a `cut` one declares its whole length and ends in the middle, and one whose
    `Content-Length` is empty tells none."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    cut: bool = False


@dataclass
class Counts:
    """What was asked since the last reset; `rounds` is the longest chain of requests of which each was sent
    after the one before was answered."""

    requests: int = 0
    bytes_sent: int = 0
    rounds: int = 0
    most_at_once: int = 0
    at_once: int = 0


class ObjectServer:
    """Objects by path, from memory or a folder. `answers` may answer in place of it."""

    def __init__(self, folder: Path | None = None, latency_seconds: float = 0.0) -> None:
        self.objects: dict[str, bytes] = {}
        self.answers: Callable[[Asked], Reply | None] = lambda asked: None
        self.asked: list[Asked] = []
        self.counts = Counts()
        self.latency_seconds = latency_seconds
        self._folder = folder
        self._answered_round = 0
        self.connections = set[asyncio.Transport]()

    def reset(self) -> None:
        """Forget what was asked."""
        self.asked.clear()
        self.counts = Counts()
        self._answered_round = 0

    @property
    def paths(self) -> Counter[str]:
        """How often each path was asked for."""
        return Counter(each.path for each in self.asked)

    def arrived(self, asked: Asked) -> int:
        """Count a request; returns the round it belongs to."""
        self.asked.append(asked)
        counts, round_ = self.counts, self._answered_round + 1
        counts.requests += 1
        counts.at_once += 1
        counts.most_at_once = max(counts.most_at_once, counts.at_once)
        counts.rounds = max(counts.rounds, round_)
        return round_

    def left(self, round_: int, size: int) -> None:
        """Count an answer."""
        self.counts.at_once -= 1
        self.counts.bytes_sent += size
        self._answered_round = max(self._answered_round, round_)

    def reply(self, asked: Asked) -> Reply:
        """Answer as S3 and web servers do."""
        if asked.path == "/_/reset":
            self.reset()
        if asked.path in _OWN:
            return Reply(200, body=json.dumps(vars(self.counts)).encode())
        given = self.answers(asked)
        if given is not None:
            return given
        if "list-type" in asked.query:
            return self._listing(asked)
        if asked.method == "PUT":
            return self.put(asked)
        if asked.method == "POST" and "delete" in asked.query:
            keys = re.findall(r"<Key>(.*?)</Key>", asked.body.decode())
            for key in keys:
                self.objects.pop(f"{asked.path.rstrip('/')}/{key}", None)
            told = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            return Reply(200, body=f"<DeleteResult>{told}</DeleteResult>".encode())
        body = self._body(asked.path)
        if body is None:
            return Reply(404, body=b"<Error><Code>NoSuchKey</Code></Error>")
        tag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        headers = {"ETag": tag, "Last-Modified": DATED, "Accept-Ranges": "bytes"}
        if asked.headers.get("if-match", tag) != tag:
            return Reply(412)
        wanted = asked.headers.get("range", "").removeprefix("bytes=")
        if not wanted:
            return Reply(200, headers, body)
        first, _, last = wanted.partition("-")
        start = int(first) if first else max(len(body) - int(last), 0)
        stop = min(int(last) + 1, len(body)) if first and last else len(body)
        if start >= len(body):
            return Reply(416, {"Content-Range": f"bytes */{len(body)}"})
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(body)}"
        return Reply(206, headers, body[start:stop])

    def put(self, asked: Asked) -> Reply:
        """Keep an object, unless it may only be the first there."""
        if asked.path in self.objects and asked.headers.get("if-none-match") == "*":
            return Reply(412, body=b"<Error><Code>PreconditionFailed</Code></Error>")
        self.objects[asked.path] = asked.body
        return Reply(200, {"ETag": f'"{hashlib.md5(asked.body, usedforsecurity=False).hexdigest()}"'})

    def _body(self, path: str) -> bytes | None:
        if path in self.objects:
            return self.objects[path]
        if self._folder is not None:
            found = self._folder / path.lstrip("/")
            return found.read_bytes() if found.is_file() else None
        return None

    def _listing(self, asked: Asked) -> Reply:
        bucket = asked.path.strip("/")
        prefix = asked.query.get("prefix", [""])[0]
        keys = [path.removeprefix(f"/{bucket}/") for path in self._paths() if path.startswith(f"/{bucket}/")]
        below = [key[len(prefix) :] for key in keys if key.startswith(prefix)]
        folders = sorted({each.partition("/")[0] for each in below if "/" in each})
        if "delimiter" in asked.query:
            keys = [prefix + each for each in below if "/" not in each]
        else:
            folders = []
        found = "".join(
            f"<CommonPrefixes><Prefix>{escape(prefix + each)}/</Prefix></CommonPrefixes>" for each in folders
        )
        found += "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>1</Size><ETag>&quot;a&quot;</ETag>"
            "<LastModified>2015-10-21T07:28:00.000Z</LastModified></Contents>"
            for key in sorted(keys)
            if key.startswith(prefix)
        )
        text = f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>"
        return Reply(200, {"Content-Type": "application/xml"}, text.encode())

    def _paths(self) -> list[str]:
        folder = self._folder
        files = [] if folder is None else [p for p in folder.rglob("*") if p.is_file()]
        return [*self.objects, *(f"/{p.relative_to(folder).as_posix()}" for p in files if folder)]


class _Connection(asyncio.Protocol):
    def __init__(self, server: ObjectServer) -> None:
        self._server = server
        self._came = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections.add(transport)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self._transport)

    @override
    def data_received(self, data: bytes) -> None:
        self._came += data
        while (end := self._came.find(b"\r\n\r\n")) >= 0:
            lines = self._came[:end].decode("latin-1").split("\r\n")
            method, target, _ = lines[0].split(" ")
            headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines[1:])}
            stop = end + 4 + int(headers.get("content-length", "0"))
            if len(self._came) < stop:
                return
            body, self._came = self._came[end + 4 : stop], self._came[stop:]
            parts = urlsplit(target)
            asked = Asked(method, unquote(parts.path), parse_qs(parts.query, True), headers, body)
            own = asked.path in _OWN
            reply = self._server.reply(asked)
            round_ = None if own else self._server.arrived(asked)
            delay = 0 if own else self._server.latency_seconds
            asyncio.get_running_loop().call_later(delay, self._send, asked, reply, round_)

    def _send(self, asked: Asked, reply: Reply, round_: int | None) -> None:
        headers = {"Content-Length": str(len(reply.body)), **reply.headers}
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
        head = f"HTTP/1.1 {reply.status} -\r\n{told}"
        body = b"" if asked.method == "HEAD" else reply.body
        if reply.cut:
            body = body[: len(body) // 2]
        if round_ is not None:
            self._server.left(round_, len(body))
        self._transport.write(head.encode("latin-1") + b"\r\n")
        self._transport.write(body)
        if reply.cut or not headers["Content-Length"]:
            self._transport.close()


@contextmanager
def serving(server: ObjectServer) -> Generator[str]:
    """Serve in a thread; gives the server's address, such as http://127.0.0.1:18000."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> asyncio.Server:
        return await loop.create_server(lambda: _Connection(server), "127.0.0.1", 0)

    async def stop(listening: asyncio.Server) -> None:
        listening.close()
        for each in [*server.connections]:
            each.abort()
        await listening.wait_closed()

    listening = asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(stop(listening), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def main() -> None:
    """Serve a folder, tell the address, and end with the input."""
    with serving(ObjectServer(Path(sys.argv[1]), float(sys.argv[2]))) as address:
        print(address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
