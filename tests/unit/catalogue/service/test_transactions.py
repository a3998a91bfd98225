"""Writes: who may, what happens, and what does not."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fakes.hub_tokens import KnownTokens
from fakes.stac_store import MemoryStacStore

from eohub_catalogue.index.document import collection_record, item_record
from eohub_catalogue.service.app import create_app
from eohub_catalogue.service.settings import CatalogueSettings
from eohub_catalogue.service.transactions import SCOPE

TOKENS = KnownTokens(
    {"writer": (SCOPE,), "narrow": (f"{SCOPE}!user=ann",), "reader": ("self", "custom:other")}
)
ITEM: dict[str, Any] = {
    "type": "Feature",
    "id": "a/b",
    "geometry": None,
    "properties": {"datetime": "2020-01-01T00:00:00Z", "gsd": 10},
}
COLLECTION: dict[str, Any] = {
    "type": "Collection",
    "id": "new",
    "description": "d",
    "license": "CC0-1.0",
    "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}},
}
WRITES = [
    ("POST", "collections", COLLECTION),
    ("PUT", "collections/c", COLLECTION | {"id": "c"}),
    ("PATCH", "collections/c", {"title": "t"}),
    ("DELETE", "collections/c", None),
    ("POST", "collections/c/items", ITEM),
    ("PUT", "collections/c/items/old", ITEM | {"id": "old"}),
    ("PATCH", "collections/c/items/old", {"properties": {"gsd": 20}}),
    ("DELETE", "collections/c/items/old", None),
]


@pytest.fixture
async def store() -> MemoryStacStore:
    store = MemoryStacStore()
    old = ITEM | {
        "id": "old",
        "collection": "c",
        "links": [{"rel": "license", "href": "https://example.org"}],
    }
    await store.put_items([item_record(old)])
    await store.put_collections([collection_record(COLLECTION | {"id": "c"})])
    return store


@pytest.fixture
async def client(store: MemoryStacStore) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(CatalogueSettings(), store)
    app.state.hub_auth = TOKENS
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app),
        base_url="http://hub.test/services/catalogue/",
        headers={"Authorization": "token writer"},
    ) as client:
        yield client


def dump(store: MemoryStacStore) -> object:
    return dict(vars(store)["_items"]), dict(vars(store)["_collections"])


# Who may


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "token nobody"}, 401),
        ({"Authorization": "Basic d3JpdGVyOg=="}, 401),
        ({"Authorization": "", "Cookie": "jupyterhub-session-id=writer; _xsrf=x"}, 401),
        ({"Authorization": "token reader"}, 403),
    ],
)
async def test_nothing_is_written_without_the_scope(
    client: httpx2.AsyncClient,
    store: MemoryStacStore,
    method: str,
    path: str,
    body: object,
    headers: dict[str, str],
    status: int,
) -> None:
    before = dump(store)
    answer = await client.request(method, path, json=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["detail"].endswith(".")
    assert dump(store) == before


async def test_a_bad_body_of_a_stranger_is_refused_for_who_they_are(client: httpx2.AsyncClient) -> None:
    answer = await client.post("collections", content=b"{", headers={"Authorization": "token reader"})
    assert answer.status_code == 403


@pytest.mark.parametrize("scheme", ["token writer", "Bearer writer", "token narrow"])
async def test_who_has_the_scope_may_write(client: httpx2.AsyncClient, scheme: str) -> None:
    answer = await client.post("collections", json=COLLECTION, headers={"Authorization": scheme})
    assert answer.status_code == 201


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_without_a_hub_nothing_is_written_and_it_says_how_else(
    store: MemoryStacStore, method: str, path: str, body: object
) -> None:
    app = create_app(CatalogueSettings(prefix="/"), store)
    transport, before = httpx2.ASGITransport(app=app), dump(store)
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub.test/") as alone:
        answer = await alone.request(method, path, json=body, headers={"Authorization": "token writer"})
        conforms = (await alone.get("conformance")).json()["conformsTo"]
    assert answer.status_code == 403
    assert "eohub-catalogue" in answer.json()["hint"]
    assert dump(store) == before
    assert not [one for one in conforms if "transaction" in one]


async def test_with_a_hub_it_says_that_it_can_be_written(store: MemoryStacStore) -> None:
    app = create_app(CatalogueSettings(hub_api_url="http://127.0.0.1:1/hub/api"), store)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://hub.test/services/catalogue/"
    ) as client:
        conforms = (await client.get("conformance")).json()["conformsTo"]
    assert len([one for one in conforms if one.endswith("extensions/transaction")]) == 2


# Items


async def test_an_item_is_added_where_its_answer_says(client: httpx2.AsyncClient) -> None:
    made = await client.post("collections/c/items", json=ITEM)
    assert made.status_code == 201
    assert made.headers["location"] == "http://hub.test/services/catalogue/collections/c/items/a%2Fb"
    read = await client.get(made.headers["location"])
    assert read.json() == made.json()
    assert read.headers["etag"] == made.headers["etag"]
    assert read.json()["collection"] == "c"


async def test_what_exists_is_not_added_again(client: httpx2.AsyncClient, store: MemoryStacStore) -> None:
    before = dump(store)
    several = {"type": "FeatureCollection", "features": [ITEM, ITEM | {"id": "old"}]}
    for body in (ITEM | {"id": "old"}, several):
        answer = await client.post("collections/c/items", json=body)
        assert answer.status_code == 409
    assert dump(store) == before


async def test_many_items_are_added_at_once(client: httpx2.AsyncClient) -> None:
    features = [ITEM | {"id": f"n{number}"} for number in range(200)]
    made = await client.post("collections/c/items", json={"type": "FeatureCollection", "features": features})
    assert (made.status_code, made.content) == (201, b"")
    assert "location" not in made.headers
    page = (await client.get("collections/c/items", params={"limit": 1})).json()
    assert page["numberMatched"] == 201


async def test_an_item_is_replaced(client: httpx2.AsyncClient) -> None:
    done = await client.put(
        "collections/c/items/old",
        json=ITEM | {"id": "old", "properties": {"datetime": "2021-01-01T00:00:00Z"}},
    )
    assert (done.status_code, done.content) == (204, b"")
    read = await client.get("collections/c/items/old")
    assert read.json()["properties"] == {"datetime": "2021-01-01T00:00:00Z"}
    assert read.headers["etag"] == done.headers["etag"]


async def test_a_patch_changes_what_it_names_and_keeps_all_else(client: httpx2.AsyncClient) -> None:
    patch = {"properties": {"gsd": None, "eo:cloud_cover": 5}}
    kind = {"Content-Type": "application/merge-patch+json"}
    done = await client.patch("collections/c/items/old", content=json.dumps(patch), headers=kind)
    assert done.status_code == 204
    read = (await client.get("collections/c/items/old")).json()
    assert read["properties"] == {"datetime": "2020-01-01T00:00:00Z", "eo:cloud_cover": 5}
    assert read["links"][-1]["rel"] == "license"


async def test_an_item_is_removed_and_may_be_removed_again(client: httpx2.AsyncClient) -> None:
    for _ in range(2):
        assert (await client.delete("collections/c/items/old")).status_code == 204
        assert (await client.get("collections/c/items/old")).status_code == 404


# Collections


async def test_a_collection_lives_from_post_to_delete(client: httpx2.AsyncClient) -> None:
    made = await client.post("collections", json=COLLECTION)
    assert made.status_code == 201
    assert made.headers["location"] == "http://hub.test/services/catalogue/collections/new"
    assert (await client.get("collections/new")).json() == made.json()
    assert (await client.post("collections", json=COLLECTION)).status_code == 409
    assert (await client.put("collections/new", json=COLLECTION | {"title": "t"})).status_code == 204
    assert (await client.patch("collections/new", json={"keywords": ["k"]})).status_code == 204
    read = (await client.get("collections/new")).json()
    assert (read["title"], read["keywords"]) == ("t", ["k"])
    assert (await client.delete("collections/new")).status_code == 204
    assert (await client.get("collections/new")).status_code == 404
    assert (await client.delete("collections/new")).status_code == 204


async def test_a_collection_with_items_stays(client: httpx2.AsyncClient) -> None:
    refused = await client.delete("collections/c")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert (await client.get("collections/c")).status_code == 200


# What is wrong


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "collections/c/items", {"id": "x"}, 422),
        ("POST", "collections/c/items", ITEM | {"collection": "d"}, 400),
        ("POST", "collections/typo/items", ITEM, 404),
        ("POST", "collections/c/items", {"type": "FeatureCollection", "features": []}, 422),
        ("PUT", "collections/c/items/typo", ITEM | {"id": "typo"}, 404),
        ("PUT", "collections/c/items/old", ITEM, 400),
        ("PUT", "collections/c/items/old", ITEM | {"id": "old", "properties": None}, 422),
        ("PATCH", "collections/c/items/typo", {}, 404),
        ("PATCH", "collections/c/items/old", {"id": "new"}, 400),
        ("PATCH", "collections/c/items/old", {"collection": "d"}, 400),
        ("PATCH", "collections/c/items/old", {"properties": None}, 422),
        ("PATCH", "collections/c/items/old", [1], 400),
        ("PUT", "collections/typo", COLLECTION | {"id": "typo"}, 404),
        ("PUT", "collections/c", COLLECTION, 400),
        ("PATCH", "collections/c", {"extent": None}, 422),
        ("PATCH", "collections/typo", {}, 404),
        ("POST", "collections", ITEM, 422),
        ("POST", "collections", [COLLECTION], 400),
        ("DELETE", "collections/c/items/%00", None, 400),
    ],
)
async def test_what_is_wrong_is_one_sentence_and_changes_nothing(
    client: httpx2.AsyncClient, store: MemoryStacStore, method: str, path: str, body: object, status: int
) -> None:
    before = dump(store)
    answer = await client.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"].endswith(".")
    assert dump(store) == before


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b'{"id": "' + b"x" * 2**20 + b'"}', "application/json", 413),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    client: httpx2.AsyncClient, content: bytes, kind: str, status: int
) -> None:
    answer = await client.post("collections/c/items", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status


@pytest.mark.parametrize("depth", [100, 900, 1_000, 5_000, 50_000])
@pytest.mark.parametrize("kind", ["object", "list"])
async def test_a_body_that_is_nested_deeply_is_no_failure_of_ours(
    client: httpx2.AsyncClient, depth: int, kind: str
) -> None:
    opened, closed = ('{"a":', "}") if kind == "object" else ("[", "]")
    deep = f"{opened * depth}1{closed * depth}"
    start, time = '{"type":"Feature","id":"old",', '"datetime":"2020-01-01T00:00:00Z"'
    item = f'{start}"geometry":null,"properties":{{{time},"x":{deep}}}}}'
    placed = f'{start}"bbox":[0,0,0,0],"properties":{{{time}}},"geometry":{deep}}}'
    where, headers = "collections/c/items/old", {"Content-Type": "application/json"}
    answers = [
        await client.put(where, content=item, headers=headers),
        await client.put(where, content=placed, headers=headers),
        await client.patch(where, content=f'{{"properties":{{"x":{deep}}}}}', headers=headers),
        await client.post("collections/c/items", content=item.replace("old", "new"), headers=headers),
        await client.post("collections", content=deep, headers=headers),
    ]
    assert {answer.status_code for answer in answers} <= {201, 204, 400, 422}
    assert (await client.get(where)).status_code == 200


# Two at once


@pytest.mark.parametrize("path", ["collections/c/items/old", "collections/c"])
async def test_a_change_of_what_somebody_else_changed_is_refused(
    client: httpx2.AsyncClient, path: str
) -> None:
    read = await client.get(path)
    match = {"If-Match": read.headers["etag"]}
    patch = {"links": []} if path.endswith("/c") else {"properties": {"gsd": 1}}
    assert (
        await client.patch(path, json=patch | {"assets": {}, "title": "t"}, headers=match)
    ).status_code == 204
    for method in ("PUT", "PATCH", "DELETE"):
        answer = await client.request(method, path, json=read.json(), headers=match)
        assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed"), method
    assert (await client.get(path)).status_code == 200


async def test_what_is_gone_does_not_match(client: httpx2.AsyncClient) -> None:
    answer = await client.delete("collections/c/items/typo", headers={"If-Match": "*"})
    assert answer.status_code == 412
