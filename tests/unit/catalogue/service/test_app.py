"""The application without a network: requests go straight to it, and the store is in memory."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import anyio
import httpx2
import pytest
from fakes.stac_store import MemoryStacStore
from starlette.types import Message

from eohub_catalogue.index.document import collection_record, item_record
from eohub_catalogue.index.expression import Every
from eohub_catalogue.index.ports import ItemPage, ItemQuery
from eohub_catalogue.service.app import create_app, openapi_document
from eohub_catalogue.service.settings import CatalogueSettings
from eohub_toolkit.errors import Unavailable


class BrokenStore(MemoryStacStore):
    """Fails in the way that its caller chooses."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    async def search(self, query: ItemQuery) -> ItemPage:
        raise self._error


def client_of(store: MemoryStacStore, prefix: str = "/services/catalogue/") -> httpx2.AsyncClient:
    app = create_app(CatalogueSettings(prefix=prefix), store)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=f"http://hub.test{prefix}")


def item(number: int) -> dict[str, object]:
    properties = {"datetime": f"2020-01-{number:02}T00:00:00Z"}
    return {
        "type": "Feature",
        "id": f"i{number}",
        "collection": "c",
        "geometry": None,
        "properties": properties,
    }


@pytest.fixture
async def store() -> MemoryStacStore:
    store = MemoryStacStore()
    await store.put_items([item_record(item(number)) for number in range(1, 16)])
    await store.put_collections([collection_record({"type": "Collection", "id": one}) for one in "abcde"])
    return store


@pytest.fixture
async def client(store: MemoryStacStore) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(store) as client:
        yield client


