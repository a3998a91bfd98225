"""Documents in memory behind the port Documents, which count what they are asked."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from eohub_catalogue.index.reading import documents_in
from eohub_catalogue.reading import mapping, sequence
from eohub_catalogue.server.documents import Read
from eohub_toolkit.errors import NotFound


class MemoryDocuments:
    """Documents by name; links name others. `faults` are raised in place of a document.

    While `gate` is set, everything but the beginning waits for it.
    """

    def __init__(self, beginning: Sequence[str], **documents: Any) -> None:
        self.starts = list(beginning)
        self.documents = documents
        self.faults: dict[str, Exception] = {}
        self.asked: list[str] = []
        self.bodies: list[str] = []
        self.gate: asyncio.Event | None = None
        self.was_asked = asyncio.Event()

    async def beginning(self) -> Sequence[str]:
        return self.starts

    def stamp(self, address: str) -> str | None:
        return None

    async def read(self, address: str, stamp: str | None) -> Read | None:
        self.asked.append(address)
        self.was_asked.set()
        if self.gate is not None:
            await self.gate.wait()
        if address in self.faults:
            raise self.faults[address]
        if address not in self.documents:
            raise NotFound(f"There is no {address}.")
        document = self.documents[address]
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        now = str(hash(body))
        if now == stamp:
            return None
        self.bodies.append(address)
        return Read(documents_in(address, body), now, len(body))

    def links(self, address: str, document: Mapping[str, object]) -> Sequence[str]:
        return [str(mapping(link)["href"]) for link in sequence(document.get("links"))]

    def resolved(self, address: str, href: str) -> str:
        return f"memory:{address}/{href}"

    def place(self, address: str) -> str:
        return f"memory:{address}"

    def shown(self, address: str) -> str:
        return address

    async def close(self) -> None:
        """Nothing is open."""


def leading_to(*addresses: str, **fields: Any) -> dict[str, Any]:
    """A catalogue that links to other documents."""
    links = [{"rel": "child", "href": address} for address in addresses]
    return {"type": "Catalog", "id": "catalogue", "description": "d", "links": links, **fields}


def a_collection(identity: str, *addresses: str, **fields: Any) -> dict[str, Any]:
    """A collection that links to other documents."""
    extent = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}}
    return (
        leading_to(*addresses)
        | {"type": "Collection", "id": identity, "license": "other", "extent": extent}
        | fields
    )


def an_item(identity: str, **fields: Any) -> dict[str, Any]:
    """A small item."""
    return {
        "type": "Feature", "stac_version": "1.1.0", "id": identity, "collection": "scenes", "geometry": None,
        "properties": {"datetime": "2020-01-01T00:00:00Z"}, "links": [], "assets": {}, **fields,
    }  # fmt: skip
