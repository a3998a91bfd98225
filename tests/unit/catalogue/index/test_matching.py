"""Filters on one item: every operator, kinds of values, and what is unknown."""

from typing import Any

import pytest

from eohub_catalogue.filters import cql2_of_text
from eohub_catalogue.index.matching import matches

ITEM: dict[str, Any] = {
    "id": "a/b",
    "collection": "scenes",
    "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]},
    "properties": {
        "datetime": "2020-01-01T12:00:00Z",
        "created": "2020-01-05T00:00:00+01:00",
        "eo:cloud_cover": 12.5,
        "gsd": 7,
        "platform": "Sentinel-2A",
        "title": "Čerčany 100%_\\",
        "keywords": ["a", "b", 1, True],
        "on": True,
        "none": None,
        "object": {"a": 1},
        "mixed": [1, {}],
        "strange name": "x",
    },
}
TRUE = [
    "eo:cloud_cover <= 20 AND platform = 'Sentinel-2A'",
    "properties.eo:cloud_cover BETWEEN 12 AND 13",
    "\"properties.strange name\" = 'x' AND \"strange name\" = 'x'",
    "20 > eo:cloud_cover AND NOT (eo:cloud_cover <> 12.5) AND gsd >= 7",
    "gsd = 8 OR gsd < 8",
    "CASEI(platform) = CASEI('SENTINEL-2a') AND CASEI(platform) LIKE CASEI('SENT%')",
    "ACCENTI(title) LIKE 'Cercany%' AND ACCENTI(CASEI(title)) LIKE ACCENTI(CASEI('ČERČ%'))",
    "title LIKE '%100\\%\\_\\\\' AND platform LIKE 'Sent_nel-2A' AND platform LIKE '%'",
    "NOT platform LIKE 'sentinel%' AND NOT platform LIKE 'Sentinel' AND NOT platform LIKE 'Sentinel-2A_'",
    "none IS NULL AND absent IS NULL AND object IS NOT NULL AND mixed IS NOT NULL",
    "geometry IS NOT NULL AND gsd + absent IS NULL AND CASEI(gsd) IS NULL",
    "on AND on = TRUE AND on <> FALSE",
    "gsd % 4 = 3 AND gsd DIV 2 = 3 AND gsd ^ 2 = 49 AND gsd / 2 = 3.5 AND -gsd < 0 AND gsd - 8 = -1",
    "platform IN ('x', 'Sentinel-2A') AND gsd IN (1, 7) AND on IN (TRUE) AND gsd NOT IN (1)",
    "datetime = DATE('2020-01-01') AND datetime >= DATE('2020-01-01') AND datetime <= DATE('2020-01-01')",
    "NOT datetime > DATE('2020-01-01') AND datetime > TIMESTAMP('2020-01-01T11:59:59Z')",
    "datetime > '2020-01-01T11:59:59Z' AND datetime = '2020-01-01' AND datetime <> '2020-01-02'",
    "created = TIMESTAMP('2020-01-04T23:00:00Z') AND created > datetime AND start_datetime IS NULL",
    "datetime IN (TIMESTAMP('2020-01-01T12:00:00Z'), DATE('1999-01-01'))",
    "id = 'a/b' AND collection IN ('scenes', 'others')",
    "A_CONTAINS(keywords, ('a', 1)) AND A_OVERLAPS(keywords, ('x', 'b'))",
    "A_EQUALS(keywords, ('b', 1, 'a', TRUE)) AND A_CONTAINEDBY(keywords, ('c', 1, 'a', 'b', TRUE))",
    "S_INTERSECTS(geometry, BBOX(0.5, 0.5, 3, 3)) AND S_DISJOINT(geometry, BBOX(2, 2, 3, 3))",
    "S_WITHIN(geometry, BBOX(-1, -1, 3, 3)) AND S_CONTAINS(BBOX(-1, -1, 3, 3), geometry)",
    "S_CONTAINS(geometry, POINT(0.5 0.5)) AND S_TOUCHES(geometry, BBOX(1, 0, 2, 1))",
    "S_EQUALS(geometry, BBOX(0, 0, 1, 1)) AND S_OVERLAPS(geometry, BBOX(0.5, 0, 2, 1))",
    "S_CROSSES(geometry, LINESTRING(-1 0.5, 2 0.5))",
    "TRUE OR absent = 1",
]
NOT_TRUE = [
    "eo:cloud_cover = '12.5'",
    "NOT eo:cloud_cover = '12.5'",
    "gsd = '7' OR platform > 5 OR on = 1 OR gsd = TRUE",
    "NOT (absent = 1)",
    "absent <> 1",
    "absent NOT IN (1)",
    "object = 'x' OR NOT object = 'x'",
    "NOT A_CONTAINS(mixed, (1))",
    "A_CONTAINS(keywords, (TRUE, 0))",
    "gsd / 0 > 0 OR NOT gsd / 0 > 0 OR (0 - gsd) ^ 0.5 > 0 OR gsd ^ 999 > 0",
    "platform",
    "NOT platform",
    "gsd = platform OR NOT gsd = platform",
    "FALSE",
    "CASEI(gsd) = 'x' OR NOT CASEI(gsd) = 'x'",
]


