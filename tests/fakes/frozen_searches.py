"""Frozen searches for tests: items made into one, and one opened without a network."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from fakes.catalogue_web import open_web

from eohub_catalogue.contract import (
    CatalogueSource,
    FreezeQuery,
    SearchQuery,
)
from eohub_catalogue.ports import StacCatalogue
from eohub_catalogue.server.folder import stac_files
from eohub_catalogue.server.freezing import Freezing
from eohub_catalogue.server.local_catalogue import LocalCatalogue
from eohub_catalogue.server.local_index import LocalIndex

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class NoNetwork(httpx2.AsyncBaseTransport):
    """Fails the test that asks anything, and counts it."""

    def __init__(self) -> None:
        self.asked = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        raise AssertionError(f"{request.url} was asked")


def at_once(source: CatalogueSource, index: LocalIndex) -> LocalCatalogue:
    """A local catalogue whose first answer waits until the index is complete."""
    return LocalCatalogue(source, index, patience_seconds=60)


def open_frozen(path: Path, cache: Path) -> LocalCatalogue:
    """A frozen folder or .zip file as a catalogue; nothing goes out to a network."""
    source = CatalogueSource(id="frozen", title="Frozen", path=path.name, kind="frozen")
    return at_once(source, LocalIndex(cache, stac_files(path), lambda: NOW))


async def freeze(
    catalogue: StacCatalogue,
    target: Path,
    transport: httpx2.AsyncBaseTransport | None = None,
    **fields: Any,
) -> Freezing:
    """Freeze everything in a catalogue."""
    source = CatalogueSource(id="example", title="Example", url="https://stac.example.org")
    search = SearchQuery(catalogue="example")
    query = FreezeQuery.model_validate(
        {"searches": [search], "title": "Everything", "path": target.name, "assets": "none", **fields}
    )
    web = open_web(transport or NoNetwork())
    freezing = Freezing(
        query, [(each, source, catalogue) for each in query.searches], target, lambda: web, lambda: NOW
    )
    await freezing.run()
    return freezing


async def nothing(seconds: float) -> None:
    """Wait for no time."""


def ids_of(features: Sequence[object]) -> list[str]:
    """The ids of raw items."""
    return [str(each["id"]) for each in features if isinstance(each, dict)]
