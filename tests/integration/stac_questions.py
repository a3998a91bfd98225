"""Named questions to a STAC API, each with the items that are right and, if one is asked for, the order."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import shapely
from fakes.stac_many import box, polygon
from integration.stac_truth import (
    Document,
    Test,
    Value,
    anything,
    array,
    either,
    every,
    in_box,
    in_heights,
    instant,
    known,
    like,
    meets,
    number,
    plain,
    says,
    spatial,
    text,
    then,
    valid,
    value,
)

type Json = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What is asked: parameters of a GET or the body of a POST, at `path`; `order` names (value, descending).

    `fields` are the members that every found item should have, links aside.
    """

    name: str
    right: Test
    get: Mapping[str, str] | None = None
    post: Mapping[str, Any] | None = None
    path: str = "search"
    order: tuple[tuple[Value, bool], ...] = ()
    fields: tuple[str, ...] = ()


def asked(name: str, right: Test, **body: Any) -> Question:
    """A question in a POST."""
    return Question(name, right, post=body)


def filtered(name: str, expression: str, right: Test, **more: Any) -> Question:
    """A question in CQL2 text, by GET."""
    parameters = {"filter": expression, "filter-lang": "cql2-text", **more}
    return Question(name, right, get=parameters)


def json_filtered(name: str, right: Test, op: str, *arguments: Any) -> Question:
    """A question in CQL2 JSON, by POST."""
    return asked(name, right, **{"filter": {"op": op, "args": list(arguments)}, "filter-lang": "cql2-json"})


def prop(name: str) -> Json:
    return {"property": name}


def stamp(at: str) -> Json:
    return {"timestamp": at}


CLOUD, GSD, LEVEL, BEST = number("eo:cloud_cover"), number("gsd"), number("level"), number("best_level")
PLATFORM, TITLE, STATE = text("platform"), text("title"), text("sat:orbit_state")
IDENTITY, COLLECTION, DATETIME = value("id"), value("collection"), value("datetime")
OPTICAL: Test = known(COLLECTION, lambda found: found == "optical")
ODD: Test = known(COLLECTION, lambda found: found == "odd")
RADAR: Test = known(COLLECTION, lambda found: found == "radar")

_SOUND = ["optical", "radar", "cubes", "odd"]
SOUND: Test = known(COLLECTION, lambda found: found in _SOUND)

_CONCAVE = polygon((-60, -40), (60, -40), (60, 40), (0, -20), (-60, 40))
_HOLED = box(-120, -60, 120, 60)
_HOLED["coordinates"].append(box(-100, -50, 100, 50)["coordinates"][0])
_BOTH_SIDES = {"type": "MultiPolygon", "coordinates": [
    box(170, -20, 180, 20)["coordinates"], box(-180, -20, -170, 20)["coordinates"],
]}  # fmt: skip
_ACROSS = box(175, -30, 185, 30)
_LINE = {"type": "LineString", "coordinates": [[-170, -60], [0, 10], [170, 60]]}
_EUROPE = box(-12, 34, 40, 72)

BOXES = [
    asked("bbox: Europe", in_box(-12, 34, 40, 72), bbox=[-12, 34, 40, 72]),
    asked("bbox: small", in_box(10, 45, 11, 45.05), bbox=[10, 45, 11, 45.05]),
    asked("bbox: a point", in_box(10.05, 45.05, 10.05, 45.05), bbox=[10.05, 45.05, 10.05, 45.05]),
    asked("bbox: the whole earth", in_box(-180, -90, 180, 90), bbox=[-180, -90, 180, 90]),
    asked("bbox: the south", in_box(-180, -90, 180, -60), bbox=[-180, -90, 180, -60]),
    asked(
        "bbox: six numbers",
        every(in_box(-170, -80, 170, 80), in_heights(0, 500)),
        bbox=[-170, -80, 0, 170, 80, 500],
    ),
    asked(
        "bbox: heights above all items",
        every(in_box(-170, -80, 170, 80), in_heights(5_000, 6_000)),
        bbox=[-170, -80, 5_000, 170, 80, 6_000],
    ),
    asked("bbox: across the antimeridian", in_box(170, -10, -170, 10), bbox=[170, -10, -170, 10]),
    asked("bbox: across it, narrow", in_box(179.9, -60, -179.9, 60), bbox=[179.9, -60, -179.9, 60]),
    asked("bbox: across it, wide", in_box(100, -80, -100, 80), bbox=[100, -80, -100, 80]),
    asked("bbox: east of the antimeridian", in_box(-180, -60, -179, 60), bbox=[-180, -60, -179, 60]),
    asked("bbox: west of the antimeridian", in_box(179, -60, 180, 60), bbox=[179, -60, 180, 60]),
    asked("bbox: beyond 180", in_box(175, -20, 185, 20), bbox=[175, -20, 185, 20]),
    Question("bbox: by GET", in_box(-10, 30, 40, 70), get={"bbox": "-10,30,40,70"}),
]

