"""What a STAC API can do, learned from real landing pages and from odd ones."""

import json
from pathlib import Path

import pytest

from eohub_catalogue.conformance import Facts, conformance_link, facts_of
from eohub_catalogue.reading import sequence

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "stac-api"
BASE = "https://api.stacspec.org/v1.0.0"
REAL = {
    "planetary-computer-landing": Facts(cql2="both", query=True, sort=True, post=True, queryables=True),
    "sage-uvt-landing": Facts(cql2="both", query=True, sort=True, post=True, queryables=True),
    "eoapi-dev-landing": Facts(
        cql2="both",
        query=True,
        sort=True,
        post=True,
        collection_words="basic",
        collection_limit=True,
        queryables=True,
    ),
    "earth-search-v1-landing": Facts(query=True, sort=True, post=True, queryables=True),
    "paituli-landing-f-json": Facts(cql2="text", sort=True, post=True, queryables=True),
    "spacebel-landing": Facts(
        cql2="both", sort=True, post=True, collection_words="basic", collection_limit=True, queryables=True
    ),
    "earth-search-v0-landing": Facts(),
}


@pytest.mark.parametrize("name", REAL)
def test_real_landing_pages_are_understood(name: str) -> None:
    landing = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    assert facts_of(landing, sequence(landing.get("conformsTo"))) == REAL[name]


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ([], "none"),
        ([f"{BASE}/item-search"], "none"),
        ([f"{BASE}-rc.1/collection-search#free-text"], "none"),
        ([f"{BASE}-rc.1/item-search#free-text"], "basic"),
        ([f"{BASE}-rc.1/item-search#free-text", f"{BASE}-rc.1/item-search#advanced-free-text"], "advanced"),
        ([None, 7, f"{BASE}-rc.1/item-search#free-text/"], "basic"),
    ],
)
def test_words_of_items(declared: list[object], words: str) -> None:
    assert facts_of({}, declared).words == words


def test_a_filter_without_a_language_and_a_language_without_a_filter_are_no_cql2() -> None:
    cql2 = "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text"
    assert facts_of({}, [f"{BASE}/item-search#filter"]).cql2 == "none"
    assert facts_of({}, [cql2]).cql2 == "none"
    assert facts_of({}, [f"{BASE}/item-search#filter", cql2.replace("text", "json")]).cql2 == "json"


@pytest.mark.parametrize(
    ("landing", "declared", "searchable"),
    [
        ({}, [], True),
        ({"links": [{"rel": "search"}]}, [f"{BASE}/core"], True),
        ({"links": []}, [f"{BASE}/core", f"{BASE}/item-search"], True),
        ({"links": "none"}, [f"{BASE}/core", f"{BASE}/collections"], False),
    ],
)
def test_an_api_without_a_search_is_one_that_says_so(
    landing: dict[str, object], declared: list[object], searchable: bool
) -> None:
    assert facts_of(landing, declared).searchable is searchable


def test_classes_may_be_on_a_page_of_their_own() -> None:
    assert conformance_link({"links": [None, {"rel": "conformance"}]})
    assert not conformance_link({"links": {"rel": "conformance"}})