@pytest.mark.parametrize("text", TRUE)
def test_it_is_found_by_what_is_true(text: str) -> None:
    assert matches(ITEM, cql2_of_text(text))


@pytest.mark.parametrize("text", NOT_TRUE)
def test_it_is_not_found_by_what_is_false_or_unknown(text: str) -> None:
    assert not matches(ITEM, cql2_of_text(text))


SPANNED = {"properties": {"start_datetime": "2020-01-10T00:00:00Z", "end_datetime": "2020-01-20T00:00:00Z"}}


@pytest.mark.parametrize(
    ("relation", "first", "last"),
    [
        ("T_AFTER", "2020-01-01", "2020-01-09"),
        ("T_BEFORE", "2020-01-21", "2020-01-22"),
        ("T_CONTAINS", "2020-01-11", "2020-01-12"),
        ("T_DISJOINT", "2020-01-01", "2020-01-02"),
        ("T_DURING", "2020-01-09", "2020-01-21"),
        ("T_EQUALS", "2020-01-10T00:00:00Z", "2020-01-20T00:00:00Z"),
        ("T_FINISHEDBY", "2020-01-15", "2020-01-20T00:00:00Z"),
        ("T_FINISHES", "2020-01-05", "2020-01-20T00:00:00Z"),
        ("T_INTERSECTS", "2020-01-20T00:00:00Z", ".."),
        ("T_MEETS", "2020-01-20T00:00:00Z", "2020-01-30"),
        ("T_METBY", "2020-01-01", "2020-01-10T00:00:00Z"),
        ("T_OVERLAPPEDBY", "2020-01-01", "2020-01-15"),
        ("T_OVERLAPS", "2020-01-15", "2020-01-30"),
        ("T_STARTEDBY", "2020-01-10T00:00:00Z", "2020-01-15"),
        ("T_STARTS", "2020-01-10T00:00:00Z", "2020-01-30"),
    ],
)
def test_times_are_compared_as_intervals(relation: str, first: str, last: str) -> None:
    asked = cql2_of_text(f"{relation}(datetime, INTERVAL('{first}', '{last}'))")
    assert matches(SPANNED, asked)
    far = cql2_of_text(f"{relation}(datetime, INTERVAL('1990-01-01', '1991-01-01'))")
    assert matches(SPANNED, far) is (relation in ("T_AFTER", "T_DISJOINT"))
    assert not matches({"properties": {}}, asked)


def test_an_interval_may_be_of_properties() -> None:
    asked = "T_EQUALS(INTERVAL(start_datetime, end_datetime), datetime)"
    assert matches(SPANNED, cql2_of_text(asked))
    assert not matches(SPANNED, cql2_of_text(f"{asked} AND T_DURING(start_datetime, '2020-01-10')"))


@pytest.mark.parametrize(
    "item", [None, [], {}, {"properties": 7}, {"properties": {"a": float("nan")}}, "text"]
)
def test_whatever_is_no_item_is_not_found(item: object) -> None:
    assert not matches(item, cql2_of_text("a > 0 OR S_INTERSECTS(geometry, POINT(0 0)) OR id = 'x'"))
    assert matches(item, cql2_of_text("NOT (a = 1) OR geometry IS NULL"))


def test_an_item_without_a_geometry_lies_where_its_box_is() -> None:
    item = {"geometry": None, "bbox": [170, -10, -170, 10]}
    for place in ("POINT(175 0)", "POINT(-175 0)", "BBOX(170, -20, -170, 20)"):
        assert matches(item, cql2_of_text(f"S_INTERSECTS(geometry, {place}) AND geometry IS NULL"))
    assert not matches(item, cql2_of_text("S_INTERSECTS(geometry, POINT(0 0))"))


def test_numbers_beyond_64_bits_are_compared() -> None:
    assert matches({"properties": {"a": 2**70}}, cql2_of_text("a > 1000000"))
    assert matches({"properties": {"a": 10**400}}, cql2_of_text("a IS NOT NULL"))


def test_a_pattern_with_many_wildcards_takes_no_long() -> None:
    item = {"properties": {"a": "a" * 10_000}}
    assert not matches(item, cql2_of_text(f"a LIKE '{'%a' * 30}%b'"))