AREAS = [
    asked("intersects: a box", meets(_EUROPE), intersects=_EUROPE),
    asked("intersects: a concave polygon", meets(_CONCAVE), intersects=_CONCAVE),
    asked(
        "intersects: a concave polygon, sound items",
        every(SOUND, meets(_CONCAVE)),
        intersects=_CONCAVE,
        collections=_SOUND,
    ),
    asked(
        "intersects: a polygon with a hole",
        every(SOUND, meets(_HOLED)),
        intersects=_HOLED,
        collections=_SOUND,
    ),
    asked(
        "intersects: a point",
        meets({"type": "Point", "coordinates": [45, 22]}),
        intersects={"type": "Point", "coordinates": [45, 22]},
    ),
    asked("intersects: a line", every(SOUND, meets(_LINE)), intersects=_LINE, collections=_SOUND),
    asked("intersects: both sides of the antimeridian", meets(_BOTH_SIDES), intersects=_BOTH_SIDES),
    asked("intersects: a polygon beyond 180", meets(_ACROSS), intersects=_ACROSS),
    Question(
        "intersects: by GET",
        every(SOUND, meets(_CONCAVE)),
        get={"intersects": json.dumps(_CONCAVE), "collections": ",".join(_SOUND)},
    ),
]

TIMES = [
    Question(
        "datetime: an instant",
        valid("2021-09-16T07:15:43Z", "2021-09-16T07:15:43Z"),
        post={"datetime": "2021-09-16T07:15:43Z"},
    ),
    asked(
        "datetime: a range",
        valid("2019-01-01T00:00:00Z", "2019-12-31T23:59:59Z"),
        datetime="2019-01-01T00:00:00Z/2019-12-31T23:59:59Z",
    ),
    asked("datetime: open start", valid(None, "1950-01-01T00:00:00Z"), datetime="../1950-01-01T00:00:00Z"),
    asked("datetime: open end", valid("2023-06-01T00:00:00Z", None), datetime="2023-06-01T00:00:00Z/.."),
    asked(
        "datetime: open start, left empty",
        valid(None, "2016-06-01T00:00:00Z"),
        datetime="/2016-06-01T00:00:00Z",
    ),
    asked(
        "datetime: with offsets",
        valid("2020-01-01T02:00:00+02:00", "2020-06-01T00:00:00-05:00"),
        datetime="2020-01-01T02:00:00+02:00/2020-06-01T00:00:00-05:00",
    ),
    asked(
        "datetime: an instant within ranges",
        valid("1900-06-01T00:00:00Z", "1900-06-01T00:00:00Z"),
        datetime="1900-06-01T00:00:00Z",
    ),
    asked(
        "datetime: fractions of a second",
        valid("2016-01-01T00:00:00.5Z", "2017-01-01T00:00:00.25Z"),
        datetime="2016-01-01T00:00:00.5Z/2017-01-01T00:00:00.25Z",
    ),
    asked(
        "datetime: before everything", valid(None, "1200-01-01T00:00:00Z"), datetime="../1200-01-01T00:00:00Z"
    ),
    Question(
        "datetime: by GET",
        valid("2018-03-01T00:00:00Z", "2018-04-01T00:00:00Z"),
        get={"datetime": "2018-03-01T00:00:00Z/2018-04-01T00:00:00Z"},
    ),
]


def _named(*names: str) -> Test:
    return known(IDENTITY, lambda found: found in names)