def test_reading_needs_no_right_and_all_writing_needs_a_token() -> None:
    document = openapi_document()
    root = "/services/catalogue"
    free = {
        (method, path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if "security" not in operation
    }
    assert {pair for pair in free if pair[0] != "get"} == {("post", f"{root}/search")}
    guarded = {
        (method, path.removeprefix(root)) for path, methods in document["paths"].items() for method in methods
    } - {(method, path.removeprefix(root)) for method, path in free}
    collection, item = "/collections/{collection_id}", "/collections/{collection_id}/items/{item_id}"
    assert guarded == {
        ("post", "/collections"),
        ("post", f"{collection}/items"),
        *((method, path) for method in ("put", "patch", "delete") for path in (collection, item)),
    }


async def test_get_and_post_ask_the_store_the_same(
    client: httpx2.AsyncClient, store: MemoryStacStore
) -> None:
    texts = {
        "collections": "c",
        "ids": "i1,i2",
        "datetime": "../2021-01-01T00:00:00Z",
        "q": "i1,i2 x",
        "limit": "7",
    }
    values = {**texts, "collections": ["c"], "ids": ["i1", "i2"], "q": ["i1", "i2 x"], "limit": 7}
    assert (await client.get("search", params=texts)).status_code == 200
    assert (await client.post("search", json=values)).status_code == 200
    first, second = store.searches
    assert first == second
    assert first.terms == (("i1",), ("i2", "x"))


async def test_a_search_asks_the_store_once(client: httpx2.AsyncClient, store: MemoryStacStore) -> None:
    await client.get("search", params={"limit": 100})
    assert [query.limit for query in store.searches] == [100]


async def test_collections_come_in_pages_where_that_is_asked(client: httpx2.AsyncClient) -> None:
    seen: list[str] = []
    url: str | None = "collections?limit=2"
    while url:
        page = (await client.get(url)).json()
        seen += [one["id"] for one in page["collections"]]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert seen == list("abcde")
    everything = (await client.get("collections")).json()
    assert [one["id"] for one in everything["collections"]] == list("abcde")
    assert {link["rel"] for link in everything["links"]} == {"self", "root"}


async def test_a_broken_store_is_one_sentence(client: httpx2.AsyncClient) -> None:
    async with client_of(
        BrokenStore(Unavailable("The search took longer than 10 s.", hint="Narrow it."))
    ) as tired:
        answer = await tired.get("search")
    assert answer.status_code == 503
    assert answer.json()["hint"] == "Narrow it."
    async with client_of(BrokenStore(RuntimeError("/secret/path"))) as broken:
        answer = await broken.get("search")
    assert answer.status_code == 500
    assert "secret" not in answer.text


async def test_what_a_store_keeps_is_not_validated_again(
    client: httpx2.AsyncClient, store: MemoryStacStore
) -> None:
    await store.put_items(
        [item_record({"id": "odd", "collection": "c", "type": 7, "properties": "none", "x": [None]})]
    )
    body = (await client.get("collections/c/items/odd")).json()
    assert {key: value for key, value in body.items() if key != "links"} == {
        "id": "odd", "collection": "c", "type": 7, "properties": "none", "x": [None],
    }  # fmt: skip


async def test_the_api_may_live_at_the_root(store: MemoryStacStore) -> None:
    async with client_of(store, "/") as client:
        landing = (await client.get("/")).json()
        assert {link["href"] for link in landing["links"] if link["rel"] == "data"} == {
            "http://hub.test/collections"
        }
        assert (await client.get("/collections/c/items")).status_code == 200
        assert (await client.get("/health")).json() == {"status": "ok"}


async def test_the_store_is_closed_when_the_application_stops(store: MemoryStacStore) -> None:
    app = create_app(CatalogueSettings(), store)
    async with app.router.lifespan_context(app):
        assert not store.closed
    assert store.closed


async def test_the_openapi_document_describes_what_is_served(client: httpx2.AsyncClient) -> None:
    answer = await client.get("api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    document = openapi_document()
    assert answer.json() == json.loads(json.dumps(document))
    root = "/services/catalogue"
    assert document["paths"].keys() == {
        f"{root}/", f"{root}/conformance", f"{root}/collections", f"{root}/search",
        f"{root}/collections/{{collection_id}}", f"{root}/collections/{{collection_id}}/items",
        f"{root}/collections/{{collection_id}}/items/{{item_id}}", f"{root}/queryables",
        f"{root}/collections/{{collection_id}}/queryables",
    }  # fmt: skip
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["responses"].keys() >= {"4XX", "5XX"}
            assert operation["responses"].keys() & {"200", "201", "204"}
    limits = [
        one for one in document["paths"][f"{root}/search"]["get"]["parameters"] if one["name"] == "limit"
    ]
    assert limits[0]["schema"] == {"title": "Limit", "type": "integer", "minimum": 1, "maximum": 1_000_000}


async def test_what_the_caller_has_already_is_not_sent_again(client: httpx2.AsyncClient) -> None:
    for path in ("", "collections", "collections/a", "collections/c/items/i1", "search?limit=3"):
        first = await client.get(path)
        again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path


async def test_every_page_has_the_fields_of_the_first(client: httpx2.AsyncClient) -> None:
    page = (await client.get("search", params={"limit": 10, "fields": "properties.datetime"})).json()
    assert [one.keys() for one in page["features"]] == [
        {"id", "type", "collection", "properties", "links"}
    ] * 10
    link = next(link for link in page["links"] if link["rel"] == "next")
    following = (await client.get(link["href"])).json()
    assert [one.keys() for one in following["features"]] == [page["features"][0].keys()] * 5
    fields = {"exclude": ["geometry", "properties"]}
    posted = (await client.post("search", json={"limit": 10, "fields": fields})).json()
    assert [one.keys() for one in posted["features"]] == [{"id", "type", "collection", "links"}] * 10
    assert next(link for link in posted["links"] if link["rel"] == "next")["body"]["fields"] == fields


async def test_fields_that_are_null_are_refused(client: httpx2.AsyncClient) -> None:
    assert (await client.post("search", json={"fields": None})).status_code == 400


class EndlessStore(MemoryStacStore):
    """Never finds anything, and tells when it begins and when it is stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.stopped = anyio.Event(), anyio.Event()

    async def search(self, query: ItemQuery) -> ItemPage:
        self.begun.set()
        try:
            await anyio.sleep_forever()
        finally:
            self.stopped.set()
        raise AssertionError


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "search", b""), ("POST", "search", b"{}"), ("GET", "collections/c/items", b"")],
)
async def test_a_search_ends_with_its_caller_and_is_no_empty_success(
    method: str, path: str, body: bytes
) -> None:
    store, sent = EndlessStore(), list[Message]()
    app = create_app(CatalogueSettings(), store)
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await store.begun.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"host", b"hub.test")]
    where = {"path": f"/services/catalogue/{path}", "query_string": b"", "scheme": "http", "server": None}
    with anyio.fail_after(30):
        await app({"type": "http", "method": method, "headers": headers, **where}, receive, send)
    assert store.stopped.is_set()
    assert [one["status"] for one in sent if one["type"] == "http.response.start"] in ([], [499])


# Filter, sort, query


async def test_a_filter_is_the_same_in_every_form(client: httpx2.AsyncClient, store: MemoryStacStore) -> None:
    document = {"op": "<", "args": [{"property": "gsd"}, 20]}
    text = "gsd < 20"
    for parameters in (
        {"filter": text},
        {"filter": text, "filter-lang": "cql2-text"},
        {"filter": json.dumps(document), "filter-lang": "cql2-json"},
        {"query": json.dumps({"gsd": {"lt": 20}})},
    ):
        assert (await client.get("search", params=parameters)).status_code == 200
        assert (await client.get("collections/c/items", params=parameters)).status_code == 200
    for body in (
        {"filter": document},
        {"filter": document, "filter-lang": "cql2-json"},
        {"filter": text, "filter-lang": "cql2-text"},
        {"query": {"gsd": {"lt": 20}}},
    ):
        assert (await client.post("search", json=body)).status_code == 200
    plain = [asked.filter for asked in store.searches]
    assert len(plain) == 12
    assert len({repr(one) for one in plain if one is not None and "Every" not in repr(one)}) == 1
    assert None not in plain


async def test_filter_and_query_have_to_hold_both(client: httpx2.AsyncClient, store: MemoryStacStore) -> None:
    both = {"filter": {"op": "=", "args": [{"property": "a"}, 1]}, "query": {"b": {"eq": 2}}}
    assert (await client.post("search", json=both)).status_code == 200
    assert isinstance(store.searches[0].filter, Every)
    assert len(store.searches[0].filter.parts) == 2


async def test_the_next_page_is_of_the_same_search(
    client: httpx2.AsyncClient, store: MemoryStacStore
) -> None:
    asked = {"filter": "id <> 'i3'", "sortby": "-id", "fields": "id", "q": "i1,i2,i3,i4", "limit": "2"}
    page = (await client.get("search", params=asked)).json()
    url = next(link["href"] for link in page["links"] if link["rel"] == "next")
    assert (await client.get(url)).status_code == 200
    body = {
        "filter": {"op": "<>", "args": [{"property": "id"}, "i3"]},
        "sortby": [{"field": "id", "direction": "desc"}],
    }
    body |= {
        "fields": {"include": ["id"]},
        "q": ["i1", "i2", "i3", "i4"],
        "limit": 2,
        "filter-lang": "cql2-json",
    }
    posted = (await client.post("search", json=body)).json()
    link = next(link for link in posted["links"] if link["rel"] == "next")
    assert {name: link["body"][name] for name in body} == body
    assert (await client.post(link["href"], json=link["body"])).status_code == 200
    first, second, third, fourth = store.searches
    assert first == replace(second, after=None) == third == replace(fourth, after=None)
    assert second.after == fourth.after is not None


async def test_a_token_of_another_order_or_filter_is_refused(client: httpx2.AsyncClient) -> None:
    page = (await client.get("search", params={"sortby": "id", "filter": "id <> 'i3'", "limit": 2})).json()
    url = next(link["href"] for link in page["links"] if link["rel"] == "next")
    token = url.rpartition("token=")[2]
    for parameters in ({"sortby": "-id", "filter": "id <> 'i3'"}, {"sortby": "id"}, {"filter": "id <> 'i3'"}):
        assert (await client.get("search", params=parameters | {"token": token})).status_code == 400


@pytest.mark.parametrize(
    "parameters",
    [
        {"filter": "gsd <"},
        {"filter": "gsd < 20", "filter-lang": "cql2-json"},
        {"filter": "gsd < 20", "filter-lang": "ecql"},
        {"filter": "gsd < 20", "filter-crs": "http://www.opengis.net/def/crs/EPSG/0/3857"},
        {"filter": "my_function(gsd) = 1"},
        {"sortby": "geometry"},
        {"sortby": ",".join("abcdefghi")},
        {"query": "{"},
        {"query": '{"gsd": {"near": 1}}'},
        {"fields": "x" * 501},
    ],
)
async def test_a_wrong_filter_order_or_query_is_a_sentence(
    client: httpx2.AsyncClient, parameters: dict[str, str]
) -> None:
    for path in ("search", "collections/c/items"):
        answer = await client.get(path, params=parameters)
        assert answer.status_code == 400
        assert answer.json()["code"] == "invalid"


# Queryables and collections


async def test_queryables_are_schemas_of_what_items_have(
    client: httpx2.AsyncClient, store: MemoryStacStore
) -> None:
    scene = item(1) | {"id": "scene", "collection": "a"}
    await store.put_items(
        [item_record(scene | {"properties": {"datetime": None, "gsd": 10, "platform": "s2a"}})]
    )
    everywhere = await client.get("queryables")
    one = await client.get("collections/a/queryables")
    assert everywhere.headers["content-type"] == "application/schema+json"
    assert everywhere.json()["$id"] == "http://hub.test/services/catalogue/queryables"
    schema = one.json()
    assert schema["$id"] == "http://hub.test/services/catalogue/collections/a/queryables"
    assert schema["properties"]["gsd"] == {"type": "integer", "minimum": 10, "maximum": 10}
    assert schema["properties"]["platform"] == {"type": "string", "enum": ["s2a"]}
    assert {"id", "collection", "geometry", "datetime"} <= schema["properties"].keys()
    assert "gsd" in everywhere.json()["properties"]
    assert "gsd" not in (await client.get("collections/c/queryables")).json()["properties"]
    assert (await client.get("collections/typo/queryables")).status_code == 404
    assert (await client.get("queryables?x=1")).status_code == 400


async def test_every_page_leads_to_its_queryables(client: httpx2.AsyncClient) -> None:
    for path in ("", "collections/a"):
        links = (await client.get(path)).json()["links"]
        url = next(link["href"] for link in links if link["rel"].endswith("/queryables"))
        assert (await client.get(url)).status_code == 200


async def test_collections_are_searched_by_words_place_and_time(
    client: httpx2.AsyncClient, store: MemoryStacStore
) -> None:
    extent = {
        "spatial": {"bbox": [[170, -10, -170, 10]]},
        "temporal": {"interval": [["2020-01-01T00:00:00Z", None]]},
    }
    found = {"type": "Collection", "id": "pacific", "title": "Sea surface", "extent": extent}
    await store.put_collections([collection_record(found)])
    for parameters, ids in (
        ({"q": "surface"}, ["pacific"]),
        ({"q": "forest"}, []),
        ({"bbox": "-175,-5,-174,5", "q": "sea"}, ["pacific"]),
        ({"bbox": "0,0,1,1", "q": "sea"}, []),
        ({"datetime": "2021-01-01T00:00:00Z/..", "q": "sea"}, ["pacific"]),
        ({"datetime": "../2019-01-01T00:00:00Z", "q": "sea"}, []),
    ):
        page = (await client.get("collections", params=parameters)).json()
        assert [one["id"] for one in page["collections"]] == ids, parameters
        assert page["numberReturned"] == page["numberMatched"] == len(ids)


_SEARCHED_BY = ("sort", "fields", "query", "free-text")
_CLAIMED = (
    *(
        "core",
        "collections",
        "item-search",
        "ogcapi-features",
        "geojson",
        "collection-search",
        "simple-query",
    ),
    *(
        "features-filter",
        "cql2-text",
        "cql2-json",
        "basic-cql2",
        "advanced-comparison-operators",
        "arithmetic",
    ),
    *("spatial-functions", "temporal-functions", "array-functions", "property-property"),
)


async def test_what_is_claimed_is_what_is_done(client: httpx2.AsyncClient) -> None:
    conforms = (await client.get("conformance")).json()["conformsTo"]
    claimed = {one.rpartition("/")[2] for one in conforms}
    searched = {f"{where}#{what}" for where in ("item-search", "ogcapi-features") for what in _SEARCHED_BY}
    assert claimed >= {*_CLAIMED, *searched, "item-search#filter", "collection-search#free-text"}
    assert not claimed & {
        "functions",
        "collection-search#filter",
        "collection-search#sort",
        "children",
        "browseable",
    }
