"""Links and answers, built from the URL that was asked and the stored JSON texts, without parsing them."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast
from urllib.parse import quote, urlencode

from starlette.requests import Request

from eohub_catalogue.index.jsontext import parse_json, to_json
from eohub_catalogue.index.ports import StoredCollection, StoredItem
from eohub_catalogue.service.fields import Fields

JSON = "application/json"
GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"

type Link = dict[str, Any]

_HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


def root_url(request: Request, prefix: str) -> str:
    """The URL of the API as the caller reaches it, ending in a slash, behind a proxy too.

    The proxy keeps `Host` and says the outer scheme in `X-Forwarded-Proto`, the outermost first. A value
    that is no host is not repeated; such a caller is told the server's own address.
    """
    forwarded = request.headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
    scheme = forwarded if forwarded in ("http", "https") else request.url.scheme
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        address, port = request.scope.get("server") or ("127.0.0.1", 80)
        host = f"{address}:{port}"
    return f"{scheme}://{host}{prefix.rstrip('/')}/"


def collection_url(root: str, collection: str) -> str:
    """The URL of a collection, its id quoted."""
    return f"{root}collections/{quote(collection, safe='')}"


def link(rel: str, href: str, kind: str = JSON, **more: object) -> Link:
    """One link object."""
    return {"rel": rel, "type": kind, "href": href, **more}


def item_json(item: StoredItem, root: str, fields: Fields | None = None) -> str:
    """An item's JSON text with links to itself, its collection and the root before its own.

    Only with `fields` the text is parsed, as it has to be cut.
    """
    if fields is not None:
        body = to_json(fields.of(cast("dict[str, object]", parse_json(item.body.encode()))))
        item = replace(item, body=body)
        if not fields.links:
            return body
    if not item.collection:
        made = ",".join(f'{{"rel":"{rel}","type":"{JSON}","href":"{root}"}}' for rel in ("root", "parent"))
        return _with_links(item.body, made, item.links)
    # Quoted URLs need no escaping in JSON, which makes a page of 100 items a matter of microseconds.
    parent = collection_url(root, item.collection)
    made = (
        f'{{"rel":"self","type":"{GEOJSON}","href":"{parent}/items/{quote(item.id, safe="")}"}},'
        f'{{"rel":"parent","type":"{JSON}","href":"{parent}"}},'
        f'{{"rel":"collection","type":"{JSON}","href":"{parent}"}},'
        f'{{"rel":"root","type":"{JSON}","href":"{root}"}}'
    )
    return _with_links(item.body, made, item.links)


def collection_json(collection: StoredCollection, root: str) -> str:
    """A collection's JSON text with links to itself, its items and the root before its own."""
    mine = collection_url(root, collection.id)
    made = [
        link("self", mine),
        link("parent", root),
        link("root", root),
        link("items", f"{mine}/items", GEOJSON),
        link(QUERYABLES, f"{mine}/queryables", "application/schema+json"),
    ]
    return _with_links(collection.body, ",".join(map(json.dumps, made)), collection.links)


def feature_collection_json(features: Sequence[str], links: Iterable[Link], matched: int | None) -> str:
    """The JSON text of a page of items, given as texts; `numberMatched` only where the total is known."""
    counts = f'"numberReturned":{len(features)}'
    if matched is not None:
        counts = f'"numberMatched":{matched},{counts}'
    return (
        f'{{"type":"FeatureCollection",{counts},"links":{json.dumps(list(links))},'
        f'"features":[{",".join(features)}]}}'
    )


def collections_json(
    collections: Iterable[StoredCollection], root: str, links: Iterable[Link], matched: int
) -> str:
    """The JSON text of one page of collections."""
    texts = [collection_json(collection, root) for collection in collections]
    counts = f'"numberMatched":{matched},"numberReturned":{len(texts)}'
    return f'{{"collections":[{",".join(texts)}],{counts},"links":{json.dumps(list(links))}}}'


def with_query(url: str, request: Request) -> str:
    """`url` with the query string that was asked."""
    return f"{url}?{request.url.query}" if request.url.query else url


def url_with(url: str, parameters: Mapping[str, str]) -> str:
    """`url` with these parameters."""
    return f"{url}?{urlencode(parameters)}"


def _with_links(body: str, made: str, own: str) -> str:
    """The object `body` with a last member `links`: those `made` here, then the document's own list."""
    separator = "," if len(body) > 2 else ""
    more = f",{own[1:-1]}" if len(own) > 2 else ""
    return f'{body[:-1]}{separator}"links":[{made}{more}]}}'