NAMES = [
    asked("ids: one", _named("optical-0007"), ids=["optical-0007"]),
    asked(
        "ids: several",
        _named("optical-0007", "radar-0003", "cubes-0001"),
        ids=["optical-0007", "radar-0003", "cubes-0001"],
    ),
    asked("ids: one with signs in it", _named("o'dd 2", "odd id 0"), ids=["o'dd 2", "odd id 0"]),
    asked("ids: unknown", _named("nothing"), ids=["nothing"]),
    asked(
        "ids: with a collection",
        every(_named("optical-0007", "radar-0003"), RADAR),
        ids=["optical-0007", "radar-0003"],
        collections=["radar"],
    ),
    asked(
        "ids: with a time",
        every(_named("cubes-0001", "optical-0007"), valid(None, "1990-01-01T00:00:00Z")),
        ids=["cubes-0001", "optical-0007"],
        datetime="../1990-01-01T00:00:00Z",
    ),
    Question("ids: by GET", _named("optical-0007", "optical-0008"), get={"ids": "optical-0007,optical-0008"}),
    asked("collections: one", RADAR, collections=["radar"]),
    asked("collections: two", either(RADAR, ODD), collections=["radar", "odd"]),
    Question("collections: the items of one", RADAR, get={}, path="collections/radar/items"),
    Question(
        "collections: the items of one, by place and time",
        every(OPTICAL, in_box(-60, -60, 60, 60), valid("2018-01-01T00:00:00Z", "2020-01-01T00:00:00Z")),
        get={"bbox": "-60,-60,60,60", "datetime": "2018-01-01T00:00:00Z/2020-01-01T00:00:00Z"},
        path="collections/optical/items",
    ),
]

PAGES = [
    asked("paging: seven at a time", every(ODD), collections=["odd"], limit=7),
    Question("paging: thirteen at a time by GET", RADAR, get={"collections": "radar", "limit": "13"}),
    Question("paging: the items of a collection", RADAR, get={"limit": "50"}, path="collections/radar/items"),
    asked("paging: everything", anything, limit=100),
    asked(
        "paging: one at a time",
        every(OPTICAL, known(CLOUD, lambda found: found < 1)),
        limit=1,
        filter={
            "op": "and",
            "args": [
                {"op": "=", "args": [prop("collection"), "optical"]},
                {"op": "<", "args": [prop("eo:cloud_cover"), 1]},
            ],
        },
    ),
]

_CLOUDY = every(OPTICAL, known(CLOUD, lambda found: found >= 0))
_CLOUD_KNOWN = {"op": "not", "args": [{"op": "isNull", "args": [prop("eo:cloud_cover")]}]}


def _by(*fields: tuple[str, str]) -> list[Json]:
    return [{"field": field, "direction": direction} for field, direction in fields]


SORTED = [
    Question(
        "sortby: datetime, oldest first",
        OPTICAL,
        order=((DATETIME, False), (IDENTITY, False)),
        post={"collections": ["optical"], "sortby": _by(("datetime", "asc"), ("id", "asc")), "limit": 100},
    ),
    Question(
        "sortby: properties.datetime, newest first",
        OPTICAL,
        order=((DATETIME, True), (IDENTITY, True)),
        post={
            "collections": ["optical"],
            "limit": 100,
            "sortby": _by(("properties.datetime", "desc"), ("id", "desc")),
        },
    ),
    Question(
        "sortby: cloud cover",
        _CLOUDY,
        order=((CLOUD, False), (IDENTITY, False)),
        post={
            "collections": ["optical"],
            "filter": _CLOUD_KNOWN,
            "limit": 100,
            "sortby": _by(("eo:cloud_cover", "asc"), ("id", "asc")),
        },
    ),
    Question(
        "sortby: most clouds first",
        _CLOUDY,
        order=((CLOUD, True), (IDENTITY, False)),
        post={
            "collections": ["optical"],
            "filter": _CLOUD_KNOWN,
            "limit": 100,
            "sortby": _by(("properties.eo:cloud_cover", "desc"), ("id", "asc")),
        },
    ),
    Question(
        "sortby: a text, then a number",
        OPTICAL,
        order=((PLATFORM, False), (number("view:sun_elevation"), True), (IDENTITY, False)),
        post={
            "collections": ["optical"],
            "limit": 100,
            "sortby": _by(("platform", "asc"), ("view:sun_elevation", "desc"), ("id", "asc")),
        },
    ),
    Question(
        "sortby: id, in small pages",
        RADAR,
        order=((IDENTITY, True),),
        post={"collections": ["radar"], "sortby": _by(("id", "desc")), "limit": 9},
    ),
    Question(
        "sortby: by GET",
        OPTICAL,
        order=((GSD, False), (IDENTITY, True)),
        get={"collections": "optical", "sortby": "+gsd,-id", "limit": "100"},
    ),
    Question(
        "sortby: by GET, without a sign",
        RADAR,
        order=((number("sat:relative_orbit"), False), (IDENTITY, False)),
        get={"collections": "radar", "sortby": "properties.sat:relative_orbit,id", "limit": "100"},
    ),
    Question(
        "sortby: the items of a collection",
        RADAR,
        order=((IDENTITY, False),),
        get={"sortby": "id", "limit": "100"},
        path="collections/radar/items",
    ),
]

