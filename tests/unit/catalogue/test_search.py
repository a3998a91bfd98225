"""How a search is asked, and what is done here for catalogues that cannot search words."""

import json
from dataclasses import replace
from typing import Any

import pytest
import shapely
from fakes.stac_documents import cube_item, with_properties

from eohub_catalogue.conformance import Facts, WordSearch
from eohub_catalogue.contract import PropertyFilter, SearchQuery
from eohub_catalogue.search import (
    box_of,
    halves,
    has_words,
    here_of,
    interval,
    matched_of,
    needs_facts,
    next_link,
    request_of,
    words_in,
)
from eohub_toolkit.errors import Invalid

CLOUD = PropertyFilter(property="eo:cloud_cover", op="<=", value=20)
LIKE = PropertyFilter(property="platform", op="like", value="sentinel%")
SQUARE: dict[str, object] = {
    "type": "Polygon",
    "coordinates": [[[1, 2], [3, 2], [3, 4.5], [1, 4.5], [1, 2]]],
}
FULL = Facts(words="basic", cql2="both", query=True, post=True)


def query(**fields: Any) -> SearchQuery:
    return SearchQuery(catalogue="x", **fields)


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
    assert words_in(words, word_search) == expected
    assert request_of(query(words=words), Facts(words=word_search), None).parameters.get("q") == expected


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
    assert request_of(query(start=start, end=end), Facts(), None).parameters["datetime"] == expected


def test_a_search_for_everything_asks_for_nothing_but_a_page() -> None:
    request = request_of(query(), FULL, None)
    assert (request.method, request.parameters, request.here) == ("GET", {"limit": "20"}, ())


def test_what_every_api_can_do_is_asked_without_knowing_it() -> None:
    asked = query(collections=("a", "b"), ids=("1",), area={"bbox": (1, 2, 3, 4.5)}, start="2020-01-01")
    assert not needs_facts(asked)
    request = request_of(asked, Facts(), halves(asked)[0])
    assert request.parameters == {
        "limit": "20",
        "collections": "a,b",
        "ids": "1",
        "bbox": "1,2,3,4.5",
        "datetime": "2020-01-01T00:00:00Z/..",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"words": "x"},
        {"properties": (CLOUD,)},
        {"cql2": "a = 1"},
        {"area": {"geometry": SQUARE}},
        {"ids": ("a,b",)},
        {"collections": tuple("x" * 100 + str(each) for each in range(50))},
    ],
)
def test_what_only_some_can_do_is_looked_up_before(fields: dict[str, Any]) -> None:
    assert needs_facts(query(**fields))


@pytest.mark.parametrize(
    ("sort", "text", "key"),
    [
        ("newest", "-properties.datetime", {"field": "properties.datetime", "direction": "desc"}),
        ("oldest", "properties.datetime", {"field": "properties.datetime", "direction": "asc"}),
        ("clearest", "properties.eo:cloud_cover", {"field": "properties.eo:cloud_cover", "direction": "asc"}),
        ("id", "id", {"field": "id", "direction": "asc"}),
    ],
)
def test_an_order_is_sent_to_those_that_can_sort(sort: Any, text: str, key: dict[str, str]) -> None:
    sorting = replace(FULL, sort=True)
    request = request_of(query(sort=sort), sorting, None)
    assert (request.method, request.parameters) == ("GET", {"limit": "20", "sortby": text})
    posted = request_of(query(sort=sort, area={"geometry": SQUARE}), sorting, None)
    assert (posted.method, posted.body["sortby"]) == ("POST", [key])
    assert "sortby" not in request_of(query(sort=sort), replace(FULL, sort=False), None).parameters


def test_a_shape_is_posted_where_that_can_be_done() -> None:
    request = request_of(query(area={"geometry": SQUARE}), FULL, None)
    assert (request.method, request.body["intersects"], request.here) == ("POST", SQUARE, ())
    assert "bbox" not in request.body


