"""An ObjectStore in memory, which notes what it was asked."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from eohub_storage.errors import AlreadyThere, Missing, NoRight, TooLarge
from eohub_storage.ports import Download, Listing, ObjectFacts

MODIFIED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class MemoryObjects:
    """Objects by bucket and key; what lies below one of `closed` is refused."""

    def __init__(
        self, held: dict[tuple[str, str], bytes] | None = None, closed: tuple[str, ...] = ()
    ) -> None:
        self.held = dict(held or {})
        self.closed = closed
        self.calls: list[str] = []
        self.aborted = 0

    def names(self, bucket: str) -> list[str]:
        return sorted(key for of, key in self.held if of == bucket)

    async def page(self, bucket: str, prefix: str, after: str, limit: int) -> Listing:
        self.ask("page", prefix)
        entries: dict[str, bool] = {}
        for key in self.names(bucket):
            if key.startswith(prefix):
                below, slash, _ = key.removeprefix(prefix).partition("/")
                entries[f"{prefix}{below}{slash}"] = bool(slash)
        left = sorted(entry for entry in entries if entry > after)
        shown = left[:limit]
        return Listing(
            prefixes=tuple(entry for entry in shown if entries[entry] and entry != prefix),
            objects=tuple(self.facts(bucket, entry) for entry in shown if not entries[entry]),
            next=shown[-1] if len(left) > limit else None,
        )

    async def read(self, bucket: str, key: str, most_bytes: int) -> tuple[ObjectFacts, bytes]:
        self.ask("read", key)
        facts = self.facts(bucket, key)
        if facts.size > most_bytes:
            raise TooLarge("The object is larger than what is opened here.", hint="Download it.")
        return facts, self.held[bucket, key]

    async def mark(self, bucket: str, prefix: str) -> None:
        self.ask("mark", prefix)
        self.held[bucket, prefix] = b""

    async def upload(self, bucket: str, key: str, *, replace: bool) -> "MemoryUpload":
        self.ask("upload", key)
        if not replace:
            await self.require_absent(bucket, key)
        return MemoryUpload(self, bucket, key)

    @asynccontextmanager
    async def download(self, bucket: str, key: str) -> AsyncGenerator[Download]:
        self.ask("download", key)
        yield Download(self.facts(bucket, key), pieces(self.held[bucket, key]))

    async def require_absent(self, bucket: str, key: str) -> None:
        if (bucket, key) in self.held:
            raise AlreadyThere("There is an object of that name.", hint="Choose another name.")

    async def copy(self, bucket: str, key: str, target: str) -> None:
        self.ask("copy", target)
        await self.require_absent(bucket, target)
        self.held[bucket, target] = self.held[bucket, self.facts(bucket, key).key]

    async def remove(self, bucket: str, key: str) -> None:
        self.ask("remove", key)
        self.held.pop((bucket, key), None)

    async def remove_below(self, bucket: str, prefix: str, most: int) -> tuple[int, bool]:
        self.ask("remove_below", prefix)
        found = [key for key in self.names(bucket) if key.startswith(prefix)]
        for key in found[:most]:
            del self.held[bucket, key]
        return len(found[:most]), len(found) <= most

    async def address(self, bucket: str, key: str, direction: str, seconds: int) -> str:
        return f"http://s3.test/{bucket}/{key}?{direction}={seconds}"

    def ask(self, call: str, key: str) -> None:
        self.calls.append(call)
        if key.startswith(self.closed) and self.closed:
            raise NoRight(f"You have no right to do this in {key}.", hint="Ask for it.")

    def facts(self, bucket: str, key: str) -> ObjectFacts:
        if (bucket, key) not in self.held:
            raise Missing(f"There is no {key}.", hint="List the folder again.")
        return ObjectFacts(key, len(self.held[bucket, key]), MODIFIED)


class MemoryUpload:
    """An Upload into a MemoryObjects."""

    def __init__(self, store: MemoryObjects, bucket: str, key: str) -> None:
        self._store = store
        self._where = (bucket, key)
        self._content = b""

    async def send(self, piece: bytes) -> None:
        self._content += piece

    async def finish(self) -> ObjectFacts:
        self._store.held[self._where] = self._content
        return self._store.facts(*self._where)

    async def abort(self) -> None:
        self._store.aborted += 1


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 4):
        yield content[start : start + 4]