TEXTS = [
    filtered(
        "cql2 =: a text", "platform = 'sentinel-2a'", known(PLATFORM, lambda found: found == "sentinel-2a")
    ),
    filtered("cql2 =: a number", "gsd = 20", known(GSD, lambda found: found == 20)),
    filtered("cql2 =: a boolean", "validated = TRUE", known(value("validated"), lambda found: found is True)),
    filtered("cql2 =: the id", "id = 'radar-0003'", _named("radar-0003")),
    filtered(
        "cql2 =: the collection", "collection = 'cubes'", known(COLLECTION, lambda found: found == "cubes")
    ),
    filtered("cql2 =: a text with a quote", "title = 'it''s'", known(TITLE, lambda found: found == "it's")),
    filtered("cql2 <>", "platform <> 'sentinel-2a'", known(PLATFORM, lambda found: found != "sentinel-2a")),
    filtered("cql2 <", "eo:cloud_cover < 10", known(CLOUD, lambda found: found < 10)),
    filtered("cql2 <=", "eo:cloud_cover <= 12", known(CLOUD, lambda found: found <= 12)),
    filtered("cql2 >", "eo:cloud_cover > 99.5", known(CLOUD, lambda found: found > 99.5)),
    filtered(
        "cql2 >=",
        '"view:sun_elevation" >= 80',
        known(number("view:sun_elevation"), lambda found: found >= 80),
    ),
    filtered(
        "cql2 <: where some values are no numbers",
        "odd:cover < 13",
        known(number("odd:cover"), lambda found: found < 13),
    ),
    filtered("cql2 <: a negative number", "eo:cloud_cover < 0", known(CLOUD, lambda found: found < 0)),
    filtered(
        "cql2 and, or",
        "gsd = 10 AND eo:cloud_cover < 5 OR gsd = 60 AND eo:cloud_cover > 95",
        either(
            every(known(GSD, lambda one: one == 10), known(CLOUD, lambda one: one < 5)),
            every(known(GSD, lambda one: one == 60), known(CLOUD, lambda one: one > 95)),
        ),
    ),
    filtered(
        "cql2 not",
        "collection = 'optical' AND NOT (eo:cloud_cover > 10)",
        every(OPTICAL, known(CLOUD, lambda found: not found > 10)),
    ),
    filtered(
        "cql2 not: what is unknown stays out",
        "NOT (eo:cloud_cover < 50)",
        known(CLOUD, lambda found: not found < 50),
    ),
    filtered(
        "cql2 between", "eo:cloud_cover BETWEEN 20 AND 30", known(CLOUD, lambda found: 20 <= found <= 30)
    ),
    filtered(
        "cql2 not between",
        "eo:cloud_cover NOT BETWEEN 1 AND 99",
        known(CLOUD, lambda found: not 1 <= found <= 99),
    ),
    filtered(
        "cql2 in: texts",
        "platform IN ('sentinel-1a', 'landsat-9')",
        known(PLATFORM, lambda found: found in ("sentinel-1a", "landsat-9")),
    ),
    filtered("cql2 in: numbers", "gsd IN (10, 60)", known(GSD, lambda found: found in (10, 60))),
    filtered(
        "cql2 not in",
        "platform NOT IN ('sentinel-1a', 'landsat-9')",
        known(PLATFORM, lambda found: found not in ("sentinel-1a", "landsat-9")),
    ),
    filtered("cql2 like", "platform LIKE 'sentinel-1%'", like("platform", "sentinel-1%")),
    filtered("cql2 like: one character", "platform LIKE 'sentinel-_a'", like("platform", "sentinel-_a")),
    filtered("cql2 like: inside", "title LIKE '%forest%'", like("title", "%forest%")),
    filtered("cql2 like: case counts", "title LIKE 'ice'", like("title", "ice")),
    filtered("cql2 not like", "title NOT LIKE '%e%'", known(TITLE, lambda found: "e" not in found)),
    filtered(
        "cql2 is null",
        "collection = 'optical' AND eo:cloud_cover IS NULL",
        every(OPTICAL, lambda item: value("eo:cloud_cover")(item) is None),
    ),
    filtered("cql2 is not null", "sat:orbit_state IS NOT NULL", lambda item: STATE(item) is not None),
    filtered(
        "cql2 casei", "CASEI(title) = CASEI('ICE')", known(TITLE, lambda found: found.casefold() == "ice")
    ),
    filtered(
        "cql2 casei with like",
        "CASEI(title) LIKE CASEI('%FOREST')",
        known(TITLE, lambda found: found.casefold().endswith("forest")),
    ),
    filtered(
        "cql2 accenti",
        "ACCENTI(title) = ACCENTI('naive')",
        known(TITLE, lambda found: plain(found) == "naive"),
    ),
    filtered(
        "cql2 casei and accenti",
        "CASEI(ACCENTI(title)) = CASEI(ACCENTI('são paulo'))",
        known(TITLE, lambda found: plain(found).casefold() == "sao paulo"),
    ),
    filtered(
        "cql2 arithmetic",
        "view:sun_elevation * 2 > 150 + 10",
        known(number("view:sun_elevation"), lambda found: found * 2 > 160),
    ),
    filtered(
        "cql2 property and property",
        "level < best_level",
        every(known(LEVEL, anything), known(BEST, anything), lambda item: LEVEL(item) < BEST(item)),
    ),
    filtered(
        "cql2 datetime: after an instant",
        "datetime >= TIMESTAMP('2023-01-01T00:00:00Z')",
        instant(lambda at: at >= datetime(2023, 1, 1, tzinfo=UTC)),
    ),
    filtered(
        "cql2 t_after",
        "T_AFTER(datetime, TIMESTAMP('2023-06-01T00:00:00Z'))",
        then(lambda start, end: start > datetime(2023, 6, 1, tzinfo=UTC)),
    ),
    filtered(
        "cql2 t_during",
        "T_DURING(datetime, INTERVAL('2018-01-01T00:00:00Z', '2018-07-01T00:00:00Z'))",
        then(
            lambda start, end: (
                start > datetime(2018, 1, 1, tzinfo=UTC) and end < datetime(2018, 7, 1, tzinfo=UTC)
            )
        ),
    ),
    filtered(
        "cql2 s_intersects",
        "S_INTERSECTS(geometry, POLYGON((-60 -40, 60 -40, 60 40, 0 -20, -60 40, -60 -40)))",
        every(SOUND, meets(_CONCAVE)),
        collections=",".join(_SOUND),
    ),
    filtered("cql2 s_intersects: bbox", "S_INTERSECTS(geometry, BBOX(-12, 34, 40, 72))", meets(_EUROPE)),
    filtered(
        "cql2 s_within",
        "S_WITHIN(geometry, POLYGON((-12 34, 40 34, 40 72, -12 72, -12 34)))",
        spatial(shapely.within, _EUROPE),
    ),
    filtered(
        "cql2 s_disjoint",
        "collection = 'optical' AND S_DISJOINT(geometry, POLYGON((-12 34, 40 34, 40 72, -12 72, -12 34)))",
        every(OPTICAL, lambda item: not meets(_EUROPE)(item)),
    ),
    filtered(
        "cql2 s_contains",
        "S_CONTAINS(geometry, POINT(45 22))",
        spatial(shapely.contains, {"type": "Point", "coordinates": [45, 22]}),
    ),
    filtered(
        "cql2 a_contains",
        "A_CONTAINS(tags, ('a', 'b'))",
        known(array("tags"), lambda found: {"a", "b"} <= set(found)),
    ),
    filtered(
        "cql2 a_overlaps",
        "A_OVERLAPS(\"sar:polarizations\", ('VH', 'HV'))",
        known(array("sar:polarizations"), lambda found: bool({"VH", "HV"} & set(found))),
    ),
    filtered(
        "cql2 a_equals", "A_EQUALS(tags, ('a', 'b'))", known(array("tags"), lambda found: found == ["a", "b"])
    ),
    filtered(
        "cql2 a_containedby",
        "A_CONTAINEDBY(tags, ('a', 'b'))",
        known(array("tags"), lambda found: set(found) <= {"a", "b"}),
    ),
    filtered("cql2 of a property that nothing has", "no:such = 5", lambda item: False),
    filtered(
        "cql2 with all else",
        "eo:cloud_cover < 50",
        every(
            OPTICAL,
            in_box(-90, -60, 90, 60),
            valid("2018-01-01T00:00:00Z", "2021-01-01T00:00:00Z"),
            known(CLOUD, lambda found: found < 50),
        ),
        bbox="-90,-60,90,60",
        collections="optical",
        datetime="2018-01-01T00:00:00Z/2021-01-01T00:00:00Z",
    ),
    Question(
        "cql2 on the items of a collection",
        every(RADAR, known(STATE, lambda found: found == "descending")),
        get={"filter": "sat:orbit_state = 'descending'"},
        path="collections/radar/items",
    ),
]

