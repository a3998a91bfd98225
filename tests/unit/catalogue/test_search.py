"""How a search is asked, and what is done here for catalogues that cannot search words."""

import pytest
from fakes.stac_documents import cube_item, with_properties

from eohub_catalogue.contract import SearchQuery
from eohub_catalogue.search import (
    WordSearch,
    has_words,
    interval,
    matched_of,
    next_link,
    parameters_of,
    word_search_of,
)

FREE_TEXT = "https://api.stacspec.org/v1.0.0-rc.1/item-search#free-text"
ADVANCED = "https://api.stacspec.org/v1.0.0-rc.1/item-search#advanced-free-text"


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ([], "none"),
        (["https://api.stacspec.org/v1.0.0/item-search"], "none"),
        (["https://api.stacspec.org/v1.0.0-rc.1/collection-search#free-text"], "none"),
        ([FREE_TEXT], "basic"),
        ([FREE_TEXT, ADVANCED], "advanced"),
        ([None, 7, FREE_TEXT], "basic"),
    ],
)
def test_what_a_catalogue_declares(declared: list[object], found: WordSearch) -> None:
    assert word_search_of(declared) == found


@pytest.mark.parametrize(
    ("words", "word_search", "expected"),
    [
        ("north  temperature", "basic", "north temperature"),
        ("north,temperature", "basic", "north temperature"),
        ("north temperature", "advanced", '"north" AND "temperature"'),
        ('a" OR "b', "advanced", '"a" AND "OR" AND "b"'),
        ("north", "none", None),
        (" , ", "basic", None),
    ],
)
def test_every_word_has_to_occur(words: str, word_search: WordSearch, expected: str | None) -> None:
    parameters = parameters_of(SearchQuery(catalogue="x", words=words), word_search)
    assert parameters.get("q") == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2020-01-01", "2020-12-31", "2020-01-01T00:00:00Z/2020-12-31T23:59:59.999Z"),
        (None, "2020-12-31", "../2020-12-31T23:59:59.999Z"),
        ("2020-01-01", None, "2020-01-01T00:00:00Z/.."),
        (None, "2020-01-01T06:00Z", "../2020-01-01T06:00:59.999Z"),
        ("2020-01-01T06:00Z", "2020-01-01T12:30:15.5Z", "2020-01-01T06:00:00Z/2020-01-01T12:30:15.5Z"),
    ],
)
def test_both_ends_are_included(start: str | None, end: str | None, expected: str) -> None:
    assert interval(start, end) == expected
    assert parameters_of(SearchQuery(catalogue="x", start=start, end=end), "basic")["datetime"] == expected


def test_a_search_without_dates_asks_for_none() -> None:
    assert parameters_of(SearchQuery(catalogue="x"), "basic") == {"limit": "20"}


@pytest.mark.parametrize("words", ["", "america a1b", "AIR_TEMPERATURE", "annual", "a1b-e1"])
def test_words_are_found_in_titles_descriptions_ids_and_variables(words: str) -> None:
    assert has_words(cube_item(), words)


def test_words_are_found_in_keywords() -> None:
    assert has_words(with_properties(keywords=["HadGEM2", 7]), "hadgem2")


@pytest.mark.parametrize("item", [cube_item(), None, [], {"properties": 3}])
def test_a_word_that_does_not_occur_is_not_found(item: object) -> None:
    assert not has_words(item, "america ocean")


def test_the_next_link_is_found_among_broken_ones() -> None:
    link = {"rel": "next", "href": "x"}
    assert next_link({"links": [None, {"rel": "self"}, link]}) == link
    assert next_link({"links": "none"}) is None


@pytest.mark.parametrize(
    ("document", "matched"),
    [
        ({"numberMatched": 7}, 7),
        ({"context": {"matched": 9}}, 9),
        ({"numberMatched": "7"}, None),
        ({"numberMatched": -1}, None),
        ({"numberMatched": True}, None),
        ({}, None),
    ],
)
def test_a_total_is_believed_only_where_it_is_a_count(
    document: dict[str, object], matched: int | None
) -> None:
    assert matched_of(document) == matched
