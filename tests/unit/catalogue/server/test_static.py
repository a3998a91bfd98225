"""Documents of a static catalogue on the web: asked conditionally, followed wherever they lead."""

import json
from typing import Any

import httpx2
import pytest
from fakes.catalogue_items import COLLECTIONS, ITEMS
from fakes.catalogue_web import Answers, open_web
from fakes.static_site import ROOT, StaticSite, published

from eohub_catalogue.errors import CatalogueBroken, LoginNeeded
from eohub_catalogue.index.reading import Found
from eohub_catalogue.server.documents import MOST_LINKED
from eohub_catalogue.server.static import StaticDocuments
from eohub_toolkit.errors import EohubError, NotFound


def documents_of(transport: httpx2.AsyncBaseTransport) -> StaticDocuments:
    return StaticDocuments(open_web(transport), ROOT, None)


async def test_a_document_that_has_not_changed_sends_no_body() -> None:
    site = StaticSite(published(COLLECTIONS, ITEMS))
    documents = documents_of(site)
    read = await documents.read(ROOT, None)
    assert read is not None
    (found,) = read.readings
    assert isinstance(found, Found)
    assert await documents.read(ROOT, read.stamp) is None
    assert [status for _, _, status in site.asked] == [200, 304]


async def test_a_host_without_etags_is_asked_by_time_or_anew() -> None:
    modified = {"Last-Modified": "Sun, 01 Mar 2026 12:00:00 GMT"}
    answers = Answers(httpx2.Response(200, json={}, headers=modified), httpx2.Response(304))
    documents = documents_of(answers)
    read = await documents.read(ROOT, None)
    assert read is not None
    assert await documents.read(ROOT, read.stamp) is None
    assert answers.asked[1].headers["If-Modified-Since"] == modified["Last-Modified"]
    bare = await documents_of(Answers(httpx2.Response(200, json={}))).read(ROOT, None)
    assert bare is not None
    assert bare.stamp is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, NotFound),
        (410, NotFound),
        (401, LoginNeeded),
        (403, LoginNeeded),
        (304, CatalogueBroken),
        (418, CatalogueBroken),
    ],
)
async def test_other_answers_are_sentences(status: int, kind: type[EohubError]) -> None:
    with pytest.raises(kind):
        await documents_of(Answers(httpx2.Response(status))).read(ROOT, None)


async def test_what_is_no_json_is_a_reason() -> None:
    for body in (b"<html></html>", b'{"type": "Cat', b""):
        read = await documents_of(Answers(httpx2.Response(200, content=body))).read(ROOT, None)
        assert read is not None
        assert not [each for each in read.readings if isinstance(each, Found)]


def test_links_lead_on_to_children_and_items_only() -> None:
    hrefs: list[tuple[Any, Any]] = [
        ("child", "./a/catalog.json"),
        ("item", "../b.json#part"),
        ("items", "https://other.example.org/items.json"),
        ("self", ROOT),
        ("parent", "../catalog.json"),
        ("license", "x"),
        ("child", "ftp://example.org/x"),
        ("child", "file:///etc/passwd"),
        ("child", "javascript:1"),
        ("child", 5),
        ("child", ""),
        ("child", "http://["),
        (["child"], "x"),
        ("child", "x" * 3000),
    ]
    links = [*({"rel": relation, "href": href} for relation, href in hrefs), "odd", None]
    found = documents_of(StaticSite({})).links(ROOT, {"links": links})
    assert found == [
        "https://static.example.org/stac/a/catalog.json",
        "https://static.example.org/b.json",
        "https://other.example.org/items.json",
    ]


def test_places_are_shown_below_the_root() -> None:
    documents = documents_of(StaticSite({}))
    assert documents.shown("https://static.example.org/stac/a/b.json") == "a/b.json"
    assert documents.shown("https://other.example.org/b.json") == "https://other.example.org/b.json"
    assert documents.resolved("https://static.example.org/stac/a/b.json", "../c.tif").endswith("/stac/c.tif")
    assert documents.resolved(ROOT, "s3://bucket/c.tif") == "s3://bucket/c.tif"
    assert json.loads(json.dumps(documents.place(ROOT))) == ROOT


def test_links_are_followed_as_far_as_their_addresses_fit_into_memory() -> None:
    links = [{"rel": "item", "href": f"https://a.example/{'x' * 2_000}"}] * 100_000
    led = documents_of(StaticSite({})).links(ROOT, {"links": links})
    assert sum(map(len, led[:-1])) <= MOST_LINKED < sum(map(len, led))