JSONS = [
    json_filtered(
        "cql2-json =", known(PLATFORM, lambda found: found == "landsat-9"), "=", prop("platform"), "landsat-9"
    ),
    json_filtered("cql2-json <", known(CLOUD, lambda found: found < 3), "<", prop("eo:cloud_cover"), 3),
    json_filtered(
        "cql2-json and",
        every(OPTICAL, known(GSD, lambda found: found == 60)),
        "and",
        {"op": "=", "args": [prop("collection"), "optical"]},
        {"op": "=", "args": [prop("gsd"), 60]},
    ),
    json_filtered(
        "cql2-json or",
        either(ODD, known(CLOUD, lambda found: found > 99)),
        "or",
        {"op": "=", "args": [prop("collection"), "odd"]},
        {"op": ">", "args": [prop("eo:cloud_cover"), 99]},
    ),
    json_filtered(
        "cql2-json not",
        known(PLATFORM, lambda found: found != "landsat-9"),
        "not",
        {"op": "=", "args": [prop("platform"), "landsat-9"]},
    ),
    json_filtered(
        "cql2-json between",
        known(CLOUD, lambda found: 40 <= found <= 41),
        "between",
        prop("eo:cloud_cover"),
        40,
        41,
    ),
    json_filtered(
        "cql2-json in",
        known(STATE, lambda found: found in ("descending", "other")),
        "in",
        prop("sat:orbit_state"),
        ["descending", "other"],
    ),
    json_filtered("cql2-json like", like("title", "Radar pass 1%"), "like", prop("title"), "Radar pass 1%"),
    json_filtered(
        "cql2-json isNull", lambda item: item["properties"].get("title") is None, "isNull", prop("title")
    ),
    json_filtered("cql2-json s_intersects", meets(_EUROPE), "s_intersects", prop("geometry"), _EUROPE),
    json_filtered(
        "cql2-json t_before",
        then(lambda start, end: end < datetime(2016, 6, 1, tzinfo=UTC)),
        "t_before",
        prop("datetime"),
        stamp("2016-06-01T00:00:00Z"),
    ),
    json_filtered(
        "cql2-json a_overlaps",
        known(array("tags"), lambda found: "c" in found),
        "a_overlaps",
        prop("tags"),
        ["c", "d"],
    ),
    json_filtered(
        "cql2-json casei",
        known(TITLE, lambda found: found.casefold() == "sao paulo"),
        "=",
        {"op": "casei", "args": [prop("title")]},
        {"op": "casei", "args": ["SAO Paulo"]},
    ),
    asked(
        "cql2-text in a POST",
        known(GSD, lambda found: found == 20),
        **{"filter": "gsd = 20", "filter-lang": "cql2-text"},
    ),
    Question(
        "cql2-json in a GET",
        known(GSD, lambda found: found == 20),
        get={"filter": json.dumps({"op": "=", "args": [prop("gsd"), 20]}), "filter-lang": "cql2-json"},
    ),
]

