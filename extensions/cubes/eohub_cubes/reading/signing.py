"""Addresses whose signature ends are signed anew: who told them is asked again, once for all that read."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from eohub_cubes.ports import ObjectReader
from eohub_cubes.reading.loop import on_loop
from eohub_toolkit.errors import EohubError

type Again = Callable[[], Awaitable[str | None]]
"""Asks for the address of some data again; None where it is not told."""

_SIGNATURES: Final = frozenset({"x-amz-signature", "x-goog-signature", "sig", "signature"})
_LARGEST_ITEM: Final = 4 * 2**20


class Signature:
    """The query of an address, and how it is got anew where it is signed."""

    def __init__(self, address: str, again: Again | None = None) -> None:
        self.query = urlsplit(address).query
        self.renewals = 0
        self._place = _place(address)
        self._again = again
        self._ended = set[str]()
        self._turn = asyncio.Lock()

    @property
    def is_signed(self) -> bool:
        """Whether the query holds a signature."""
        return any(name.lower() in _SIGNATURES for name, _ in parse_qsl(self.query))

    def refused(self, query: str) -> None:
        """Remember that a query was refused."""
        if query:
            self._ended.add(query)

    async def renew(self) -> bool:
        """Get another query for the same place; False where there is none. Reads that wait share one."""
        return await on_loop(self._renewed())

    async def _renewed(self) -> bool:
        async with self._turn:
            if self.query not in self._ended:
                return True
            try:
                told = None if self._again is None else await self._again()
            except EohubError:
                told = None
            # Of another place the data that was opened would be another.
            if told is None or _place(told) != self._place or urlsplit(told).query in self._ended:
                return False
            self.query = urlsplit(told).query
            self.renewals += 1
            return True


def told_by_item(item: ObjectReader, asset: str) -> Again:
    """Asks an item's own JSON, which a reader reads, for the address of one of its assets."""

    async def again() -> str | None:
        raw = await item.get("", most=_LARGEST_ITEM)
        try:
            href: Any = json.loads(raw or b"{}")["assets"][asset]["href"]
        except (ValueError, RecursionError, LookupError, TypeError):
            return None
        return href if isinstance(href, str) else None

    return again


def _place(address: str) -> tuple[str, str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc, parts.path