@pytest.mark.parametrize("turn", [0, -360])
def test_a_shape_beyond_180_degrees_is_cut_and_brought_back(turn: int) -> None:
    ring = [[170 + turn, 0], [190 + turn, 0], [190 + turn, 5], [170 + turn, 5], [170 + turn, 0]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    request = request_of(query(area={"geometry": shape}), FULL, None)
    sent = shapely.from_geojson(json.dumps(request.body["intersects"]))
    boxes = [shapely.box(170, 0, 180, 5), shapely.box(-180, 0, -170, 5)]
    assert (sent.geom_type, sent.equals(shapely.union_all(boxes))) == ("MultiPolygon", True)
    assert request_of(query(area={"geometry": shape}), Facts(), None).parameters["bbox"] == "-180,0,180,5"


def test_a_shape_is_searched_by_its_box_and_then_here_where_it_cannot_be_posted() -> None:
    request = request_of(query(area={"geometry": SQUARE}), Facts(), None)
    assert (request.method, request.parameters["bbox"], request.here) == ("GET", "1,2,3,4.5", ("area",))


def test_an_area_across_the_antimeridian_is_two() -> None:
    assert halves(query(area={"bbox": (170, -10, -170, 10)})) == ((170, -10, 180, 10), (-180, -10, -170, 10))
    assert halves(query(area={"bbox": (170, 0, 190, 1)})) == ((170, 0, 180, 1), (-180, 0, -170, 1))
    assert halves(query(area={"bbox": (-190, 0, -170, 1)})) == ((170, 0, 180, 1), (-180, 0, -170, 1))
    assert halves(query(area={"bbox": (190, 0, 200, 1)})) == ((-170, 0, -160, 1),)
    assert halves(query(area={"bbox": (-200, 0, 200, 1)})) == ((-180, 0, 180, 1),)
    assert halves(query(area={"bbox": (-170, -10, 170, 10)})) == ((-170, -10, 170, 10),)
    assert halves(query()) == (None,)
    assert halves(query(area={"geometry": SQUARE})) == (None,)


@pytest.mark.parametrize(
    ("facts", "method", "sent", "here"),
    [
        (FULL, "GET", {"filter": "eo:cloud_cover <= 20 AND gsd < 3", "filter-lang": "cql2-text"}, ()),
        (
            Facts(cql2="text", post=True),
            "GET",
            {"filter": "eo:cloud_cover <= 20 AND gsd < 3", "filter-lang": "cql2-text"},
            (),
        ),
        (Facts(query=True), "GET", {"query": '{"eo:cloud_cover":{"lte":20.0}}'}, ("cql2",)),
        (Facts(), "GET", {}, ("properties", "cql2")),
    ],
)
def test_conditions_are_sent_in_the_form_that_an_api_knows(
    facts: Facts, method: str, sent: dict[str, str], here: tuple[str, ...]
) -> None:
    request = request_of(query(properties=(CLOUD,), cql2="gsd < 3"), facts, None)
    assert (request.method, request.here) == (method, here)
    assert {name: request.parameters[name] for name in request.parameters if name != "limit"} == sent


@pytest.mark.parametrize(
    ("op", "value", "sent"),
    [
        (">=", "2021-01-01", "updated >= TIMESTAMP('2021-01-01T00:00:00Z')"),
        ("<", "2021-01-01", "updated < TIMESTAMP('2021-01-01T00:00:00Z')"),
        ("<=", "2021-01-01", "updated <= TIMESTAMP('2021-01-01T23:59:59.999Z')"),
        (">", "2021-01-01", "updated > TIMESTAMP('2021-01-01T23:59:59.999Z')"),
        ("<=", "2021-01-01T06:00:00Z", "updated <= TIMESTAMP('2021-01-01T06:00:00Z')"),
    ],
)
def test_a_day_is_sent_as_its_first_or_last_moment(op: Any, value: str, sent: str) -> None:
    asked = query(properties=(PropertyFilter(property="updated", op=op, value=value),))
    assert request_of(asked, FULL, None).parameters["filter"] == sent


def test_json_is_posted_where_it_is_the_only_language() -> None:
    request = request_of(query(properties=(CLOUD,)), Facts(cql2="json", post=True), None)
    condition = {"op": "<=", "args": [{"property": "eo:cloud_cover"}, 20.0]}
    assert (request.method, request.body["filter"]) == ("POST", condition)
    assert request.body["filter-lang"] == "cql2-json"
    without = request_of(query(properties=(CLOUD,)), Facts(cql2="json"), None)
    assert (without.method, without.parameters["filter-lang"]) == ("GET", "cql2-json")


def test_a_wildcard_is_looked_for_here_where_only_the_query_extension_is_known() -> None:
    asked = query(properties=(CLOUD, LIKE))
    request = request_of(asked, Facts(query=True), None)
    assert request.parameters["query"] == '{"eo:cloud_cover":{"lte":20.0}}'
    assert request.here == ("properties",)
    assert here_of(asked, FULL) == ()


def test_two_limits_of_one_property_stand_beside_each_other() -> None:
    at_least = PropertyFilter(property="eo:cloud_cover", op=">", value=1)
    request = request_of(query(properties=(CLOUD, at_least)), Facts(query=True), None)
    assert request.parameters["query"] == '{"eo:cloud_cover":{"lte":20.0,"gt":1.0}}'


def test_an_id_with_a_comma_and_a_long_list_are_posted() -> None:
    assert request_of(query(ids=("a,b",)), FULL, None).method == "POST"
    many = tuple("x" * 100 + str(each) for each in range(50))
    assert request_of(query(collections=many), FULL, None).method == "POST"
    assert request_of(query(ids=("a,b",)), Facts(), None).method == "GET"


def test_text_that_is_no_cql2_is_said_before_anybody_is_asked() -> None:
    with pytest.raises(Invalid, match="not CQL2"):
        request_of(query(cql2="gsd <"), FULL, None)


@pytest.mark.parametrize("geometry", [None, {}, {"coordinates": "x"}, {"coordinates": [[["a", None]]]}])
def test_a_shape_without_a_position_is_everywhere(geometry: dict[str, object] | None) -> None:
    assert box_of(geometry) == (-180, -90, 180, 90)


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
