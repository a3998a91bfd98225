"""A STAC API behind an HTTP transport: it searches its items, and shows the faults of real ones."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import cql2
import httpx2
import shapely

from eohub_catalogue.index.interval import interval_of, searched_interval
from eohub_catalogue.index.matching import matches

ROOT = "https://stac.example.org/api/v1"
CLASSES = "https://api.stacspec.org/v1.0.0"
FREE_TEXT = f"{CLASSES}-rc.1/item-search#free-text"
COLLECTION_WORDS = f"{CLASSES}-rc.1/collection-search#free-text"
COLLECTION_SEARCH = f"{CLASSES}-rc.1/collection-search"
QUERY = f"{CLASSES}/item-search#query"
SORT = f"{CLASSES}/item-search#sort"
CQL2 = (
    f"{CLASSES}-rc.2/item-search#filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
)
POST = {"rel": "search", "method": "POST", "href": f"{ROOT}/search"}

type NextForm = Literal["get", "post", "post-token", "merge", "relative", "query-only", "header", "post-get"]
COMPARISONS = {"in": "in", "eq": "=", "neq": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


class StacUpstream:
    """Answers searches in pages, words and filters only where it declares them; counts what it was asked.

    Coordinates are taken as they are, a box whose west lies east of its east finds its complement: as pgstac.
    """

    def __init__(
        self,
        items: Sequence[Any],
        *,
        conforms_to: Sequence[str] = (FREE_TEXT,),
        links: Sequence[Mapping[str, str]] = (),
        next_form: NextForm = "get",
    ) -> None:
        self.items = items
        self.conforms_to = conforms_to
        self.links = links
        self.next_form: NextForm = next_form
        self.asked: list[httpx2.Request] = []
        self.answer: httpx2.Response | None = None
        self.fault: Exception | None = None
        self.next_root = ROOT
        self.tells_total = True
        self.keeps_to_the_limit = True
        self.ignores: set[str] = set()
        self.collections: list[dict[str, Any]] = []
        self.collections_page = 1_000
        self.queryables: dict[str, dict[str, Any]] = {}
        self._sessions: list[dict[str, Any]] = []

    @property
    def transport(self) -> httpx2.MockTransport:
        """What a client is given instead of the network."""
        return httpx2.MockTransport(self.handle)

    @property
    def paths(self) -> list[str]:
        """What was asked, below the root."""
        return [request.url.path.removeprefix("/api/v1") for request in self.asked]

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request."""
        self.asked.append(request)
        if self.fault is not None:
            raise self.fault
        if self.answer is not None:
            return self.answer
        path = request.url.path.removeprefix("/api/v1")
        if path == "/":
            links = [{"rel": "root", "href": ROOT}, *self.links]
            return httpx2.Response(
                200, json={"type": "Catalog", "conformsTo": list(self.conforms_to), "links": links}
            )
        if path == "/search":
            return self._search(request)
        if path == "/collections":
            return httpx2.Response(200, json=self._collections(request.url.params))
        if path.endswith("/queryables"):
            schema = self.queryables.get(path.removesuffix("queryables").strip("/"))
            return httpx2.Response(200, json=schema) if schema else httpx2.Response(404, json={})
        identifier = path.rpartition("/")[2]
        found = next((item for item in self.items if item["id"] == identifier), None)
        return httpx2.Response(200, json=found) if found else httpx2.Response(404, json={"detail": "no"})

    def _search(self, request: httpx2.Request) -> httpx2.Response:
        asked = json.loads(request.content) if request.method == "POST" else dict(request.url.params)
        token = request.headers.get("x-next") or asked.get("token")
        start = 0
        if token is not None:
            session, start = map(int, str(token).split("-"))
            asked = self._sessions[session]
        limit = int(asked.get("limit", 10)) if self.keeps_to_the_limit else len(self.items)
        found = [item for item in self.items if self._holds(item, asked)]
        document: dict[str, Any] = {"type": "FeatureCollection", "features": found[start : start + limit]}
        if self.tells_total:
            document["numberMatched"] = len(found)
        answer = httpx2.Response(200, json=document)
        if start + limit < len(found):
            self._sessions.append(asked)
            token = f"{len(self._sessions) - 1}-{start + limit}"
            link = self._next(token, asked)
            if self.next_form == "header":
                link_header = f'<{link["href"]}>; rel="next", <x>; rel="self"'
                return httpx2.Response(200, json=document, headers={"Link": link_header})
            document["links"] = [{"rel": "self"}, link]
            answer = httpx2.Response(200, json=document)
        return answer

    def _next(self, token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        search = f"{self.next_root}/search"
        whole = {name: value for name, value in asked.items() if name != "token"}
        posted = {"rel": "next", "method": "POST", "href": search}
        forms: dict[NextForm, dict[str, Any]] = {
            "get": {"rel": "next", "href": f"{search}?limit={asked.get('limit', 10)}&token={token}"},
            "post": posted | {"merge": False, "body": {**whole, "token": token}},
            "post-token": posted | {"body": {"token": token}},
            "merge": posted | {"merge": True, "body": {"token": token}},
            "relative": {"rel": "next", "href": f"./search?token={token}"},
            "query-only": {"rel": "next", "href": f"?token={token}", "method": "get"},
            "header": {"rel": "next", "href": f"{search}?token={token}"},
            "post-get": {"rel": "next", "href": search, "method": "GET", "headers": {"X-Next": token}},
        }
        return forms[self.next_form]

    def _holds(self, item: Any, asked: Mapping[str, Any]) -> bool:
        words = str(asked.get("q", "")).lower().split()
        if "q" not in self.ignores and not all(word in json.dumps(item).lower() for word in words):
            return False
        for name, key in (("collections", "collection"), ("ids", "id")):
            wanted = asked.get(name)
            if isinstance(wanted, str):
                wanted = wanted.split(",")
            if wanted and name not in self.ignores and item.get(key) not in wanted:
                return False
        return self._is_then(item, asked) and self._is_there(item, asked) and self._fits(item, asked)

    def _is_then(self, item: Any, asked: Mapping[str, Any]) -> bool:
        if "datetime" not in asked or "datetime" in self.ignores:
            return True
        start, end = searched_interval(asked["datetime"])
        found = interval_of(item["properties"])
        return found is not None and found[0] <= end and found[1] >= start

    def _is_there(self, item: Any, asked: Mapping[str, Any]) -> bool:
        if "area" in self.ignores or not {"bbox", "intersects"} & asked.keys():
            return True
        if item.get("geometry") is None:
            return False
        shape = shapely.from_geojson(json.dumps(item["geometry"]))
        if "intersects" in asked:
            return bool(shape.intersects(shapely.from_geojson(json.dumps(asked["intersects"]))))
        box = asked["bbox"]
        west, south, east, north = map(float, box.split(",") if isinstance(box, str) else box)
        return bool(shape.intersects(shapely.box(min(west, east), south, max(west, east), north)))

    def _fits(self, item: Any, asked: Mapping[str, Any]) -> bool:
        if "filter" in asked and "filter" not in self.ignores:
            written = asked["filter"]
            condition = cql2.parse_text(written).to_json() if isinstance(written, str) else written
            if not matches(item, condition):
                return False
        query = asked.get("query") or {}
        query = json.loads(query) if isinstance(query, str) else query
        parts = [
            {"op": COMPARISONS[order], "args": [{"property": name}, value]}
            for name, orders in query.items()
            for order, value in orders.items()
        ]
        return "query" in self.ignores or all(matches(item, part) for part in parts)

    def _collections(self, asked: Mapping[str, str]) -> dict[str, Any]:
        words = asked.get("q", "").lower().split()
        found = [each for each in self.collections if all(word in str(each).lower() for word in words)]
        start = int(asked.get("startRecord", 0))
        end = start + min(self.collections_page, int(asked.get("limit", self.collections_page)))
        document: dict[str, Any] = {"collections": found[start:end], "numberMatched": len(found), "links": []}
        if end < len(found):
            kept = "".join(f"&{name}={asked[name]}" for name in ("q", "limit") if name in asked)
            href = f"{ROOT}/collections?startRecord={end}{kept}"
            document["links"] = [{"rel": "next", "href": href}]
        return document