WORDS = [
    asked("q: a word", says("forest"), q=["forest"]),
    asked("q: two words", says("coastal city"), q=["coastal city"]),
    asked("q: one of two terms", says("delta", "desert"), q=["delta", "desert"]),
    asked("q: the beginning of a word", says("reanal"), q=["reanal"]),
    asked("q: in keywords", says("optical shelf"), q=["optical shelf"]),
    asked("q: the name of a variable", says("sea_ice"), q=["sea_ice"]),
    asked("q: without accents", says("sao"), q=["sao"]),
    asked("q: nothing", says("volcano"), q=["volcano"]),
    Question("q: by GET", says("forest", "radar"), get={"q": "forest,radar"}),
]

OPERATORS = [
    asked(
        "query: eq",
        known(PLATFORM, lambda found: found == "landsat-9"),
        query={"platform": {"eq": "landsat-9"}},
    ),
    asked(
        "query: neq",
        known(PLATFORM, lambda found: found != "landsat-9"),
        query={"platform": {"neq": "landsat-9"}},
    ),
    asked(
        "query: lt and gte",
        known(CLOUD, lambda found: 10 <= found < 20),
        query={"eo:cloud_cover": {"gte": 10, "lt": 20}},
    ),
    asked(
        "query: lte and gt", known(GSD, lambda found: 10 < found <= 20), query={"gsd": {"gt": 10, "lte": 20}}
    ),
    asked("query: in", known(GSD, lambda found: found in (10, 60)), query={"gsd": {"in": [10, 60]}}),
    asked(
        "query: startsWith", like("platform", "sentinel-1%"), query={"platform": {"startsWith": "sentinel-1"}}
    ),
    asked("query: endsWith", like("platform", "%-9"), query={"platform": {"endsWith": "-9"}}),
    asked("query: contains", like("title", "%open%"), query={"title": {"contains": "open"}}),
    asked(
        "query: contains a sign of patterns",
        known(TITLE, lambda found: "100%" in found),
        query={"title": {"contains": "100%"}},
    ),
    asked(
        "query: two properties",
        every(known(GSD, lambda one: one == 10), known(CLOUD, lambda one: one < 20)),
        query={"gsd": {"eq": 10}, "eo:cloud_cover": {"lt": 20}},
    ),
    Question(
        "query: by GET", known(GSD, lambda found: found == 60), get={"query": json.dumps({"gsd": {"eq": 60}})}
    ),
]

