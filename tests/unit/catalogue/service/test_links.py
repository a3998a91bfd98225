import json
from collections.abc import Mapping

import pytest
from starlette.requests import Request

from eohub_catalogue.index.ports import StoredCollection, StoredItem
from eohub_catalogue.service.fields import fields_of
from eohub_catalogue.service.links import (
    QUERYABLES,
    collection_json,
    collection_url,
    collections_json,
    feature_collection_json,
    item_json,
    link,
    root_url,
    url_with,
    with_query,
)

ROOT = "https://hub.example.org/services/catalogue/"


def request(headers: Mapping[str, str], query: str = "", scheme: str = "http") -> Request:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "http", "scheme": scheme, "server": ("127.0.0.1", 8005), "path": "/", "headers": raw}
    return Request({**scope, "method": "GET", "query_string": query.encode()})


@pytest.mark.parametrize(
    ("headers", "root"),
    [
        ({"Host": "127.0.0.1:8005"}, "http://127.0.0.1:8005/services/catalogue/"),
        ({"Host": "hub.example.org", "X-Forwarded-Proto": "https"}, ROOT),
        ({"Host": "hub.example.org", "X-Forwarded-Proto": "HTTPS, http"}, ROOT),
        ({"Host": "hub.example.org", "X-Forwarded-Proto": "javascript"}, ROOT.replace("https", "http")),
        ({"Host": "[::1]:8005"}, "http://[::1]:8005/services/catalogue/"),
        ({"Host": 'a"b'}, "http://127.0.0.1:8005/services/catalogue/"),
        ({"Host": "a/b"}, "http://127.0.0.1:8005/services/catalogue/"),
        ({"Host": "user@host"}, "http://127.0.0.1:8005/services/catalogue/"),
        ({}, "http://127.0.0.1:8005/services/catalogue/"),
    ],
)
def test_the_root_is_where_the_caller_reaches_it(headers: dict[str, str], root: str) -> None:
    assert root_url(request(headers), "/services/catalogue/") == root


def test_the_api_may_live_at_the_root_of_its_host() -> None:
    assert root_url(request({"Host": "stac.example.org"}, scheme="https"), "/") == "https://stac.example.org/"


def test_an_item_gets_the_links_of_the_api_before_its_own() -> None:
    item = StoredItem("c ü", 'a/"b', '{"id":"x","links_of_old":1}', '[{"rel":"license"},5]')
    made = json.loads(item_json(item, ROOT))
    parent = f"{ROOT}collections/c%20%C3%BC"
    assert made["links"] == [
        {"rel": "self", "type": "application/geo+json", "href": f"{parent}/items/a%2F%22b"},
        {"rel": "parent", "type": "application/json", "href": parent},
        {"rel": "collection", "type": "application/json", "href": parent},
        {"rel": "root", "type": "application/json", "href": ROOT},
        {"rel": "license"},
        5,
    ]
    assert (made["id"], made["links_of_old"]) == ("x", 1)


def test_an_item_without_a_collection_has_no_address_of_its_own() -> None:
    made = json.loads(item_json(StoredItem("", "a", "{}", "[]"), ROOT))
    assert [(one["rel"], one["href"]) for one in made["links"]] == [("root", ROOT), ("parent", ROOT)]


def test_a_collection_leads_to_its_items() -> None:
    made = json.loads(collection_json(StoredCollection("c/1", '{"id":"c/1"}', '[{"rel":"license"}]'), ROOT))
    assert {one["rel"]: one.get("href") for one in made["links"]} == {
        "self": f"{ROOT}collections/c%2F1",
        "parent": ROOT,
        "root": ROOT,
        "items": f"{ROOT}collections/c%2F1/items",
        QUERYABLES: f"{ROOT}collections/c%2F1/queryables",
        "license": None,
    }


def test_an_item_collection_counts_what_it_returns_and_tells_a_total_only_if_known() -> None:
    texts = [item_json(StoredItem("c", name, f'{{"id":"{name}"}}', "[]"), ROOT) for name in ("a", "b")]
    page = json.loads(feature_collection_json(texts, [link("self", ROOT)], None))
    assert [one["id"] for one in page["features"]] == ["a", "b"]
    assert (page["type"], page["numberReturned"], "numberMatched" in page) == ("FeatureCollection", 2, False)
    assert json.loads(feature_collection_json([], [], 0))["numberMatched"] == 0


def test_a_list_of_collections_may_be_empty() -> None:
    assert json.loads(collections_json([], ROOT, [], 0)) == {
        "collections": [], "links": [], "numberMatched": 0, "numberReturned": 0,
    }  # fmt: skip


def test_urls_keep_their_parameters() -> None:
    assert with_query(ROOT, request({}, "bbox=1,2,3,4&q=a%20b")) == f"{ROOT}?bbox=1,2,3,4&q=a%20b"
    assert with_query(ROOT, request({})) == ROOT
    assert url_with(ROOT, {"q": "a b&c", "token": "x"}) == f"{ROOT}?q=a+b%26c&token=x"
    assert collection_url(ROOT, "..") == f"{ROOT}collections/.."


def test_an_item_is_cut_to_the_fields_that_are_asked_for() -> None:
    item = StoredItem("c", "a", '{"id":"a","bbox":[0,0,1,1],"properties":{"x":1}}', '[{"rel":"license"}]')
    made = json.loads(item_json(item, ROOT, fields_of("bbox")))
    assert {name: made[name] for name in made if name != "links"} == {"id": "a", "bbox": [0, 0, 1, 1]}
    assert [one["rel"] for one in made["links"]] == ["self", "parent", "collection", "root", "license"]
    assert "links" not in json.loads(item_json(item, ROOT, fields_of("-links")))
