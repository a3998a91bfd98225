"""Page markers: what a next link asks for, inside the catalogue and nowhere else."""

from typing import Any

import pytest

from eohub_catalogue.errors import InvalidPage
from eohub_catalogue.server.page import PageMarker

BASE = "https://stac.example.org/api/v1/"
GET = PageMarker(method="GET", path="search?limit=10")
POSTED = PageMarker(method="POST", path="search", body={"limit": 10, "collections": ["a"]})


def of(link: dict[str, Any], asked: PageMarker = GET) -> PageMarker | None:
    return PageMarker.of_link({"rel": "next", **link}, BASE, asked)


@pytest.mark.parametrize(
    ("href", "path"),
    [
        (f"{BASE}search?token=1", "search?token=1"),
        ("http://internal:8080/api/v1/search?token=1", "search?token=1"),
        ("/api/v1/search?token=1", "search?token=1"),
        ("search?token=1", "search?token=1"),
        ("?token=1#top", "search?token=1"),
        ("https://internal/stac/search?token=1", "search?token=1"),
        ("/search?token=1", "search?token=1"),
        (f"{BASE}collections/a%2Fb/items?x=1", "collections/a%2Fb/items?x=1"),
        ("https://stac.example.org/other?token=1", None),
        ("https://stac.example.org/", None),
        (f"{BASE}../../hub/search", None),
        (f"{BASE}%2e%2e/%2e%2e/search", None),
        (f"{BASE}a/..%2f..%2fsearch", None),
        (f"{BASE}", None),
        ("http://[", None),
        ("", "search?limit=10"),
        (None, None),
        ({"a": 1}, None),
    ],
)
def test_an_address_is_taken_below_the_root(href: object, path: str | None) -> None:
    found = of({"href": href})
    assert (None if found is None else found.path) == path


def test_an_empty_address_is_the_page_itself() -> None:
    found = of({"href": ""})
    assert found is not None
    assert found.goes_round


@pytest.mark.parametrize(
    ("link", "body"),
    [
        ({"body": {"token": "t"}}, {"token": "t"}),
        ({"merge": False, "body": {"token": "t"}}, {"token": "t"}),
        ({"merge": True, "body": {"token": "t"}}, {"limit": 10, "collections": ["a"], "token": "t"}),
        ({"merge": True, "body": {"limit": 5}}, {"limit": 5, "collections": ["a"]}),
        ({"merge": "yes", "body": {"token": "t"}}, {"token": "t"}),
        (
            {"body": {"collections": ["a"], "limit": 10, "token": "t"}},
            {"limit": 10, "collections": ["a"], "token": "t"},
        ),
        ({}, None),
        ({"body": {}}, None),
    ],
)
def test_a_body_is_merged_only_where_the_link_says_so(link: dict[str, Any], body: object) -> None:
    found = of({"href": f"{BASE}search", "method": "POST", **link}, POSTED)
    assert found is not None
    again = PageMarker.decoded(found.encoded(), POSTED.body or {})
    assert (again.method, again.body) == ("POST", body)


@pytest.mark.parametrize(
    "link",
    [
        {"method": "DELETE"},
        {"method": "PUT"},
        {"body": [1]},
        {"method": "POST", "body": "x"},
        {"method": 3, "body": {"a": float("nan")}},
        {"body": {"a": "x" * 20_000}},
        {"href": f"{BASE}search?token={'x' * 9000}"},
    ],
)
def test_what_cannot_be_asked_is_no_page(link: dict[str, Any]) -> None:
    found = of({"href": f"{BASE}search", **link})
    assert found is None


def test_only_harmless_headers_are_kept() -> None:
    headers = {
        "X-Next": "1",
        "next": "2",
        "Authorization": "Bearer x",
        "Cookie": "x",
        "Host": "x",
        "X-Forwarded-For": "x",
        "Content-Length": "0",
        "X-Bad": "a\r\nb",
        "X-Number": 3,
    }
    found = of({"href": f"{BASE}search", "headers": headers})
    assert found is not None
    assert found.headers == {"X-Next": "1", "next": "2"}


def test_a_marker_of_another_search_says_nothing_of_that_one() -> None:
    found = of({"href": f"{BASE}search", "method": "POST", "merge": True, "body": {"token": "t"}}, POSTED)
    assert found is not None
    other = PageMarker.decoded(found.encoded(), {"limit": 3, "collections": ["secret"]})
    assert other.body == {"limit": 3, "collections": ["secret"], "token": "t"}


def test_pages_that_come_again_are_noticed() -> None:
    marker = GET
    for number in (1, 2, 3):
        found = of({"href": f"{BASE}search?token={number}"}, marker)
        assert found is not None
        assert not found.goes_round
        marker = PageMarker.decoded(found.encoded(), {})
    again = of({"href": f"{BASE}search?token=1"}, marker)
    assert again is not None
    assert again.goes_round


@pytest.mark.parametrize("text", ["", "x", "e30=", "W10=", "bnVsbA==", "\u00e9"])
def test_what_is_no_marker_is_refused(text: str) -> None:
    with pytest.raises(InvalidPage):
        PageMarker.decoded(text, {})
