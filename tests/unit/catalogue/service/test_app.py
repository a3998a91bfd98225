"""The application without a network: requests go straight to it, and the store is in memory."""

import json
from collections.abc import AsyncIterator

import httpx2
import pytest
from fakes.stac_store import MemoryStacStore

from eohub_catalogue.index.document import collection_record, item_record
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


def test_reading_needs_no_right_and_writing_is_not_offered() -> None:
    document = openapi_document()
    assert "securitySchemes" not in document.get("components", {})
    offered = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert not [pair for pair in offered if "security" in document["paths"][pair[1]][pair[0]]]
    assert [path for method, path in offered if method != "get"] == ["/services/catalogue/search"]


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
        f"{root}/collections/{{collection_id}}/items/{{item_id}}",
    }  # fmt: skip
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["responses"].keys() == {"200", "4XX", "5XX"}
    limits = [
        one for one in document["paths"][f"{root}/search"]["get"]["parameters"] if one["name"] == "limit"
    ]
    assert limits[0]["schema"] == {"title": "Limit", "type": "integer", "minimum": 1, "maximum": 1_000_000}
