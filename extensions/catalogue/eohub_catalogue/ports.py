"""The outside world as the catalogue's pure parts see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from eohub_catalogue.contract import SearchQuery


@dataclass(frozen=True)
class RawPage:
    """Items as they came over the wire, so that a defective one is kept and can be shown."""

    features: Sequence[object]
    next: str | None
    matched: int | None
    note: str | None = None


class StacCatalogue(Protocol):
    """One STAC API."""

    async def search(self, query: SearchQuery) -> RawPage:
        """Return one page; raises Unavailable, Upstream, TooMany or InvalidPage."""
        ...

    async def probe(self) -> None:
        """Return when the catalogue answers; raises what `search` raises where it does not."""
        ...

    async def item(self, collection: str, item: str) -> object:
        """Return one item's JSON; raises ItemNotFound and what `search` raises."""
        ...
