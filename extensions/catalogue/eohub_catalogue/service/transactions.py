"""The transaction extension: who may write adds, replaces, changes and removes items and collections."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

import attr
from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.security import APIKeyHeader
from stac_fastapi.extensions.transaction import TransactionConformanceClasses
from stac_fastapi.types.extension import ApiExtension

from eohub_catalogue.index.etag import etag_of
from eohub_catalogue.index.ports import (
    ABSENT,
    PRESENT,
    CollectionRecord,
    ItemRecord,
    Keep,
    Put,
    Remove,
    StacStore,
    StoredCollection,
    StoredItem,
)
from eohub_catalogue.index.query import check_id
from eohub_catalogue.service import links
from eohub_catalogue.service.conditional import matching
from eohub_catalogue.service.links import GEOJSON, JSON
from eohub_catalogue.service.writing import (
    collection_of,
    document_of,
    item_of,
    items_of,
    merged,
    record_of,
    records_of,
)
from eohub_toolkit.errors import Forbidden, NotFound
from eohub_toolkit.hub_auth import HubUser, require

SCOPE = "custom:catalogue:write"
_TOKEN = APIKeyHeader(name="Authorization", scheme_name="HubToken", auto_error=False)
_OBJECT: dict[str, Any] = {"schema": {"type": "object"}}

type Answered = Callable[..., Awaitable[Response]]


async def writer(request: Request, authorization: Annotated[str | None, Header()] = None) -> HubUser:
    """Who asks, and may write; raises Unauthenticated, Forbidden. Cookies do not count."""
    if request.app.state.hub_auth is None:
        raise Forbidden(
            "This catalogue runs without a hub that could tell who asks, so nothing is written over HTTP.",
            hint="Use the command eohub-catalogue on the machine itself.",
        )
    return await require(SCOPE)(request, authorization)


@attr.s
class Transactions(ApiExtension):
    """Routes that change the store; what was looked at has to be there still when it is changed."""

    store: StacStore = attr.ib(kw_only=True)
    prefix: str = attr.ib(kw_only=True)
    conformance_classes: list[str] = attr.ib(factory=lambda: list(map(str, TransactionConformanceClasses)))

    def register(self, app: FastAPI) -> None:
        """Add the routes to the application."""
        router = APIRouter(prefix=app.state.router_prefix, dependencies=[Depends(_TOKEN), Depends(writer)])
        items = "/collections/{collection_id}/items"
        self._route(router, "POST", "/collections", self.add_collection, "Create Collection")
        self._route(router, "POST", items, self.add_items, "Create Item")
        for path, what, operations in (
            (f"{items}/{{item_id:path}}", "Item", (self.put_item, self.patch_item, self.remove_item)),
            (
                "/collections/{collection_id}",
                "Collection",
                (self.put_collection, self.patch_collection, self.remove_collection),
            ),
        ):
            self._route(router, "PUT", path, operations[0], f"Update {what}")
            self._route(router, "PATCH", path, operations[1], f"Patch {what}")
            self._route(router, "DELETE", path, operations[2], f"Delete {what}")
        app.include_router(router, tags=["Transaction Extension"])

    def _route(self, router: APIRouter, method: str, path: str, operation: Answered, name: str) -> None:
        status = HTTPStatus.CREATED if method == "POST" else HTTPStatus.NO_CONTENT
        kinds = {"PATCH": ("application/merge-patch+json",), "DELETE": ()}.get(method, (JSON, GEOJSON))
        body = {"requestBody": {"required": True, "content": dict.fromkeys(kinds, _OBJECT)}} if kinds else {}
        router.add_api_route(
            path,
            operation,
            methods=[method],
            name=name,
            status_code=status,
            response_class=Response,
            response_model=None,
            openapi_extra=body,
        )

    async def add_items(self, request: Request, collection_id: str) -> Response:
        """Store a new item, or all of an item collection; raises Conflict if one exists, NotFound."""
        document = await _body(request)
        await self._collection(collection_id)
        # Ten thousand items take half a second to look at: searches are answered meanwhile.
        records, many = await asyncio.to_thread(_item_records, document, collection_id)
        await self.store.apply([Keep(collection_id), *(Put(record, ABSENT) for record in records)])
        if many:
            return Response(status_code=201)
        stored = StoredItem(collection_id, records[0].id, records[0].body, records[0].links)
        root = links.root_url(request, self.prefix)
        url = f"{links.collection_url(root, collection_id)}/items/{quote(stored.id, safe='')}"
        return _created(links.item_json(stored, root), GEOJSON, url, _etag(stored))

    async def put_item(self, request: Request, collection_id: str, item_id: str) -> Response:
        """Replace an item; raises NotFound."""
        document = await _body(request)
        expected = _expected(request, await self._item(collection_id, item_id)) or PRESENT
        return await self._replace(_item_record(document, collection_id, item_id), expected)

    async def patch_item(self, request: Request, collection_id: str, item_id: str) -> Response:
        """Change an item by a merge patch; raises NotFound."""
        patch = await _body(request, patch=True)
        stored = await self._item(collection_id, item_id)
        expected = _expected(request, stored) or _etag(stored)
        return await self._replace(
            _item_record(merged(_whole(stored), patch), collection_id, item_id), expected
        )

    async def remove_item(self, request: Request, collection_id: str, item_id: str) -> Response:
        """Remove an item; that it is not there is no error."""
        stored = await self.store.item(check_id(collection_id), check_id(item_id))
        expected = _expected(request, stored)
        if stored is not None:
            await self.store.apply([Remove(collection_id, item_id, expected)])
        return Response(status_code=204)

    async def add_collection(self, request: Request) -> Response:
        """Store a new collection; raises Conflict if it exists."""
        record = record_of(collection_of(await _body(request)))
        await self.store.apply([Put(record, ABSENT)])
        root = links.root_url(request, self.prefix)
        text = links.collection_json(StoredCollection(record.id, record.body, record.links), root)
        return _created(text, JSON, links.collection_url(root, record.id), _etag(record))

    async def put_collection(self, request: Request, collection_id: str) -> Response:
        """Replace a collection; its items stay. Raises NotFound."""
        document = await _body(request)
        expected = _expected(request, await self._collection(collection_id)) or PRESENT
        return await self._replace(record_of(collection_of(document, collection_id)), expected)

    async def patch_collection(self, request: Request, collection_id: str) -> Response:
        """Change a collection by a merge patch; raises NotFound."""
        patch = await _body(request, patch=True)
        stored = await self._collection(collection_id)
        expected = _expected(request, stored) or _etag(stored)
        changed = collection_of(merged(_whole(stored), patch), collection_id)
        return await self._replace(record_of(changed), expected)

    async def remove_collection(self, request: Request, collection_id: str) -> Response:
        """Remove a collection without items; that it is not there is no error. Raises Conflict."""
        stored = await self.store.collection(check_id(collection_id))
        expected = _expected(request, stored)
        if stored is not None:
            await self.store.apply([Remove(collection_id, None, expected, only_empty=True)])
        return Response(status_code=204)

    async def _item(self, collection: str, item: str) -> StoredItem:
        found = await self.store.item(check_id(collection), check_id(item))
        if found is None:
            raise NotFound(f"The collection '{collection[:100]}' has no item '{item[:100]}'.")
        return found

    async def _collection(self, collection: str) -> StoredCollection:
        found = await self.store.collection(check_id(collection))
        if found is None:
            raise NotFound(
                f"There is no collection '{collection[:100]}' here.", hint="POST it to /collections first."
            )
        return found

    async def _replace(self, record: ItemRecord | CollectionRecord, expected: str) -> Response:
        await self.store.apply([Put(record, expected)])
        return Response(status_code=204, headers={"ETag": _etag(record)})


def _expected(request: Request, stored: StoredItem | StoredCollection | None) -> str | None:
    """What `If-Match` says; where it says nothing, a patch still needs the document it was merged with."""
    return matching(request, stored and _etag(stored))


def _etag(document: StoredItem | StoredCollection | ItemRecord | CollectionRecord) -> str:
    return etag_of(document.body, document.links)


def _item_records(document: dict[str, Any], collection: str) -> tuple[list[ItemRecord], bool]:
    items, many = items_of(document, collection)
    return records_of(items), many


def _item_record(document: dict[str, Any], collection: str, item: str) -> ItemRecord:
    (record,) = records_of([item_of(document, collection, item)])
    return record


async def _body(request: Request, *, patch: bool = False) -> dict[str, Any]:
    return document_of(await request.body(), request.headers.get("content-type", ""), patch=patch)


def _whole(stored: StoredItem | StoredCollection) -> dict[str, Any]:
    return json.loads(stored.body) | {"links": json.loads(stored.links)}


def _created(text: str, kind: str, url: str, etag: str) -> Response:
    return Response(text, status_code=201, media_type=kind, headers={"Location": url, "ETag": etag})
