"""A store in memory behind a reader of objects, which can be told to fail."""

import hashlib
from collections.abc import AsyncIterator, Sequence

from eohub_cubes.errors import NoAccess
from eohub_cubes.ports import LARGEST_OBJECT
from eohub_cubes.reading.attempts import Got, Refused, Span, too_large


class MemoryObjects:
    """Objects by path; `faults` are raised one after another, before anything is answered."""

    host = "memory.example.org"

    def __init__(self, held: dict[str, bytes]) -> None:
        self.held = held
        self.faults: list[Exception] = []
        self.renewals = 0
        self.renews = False
        self.sent: list[tuple[str, Span | None]] = []

    async def get(self, path: str, span: Span | None, most: int) -> Got | None:
        """Answer."""
        self.sent.append((path, span))
        if self.faults:
            raise self.faults.pop(0)
        if path not in self.held:
            return None
        body = self.held[path]
        tag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        if span is None and len(body) > most:
            raise too_large(self.host, most)
        if span is None:
            return Got(body, len(body), tag)
        start = max(0, len(body) + span.start) if span.start < 0 else span.start
        if start >= len(body):
            raise Refused(416)
        stop = len(body) if span.length is None else start + span.length
        return Got(body[start:stop], len(body), tag)

    async def head(self, path: str) -> Got | None:
        """Answer."""
        got = await self.get(path, None, LARGEST_OBJECT)
        return None if got is None else Got(b"", got.size, got.etag)

    async def paths(self, prefix: str) -> AsyncIterator[Sequence[str]]:
        """List."""
        yield [path for path in self.held if path.startswith(f"{prefix}/")]

    async def names(self, folder: str) -> Sequence[str]:
        """List."""
        below = [path.removeprefix(f"{folder}/") for path in self.held if path.startswith(f"{folder}/")]
        return list(dict.fromkeys(each.partition("/")[0] for each in below))

    async def renew(self) -> bool:
        """Pretend to get other keys."""
        self.renewals += self.renews
        return self.renews

    def refusal(self, refused: Refused) -> Exception:
        """Tell it."""
        return NoAccess(f"{self.host} refuses with {refused.status}.")
