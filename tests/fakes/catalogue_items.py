"""A few items of two collections, with what every catalogue has to find among them for thirty searches."""

from typing import Any

type Document = dict[str, Any]


def _collection(identity: str, title: str) -> Document:
    extent = {
        "spatial": {"bbox": [[-180, -90, 180, 90]]},
        "temporal": {"interval": [["2019-01-01T00:00:00Z", None]]},
    }
    return {
        "type": "Collection", "stac_version": "1.1.0", "id": identity, "title": title, "license": "CC-BY-4.0",
        "description": f"{title} for tests", "extent": extent, "links": [],
    }  # fmt: skip


def _box(west: float, south: float, east: float, north: float) -> Document:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"geometry": {"type": "Polygon", "coordinates": [ring]}, "bbox": [west, south, east, north]}


def _item(identity: str, collection: str, place: Document, **properties: Any) -> Document:
    assets = {"data": {"href": f"https://data.example.org/{collection}/{identity}.tif", "type": "image/tiff"}}
    return {
        "type": "Feature", "stac_version": "1.1.0", "id": identity, "collection": collection, **place,
        "properties": properties, "links": [], "assets": assets,
    }  # fmt: skip


_FIJI = {
    "geometry": {
        "type": "MultiPolygon",
        "coordinates": [
            [[[170, -10], [180, -10], [180, 10], [170, 10], [170, -10]]],
            [[[-180, -10], [-170, -10], [-170, 10], [-180, 10], [-180, -10]]],
        ],
    },
    "bbox": [170, -10, -170, 10],
}
_TRIANGLE = {
    "geometry": {"type": "Polygon", "coordinates": [[[40, 0], [50, 0], [40, 10], [40, 0]]]},
    "bbox": [40, 0, 50, 10],
}

COLLECTIONS = [_collection("optical", "Optical scenes"), _collection("radar", "Radar scenes")]
ITEMS = [
    _item("o1", "optical", _box(0, 0, 10, 10), datetime="2020-01-01T00:00:00Z", title="River in spring",
          **{"eo:cloud_cover": 5, "platform": "alpha"}),
    _item("o2", "optical", _box(5, 5, 15, 15), datetime="2020-02-01T10:00:00Z", title="Lake",
          **{"eo:cloud_cover": 20, "platform": "beta"}),
    _item("o3", "optical", _FIJI, datetime="2020-03-01T00:00:00Z", title="Islands",
          **{"description": "Fiji and around", "eo:cloud_cover": 50, "platform": "alpha"}),
    _item("o4", "optical", {"geometry": None}, datetime="2020-04-01T00:00:00Z", title="Without a place",
          platform="beta"),
    _item("o5", "optical", _box(-60, -30, -50, -20), datetime=None, start_datetime="2019-06-01T00:00:00Z",
          end_datetime="2019-08-31T23:59:59Z", title="Summer mosaic", keywords=["mosaic", "river"],
          **{"eo:cloud_cover": 90, "platform": "gamma"}),
    _item("o6-é", "optical", _box(20, 40, 21, 41), datetime="2021-01-01T12:00:00Z", title="Noon",
          **{"eo:cloud_cover": 0.5, "platform": "alpha"}),
    _item("o7", "optical", _TRIANGLE, datetime="2020-06-01T00:00:00Z", title="Triangle", platform="gamma"),
    _item("r1", "radar", _box(8, 8, 9, 9), datetime="2020-01-15T00:00:00Z", title="River flood",
          **{"sat:orbit_state": "ascending"}),
    _item("r2", "radar", _box(-175, -5, -174, 5), datetime="2020-03-10T00:00:00Z", title="Pacific",
          **{"sat:orbit_state": "descending"}),
    _item("r3", "radar", _box(0, 80, 10, 89), datetime="2022-05-05T00:00:00Z", title="Ice",
          **{"sat:orbit_state": "ascending", "eo:cloud_cover": 20}),
]  # fmt: skip

