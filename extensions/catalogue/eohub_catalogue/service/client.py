"""The STAC API's operations: stac-fastapi's core client on a `StacStore`, answering with stored JSON."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import attr
from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response
from stac_fastapi.types.core import AsyncBaseCoreClient

from eohub_catalogue.index.cql2_reading import condition_of
from eohub_catalogue.index.etag import etag_of
from eohub_catalogue.index.expression import Every
from eohub_catalogue.index.jsontext import to_json
from eohub_catalogue.index.ports import ItemQuery, StacStore
from eohub_catalogue.index.query import LARGEST_PAGE, check_id, collection_search, item_query, json_query
from eohub_catalogue.service import links, pagetoken
from eohub_catalogue.service.conditional import answer
from eohub_catalogue.service.fields import fields_of
from eohub_catalogue.service.links import GEOJSON, JSON, Link
from eohub_catalogue.service.queryables import JSON_SCHEMA
from eohub_catalogue.service.queryextension import cql2_of
from eohub_catalogue.service.requests import SearchPostRequest
from eohub_catalogue.service.watching import while_connected
from eohub_toolkit.errors import Invalid, NotFound

_PAGE = ("limit", "token")
_COLLECTIONS = ("bbox", "datetime", "q", *_PAGE)
_FILTER = ("filter", "filter-lang", "filter-crs", "query")
_SEARCH = ("collections", "ids", "bbox", "intersects", "datetime", "q", *_FILTER, "sortby", "fields", *_PAGE)

_MAY_BE_LARGE = ("intersects", "filter", "query")
_UNDERSTOOD_AT_ONCE = 2

type NextLink = Callable[[str], Link]


@dataclass(frozen=True)
class _Asked:
    """A search on its way to the store."""

    request: Request
    root: str
    query: ItemQuery
    token: object
    fields: object


@attr.s
class StacClient(AsyncBaseCoreClient):
    """Answers from the store; documents go out as they are kept, never parsed or validated again."""

    store: StacStore = attr.ib(kw_only=True)
    prefix: str = attr.ib(kw_only=True)
    _threads: CapacityLimiter = attr.ib(init=False, factory=lambda: CapacityLimiter(_UNDERSTOOD_AT_ONCE))

    async def landing_page(self, **kwargs: Any) -> Any:
        """The API's root document."""
        root = self._root(kwargs["request"], ())
        page = self._landing_page(root, self.conformance_classes(), [])
        page["links"].append(links.link("service-desc", f"{root}api", links.OPENAPI, title="OpenAPI"))
        page["links"].append(
            links.link(links.QUERYABLES, f"{root}queryables", JSON_SCHEMA, title="Queryables")
        )
        return answer(kwargs["request"], to_json(page), JSON)

    async def all_collections(self, **kwargs: Any) -> Any:
        """One page of collections, of all or of those that are searched for; raises Invalid."""
        request: Request = kwargs["request"]
        root = self._root(request, _COLLECTIONS)
        url = f"{root}collections"
        query = collection_search(_only(kwargs, _COLLECTIONS))
        key = await self.store.page_key()
        after = pagetoken.collection_after(key, kwargs["token"]) if kwargs["token"] else None
        limit = LARGEST_PAGE if kwargs["limit"] is None else query.limit
        query = replace(query, limit=limit, after=after)
        page = await while_connected(request, lambda: self.store.search_collections(query))
        made = [links.link("self", links.with_query(url, request)), links.link("root", root)]
        if page.next is not None:
            made.append(_next_by_url(request, url, JSON)(pagetoken.collection_token(key, page.next)))
        return answer(request, links.collections_json(page.collections, root, made, page.matched), JSON)

    async def get_collection(self, collection_id: str, **kwargs: Any) -> Any:
        """One collection; raises NotFound."""
        root = self._root(kwargs["request"], ())
        found = await self.store.collection(check_id(collection_id))
        if found is None:
            raise NotFound(f"There is no collection '{collection_id[:100]}' here.")
        return answer(
            kwargs["request"], links.collection_json(found, root), JSON, etag_of(found.body, found.links)
        )

    async def get_item(self, item_id: str, collection_id: str, **kwargs: Any) -> Any:
        """One item; raises NotFound."""
        root = self._root(kwargs["request"], ())
        found = await self.store.item(check_id(collection_id), check_id(item_id))
        if found is None:
            raise NotFound(f"The collection '{collection_id[:100]}' has no item '{item_id[:100]}'.")
        return answer(
            kwargs["request"], links.item_json(found, root), GEOJSON, etag_of(found.body, found.links)
        )

    async def item_collection(self, collection_id: str, **kwargs: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One page of a collection's items, newest first; raises NotFound, Invalid."""
        request: Request = kwargs["request"]
        root = self._root(request, _SEARCH)
        parent = links.collection_url(root, collection_id)
        url = f"{parent}/items"
        mine = (check_id(collection_id),)
        query = await self._understood(item_query, _asked_by_url(kwargs))
        # pystac-client repeats the path's collection among the parameters.
        if query.collections not in ((), mine):
            raise Invalid("collections names another collection than the path.", hint="Use /search for that.")
        made = [links.link("parent", parent), links.link("collection", parent)]
        made += [links.link("root", root), links.link("self", links.with_query(url, request), GEOJSON)]
        next_link = _next_by_url(request, url, GEOJSON)
        asked = _Asked(request, root, replace(query, collections=mine), kwargs["token"], kwargs["fields"])
        return await self._page(asked, made, next_link)

    async def get_search(self, **kwargs: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One page of items, asked for with texts; raises NotFound, Invalid."""
        request: Request = kwargs["request"]
        root = self._root(request, _SEARCH)
        url = f"{root}search"
        made = [links.link("root", root), links.link("self", links.with_query(url, request), GEOJSON)]
        next_link = _next_by_url(request, url, GEOJSON)
        query = await self._understood(item_query, _asked_by_url(kwargs))
        asked = _Asked(request, root, query, kwargs["token"], kwargs["fields"])
        return await self._page(asked, made, next_link)

    async def post_search(self, search_request: SearchPostRequest, **kwargs: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One page of items, asked for with JSON; raises NotFound, Invalid."""
        request: Request = kwargs["request"]
        root = self._root(request, ())
        url = f"{root}search"
        given = search_request.model_dump(exclude_unset=True, by_alias=True)
        _refuse_unknown(given, _SEARCH)
        made = [links.link("root", root), links.link("self", url, GEOJSON)]

        def next_link(token: str) -> Link:
            return links.link("next", url, GEOJSON, method="POST", body={**given, "token": token})

        query = await self._understood(json_query, given)
        if "fields" in given and given["fields"] is None:
            raise Invalid("fields has to be an object.", hint="Leave it out to get whole items.")
        asked = _Asked(request, root, query, given.get("token"), given.get("fields"))
        return await self._page(asked, made, next_link)

    async def _understood(
        self, read: Callable[[Mapping[str, object]], ItemQuery], given: Mapping[str, object]
    ) -> ItemQuery:
        def understand() -> ItemQuery:
            query = read(given)
            wanted = cql2_of(given.get("query"))
            if wanted is None:
                return query
            condition = condition_of(wanted)
            return replace(query, filter=Every((query.filter, condition)) if query.filter else condition)

        if all(given.get(name) is None for name in _MAY_BE_LARGE):
            return understand()
        # A large geometry takes its time; everybody else is answered meanwhile.
        return await to_thread.run_sync(understand, limiter=self._threads)

    async def _page(self, asked: "_Asked", made: list[Link], next_link: NextLink) -> Response:
        fields = fields_of(asked.fields)
        key = await self.store.page_key()
        query = pagetoken.resume(key, asked.query, asked.token) if asked.token else asked.query
        page = await while_connected(asked.request, lambda: self.store.search(query))
        if page.next is not None:
            made = [*made, next_link(pagetoken.item_token(key, query, page.next))]
        features = [links.item_json(item, asked.root, fields) for item in page.items]
        return answer(asked.request, links.feature_collection_json(features, made, page.matched), GEOJSON)

    def _root(self, request: Request, parameters: Collection[str]) -> str:
        """The API's root URL; raises Invalid for a parameter that the operation does not know."""
        _refuse_unknown(request.query_params, parameters)
        return links.root_url(request, self.prefix)


def _refuse_unknown(given: Collection[str], known: Collection[str]) -> None:
    # Ignoring a filter would return what was not asked for, and nobody would notice.
    unknown = sorted(name for name in given if name not in known)
    if unknown:
        hint = f"Known here: {', '.join(sorted(known))}." if known else "This address takes no parameters."
        raise Invalid(f"This catalogue does not know the parameter '{unknown[0][:100]}'.", hint=hint)


def _asked_by_url(given: Mapping[str, object]) -> dict[str, object]:
    """The parameters of a search by their own names, of which some are none that Python could have."""
    return {name: given[name.replace("-", "_")] for name in _SEARCH}


def _only(given: Mapping[str, object], names: Collection[str]) -> dict[str, object]:
    return {name: given[name] for name in names}


def _next_by_url(request: Request, url: str, kind: str) -> NextLink:
    parameters = dict(request.query_params)
    return lambda token: links.link("next", links.url_with(url, {**parameters, "token": token}), kind)