_KEPT = ("id", "type", "collection", "stac_version")
FIELDS = [
    Question(
        "fields: include one",
        RADAR,
        fields=("bbox",),
        post={"collections": ["radar"], "fields": {"include": ["bbox"]}},
    ),
    Question(
        "fields: include a property",
        RADAR,
        fields=("properties.title",),
        post={"collections": ["radar"], "fields": {"include": ["properties.title"]}},
    ),
    Question(
        "fields: exclude",
        RADAR,
        fields=("properties", "bbox"),
        post={"collections": ["radar"], "fields": {"exclude": ["geometry", "assets"]}},
    ),
    Question(
        "fields: by GET",
        RADAR,
        fields=("bbox", "properties.platform"),
        get={"collections": "radar", "fields": "bbox,+properties.platform"},
    ),
    Question(
        "fields: by GET, without",
        RADAR,
        fields=("geometry", "bbox", "assets"),
        get={"collections": "radar", "fields": "-properties"},
    ),
    Question(
        "fields: properties without one of them",
        RADAR,
        fields=(
            "properties.datetime",
            "properties.start_datetime",
            "properties.end_datetime",
            "properties.platform",
            "properties.sat:orbit_state",
            "properties.sar:polarizations",
            "properties.sat:relative_orbit",
        ),
        post={
            "collections": ["radar"],
            "fields": {"include": ["properties"], "exclude": ["properties.title"]},
        },
    ),
]

PROPERTIES = {
    "platform": "string",
    "title": "string",
    "sat:orbit_state": "string",
    "gsd": "number",
    "eo:cloud_cover": "number",
    "odd:cover": "number",
    "view:sun_elevation": "number",
    "sat:relative_orbit": "number",
    "level": "number",
    "best_level": "number",
    "validated": "boolean",
    "sar:polarizations": "array",
    "tags": "array",
}
"""The JSON types of the properties that are asked about."""

QUESTIONS = [*BOXES, *AREAS, *TIMES, *NAMES, *PAGES, *SORTED, *TEXTS, *JSONS, *WORDS, *OPERATORS, *FIELDS]


def members_of(item: Document, named: tuple[str, ...]) -> set[str]:
    """The item's members but links and what is always sent; its properties singly where `named` has some."""
    found = set(item) - {"links", "properties", *_KEPT}
    if "properties" in item:
        singly = any(name.startswith("properties.") for name in named)
        found |= {f"properties.{name}" for name in item["properties"]} if singly else {"properties"}
    return found
