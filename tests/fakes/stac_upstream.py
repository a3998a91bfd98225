"""A STAC API behind an HTTP transport: pages over its items, with the faults that real ones show."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

ROOT = "https://stac.example.org/api/v1"
FREE_TEXT = "https://api.stacspec.org/v1.0.0-rc.1/item-search#free-text"


class StacUpstream:
    """Answers `GET search` in pages, words only where it declares free text, and counts what it was asked."""

    def __init__(self, items: Sequence[Any], *, conforms_to: Sequence[str] = (FREE_TEXT,)) -> None:
        self.items = items
        self.conforms_to = conforms_to
        self.asked: list[httpx2.Request] = []
        self.answer: httpx2.Response | None = None
        self.fault: Exception | None = None
        self.next_root = ROOT
        self.tells_total = True
        self.keeps_to_the_limit = True

    @property
    def transport(self) -> httpx2.MockTransport:
        """What a client is given instead of the network."""
        return httpx2.MockTransport(self._handle)

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        if self.fault is not None:
            raise self.fault
        if self.answer is not None:
            return self.answer
        path = request.url.path.removeprefix("/api/v1")
        if path == "/":
            return httpx2.Response(200, json={"type": "Catalog", "conformsTo": list(self.conforms_to)})
        if path == "/search":
            return httpx2.Response(200, json=self._page(request.url.params))
        identifier = path.rpartition("/")[2]
        found = next((item for item in self.items if item["id"] == identifier), None)
        return httpx2.Response(200, json=found) if found else httpx2.Response(404, json={"detail": "no"})

    def _page(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        start, limit = int(parameters.get("token", 0)), int(parameters["limit"])
        if not self.keeps_to_the_limit:
            limit = len(self.items)
        words = parameters.get("q", "").lower().split()
        found = [item for item in self.items if all(word in str(item).lower() for word in words)]
        document: dict[str, Any] = {"type": "FeatureCollection", "features": found[start : start + limit]}
        if self.tells_total:
            document["numberMatched"] = len(found)
        if start + limit < len(found):
            href = f"{self.next_root}/search?limit={limit}&token={start + limit}"
            document["links"] = [{"rel": "next", "href": href}]
        return document