_L_SHAPE = {"type": "Polygon", "coordinates": [[[44, 6], [60, 6], [60, 20], [44, 20], [44, 6]]]}


def _where(name: str, op: str, value: object) -> Document:
    return {"properties": [{"property": name, "op": op, "value": value}]}


ALL = "o1 o2 o3 o4 o5 o6-é o7 r1 r2 r3"
SEARCHES: dict[str, tuple[Document, str]] = {
    "everything": ({}, ALL),
    "one word": ({"words": "river"}, "o1 o5 r1"),
    "two words": ({"words": "river flood"}, "r1"),
    "a word in another case": ({"words": "RIVER spring"}, "o1"),
    "a word of the description": ({"words": "fiji"}, "o3"),
    "a word that is nowhere": ({"words": "volcano"}, ""),
    "a collection": ({"collections": ["radar"]}, "r1 r2 r3"),
    "two collections": ({"collections": ["radar", "optical"]}, ALL),
    "an id": ({"ids": ["o6-é"]}, "o6-é"),
    "ids": ({"ids": ["o1", "r2", "none"]}, "o1 r2"),
    "ids of another collection": ({"ids": ["o1"], "collections": ["radar"]}, ""),
    "a day": ({"start": "2020-01-01", "end": "2020-01-01"}, "o1"),
    "a range": ({"start": "2020-01-10", "end": "2020-03-05"}, "o2 o3 r1"),
    "an open end": ({"start": "2021-01-01"}, "o6-é r3"),
    "an open beginning": ({"end": "2019-12-31"}, "o5"),
    "a time within a range": ({"start": "2019-07-01", "end": "2019-07-02"}, "o5"),
    "a minute": ({"start": "2020-02-01T09:59Z", "end": "2020-02-01T10:01Z"}, "o2"),
    "a box": ({"area": {"bbox": [6, 6, 7, 7]}}, "o1 o2"),
    "a box that touches": ({"area": {"bbox": [15, 15, 16, 16]}}, "o2"),
    "a box beside": ({"area": {"bbox": [100, 0, 110, 10]}}, ""),
    "a box over the antimeridian": ({"area": {"bbox": [175, -8, -172, 8]}}, "o3 r2"),
    "a box east of it": ({"area": {"bbox": [-176, -8, -173, 8]}}, "o3 r2"),
    "a box west of it": ({"area": {"bbox": [171, -8, 172, 8]}}, "o3"),
    "a box in a shape's envelope only": ({"area": {"bbox": [48, 8, 49, 9]}}, ""),
    "the whole earth": ({"area": {"bbox": [-180, -90, 180, 90]}}, "o1 o2 o3 o5 o6-é o7 r1 r2 r3"),
    "a polygon": ({"area": {"geometry": _L_SHAPE}}, "o7"),
    "a number": (_where("eo:cloud_cover", "<=", 20), "o1 o2 o6-é r3"),
    "a number and its limit": (_where("eo:cloud_cover", "<", 20), "o1 o6-é"),
    "a text": (_where("platform", "=", "alpha"), "o1 o3 o6-é"),
    "a list": (_where("platform", "in", ["beta", "gamma"]), "o2 o4 o5 o7"),
    "a pattern": (_where("platform", "like", "%a%m%"), "o5 o7"),
    "CQL2": ({"cql2": "eo:cloud_cover > 10 AND platform = 'alpha'"}, "o3"),
    "CQL2 with an or": ({"cql2": "sat:orbit_state = 'descending' OR eo:cloud_cover < 1"}, "o6-é r2"),
    "all at once": (
        {"words": "river", "collections": ["optical"], "start": "2019-12-01", "area": {"bbox": [0, 0, 1, 1]},
         "cql2": "platform = 'alpha'", **_where("eo:cloud_cover", "<", 50)},
        "o1",
    ),
}  # fmt: skip
"""Criteria and the ids that they have to find."""
