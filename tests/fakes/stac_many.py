"""About two thousand STAC items: all real ones that lie beside the checkout, and made ones of every kind.

The made ones are the same in every run. Every item names a collection, and every collection is described.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from fakes.stac_documents import SHARED

type Document = dict[str, Any]

_SEED = 20_261_126
_FIRST = datetime(2016, 1, 1, tzinfo=UTC)
_PLACES = ("ice shelf", "boreal forest", "coastal city", "open sea", "high desert", "river delta")
_PLATFORMS = ("sentinel-2a", "sentinel-2b", "landsat-9")

COUNTS = {
    "optical": 800,
    "radar": 300,
    "cubes": 100,
    "dateline": 240,
    "shapes": 240,
    "odd": 90,
    "placeless": 40,
    "timeless": 30,
}


def real_items() -> list[Document]:
    """Every real item with a collection and a text for an id; the last of two alike, as a store keeps it."""
    found: dict[tuple[str, str], Document] = {}
    for path in sorted((SHARED / "stac").rglob("*")):
        if path.suffix in (".json", ".geojson"):
            for document in _features(json.loads(path.read_bytes())):
                if isinstance(document.get("collection"), str) and isinstance(document.get("id"), str):
                    found[document["collection"], document["id"]] = document
    assert len(found) > 100, "the real items beside the checkout are missing"
    return list(found.values())


def made_items() -> list[Document]:
    """The made items, collection after collection."""
    chance = random.Random(_SEED)
    makers = {
        "optical": _optical,
        "radar": _radar,
        "cubes": _cube,
        "dateline": _dateline,
        "shapes": _shape,
        "odd": _odd,
        "placeless": _placeless,
        "timeless": _timeless,
    }
    return [
        _item(name, f"{name}-{number:04}", **makers[name](number, chance))
        for name, count in COUNTS.items()
        for number in range(count)
    ]


def every_item() -> list[Document]:
    """Real and made items."""
    return [*real_items(), *made_items()]


def collections_of(items: list[Document]) -> list[Document]:
    """A minimal document for every collection that the items name."""
    return [_collection(name) for name in sorted({item["collection"] for item in items})]


def _collection(name: str) -> Document:
    return {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": name,
        "title": f"Items of {name}",
        "description": f"Everything that names {name}",
        "license": "CC0-1.0",
        "extent": {
            "spatial": {"bbox": [[-180, -90, 180, 90]]},
            "temporal": {"interval": [["2000-01-01T00:00:00Z", None]]},
        },
        "links": [],
    }


def _features(value: object) -> Iterator[Document]:
    match value:
        case list():
            for each in value:
                yield from _features(each)
        case {"type": "FeatureCollection", "features": list(features)}:
            yield from _features(features)
        case {"type": "Feature"}:
            yield value
        case _:
            pass


def _item(collection: str, identity: str, **members: Any) -> Document:
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": identity,
        "collection": collection,
        "links": [],
        "assets": {"data": {"href": f"https://data.example.org/{identity}.tif", "roles": ["data"]}},
    } | members


def _time(chance: random.Random, days: int = 3_000) -> datetime:
    return _FIRST + timedelta(seconds=chance.randrange(days * 86_400))


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def polygon(*corners: tuple[float, float]) -> Document:
    """A polygon of one ring, closed here."""
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in (*corners, corners[0])]]}


def box(west: float, south: float, east: float, north: float) -> Document:
    """An upright rectangle."""
    return polygon((west, south), (east, south), (east, north), (west, north))


def _tilted(west: float, south: float, size: float) -> Document:
    lean = size / 5
    return polygon(
        (west + lean, south),
        (west + size, south + lean),
        (west + size - lean, south + size),
        (west, south + size - lean),
    )


def _bounds(geometry: Document) -> list[float]:
    def points(value: Any) -> Iterator[list[float]]:
        if isinstance(value[0], (int, float)):
            yield value
        else:
            for each in value:
                yield from points(each)

    all_points = list(points(geometry["coordinates"]))
    xs, ys = [one[0] for one in all_points], [one[1] for one in all_points]
    return [min(xs), min(ys), max(xs), max(ys)]


def _placed(geometry: Document) -> Document:
    return {"geometry": geometry, "bbox": _bounds(geometry)}


def _optical(number: int, chance: random.Random) -> Document:
    geometry = _tilted(round(chance.uniform(-179, 177), 3), round(chance.uniform(-80, 78), 3), 1.1)
    properties: Document = {
        "datetime": _text(_time(chance)),
        "title": f"Scene {number} of {_PLACES[number % 6]}",
        "platform": _PLATFORMS[number % 3],
        "gsd": (10, 20, 60)[number % 3],
        "eo:cloud_cover": round(chance.uniform(0, 100), 2),
        "view:sun_elevation": round(chance.uniform(-5, 85), 1),
        "keywords": ["optical", _PLACES[number % 6].split()[-1]],
        "proj:shape": [10_980, 10_980 if number % 2 else 5_490],
        "validated": number % 4 == 0,
    }
    # Some have no cloud cover, as scenes of the night.
    if number % 20 == 7:
        del properties["eo:cloud_cover"]
    return _placed(geometry) | {"properties": properties}


def _radar(number: int, chance: random.Random) -> Document:
    start = _time(chance)
    end = start + timedelta(seconds=27)
    geometry = _tilted(round(chance.uniform(-179, 175), 2), round(chance.uniform(-75, 70), 2), 2.5)
    return _placed(geometry) | {
        "properties": {
            "datetime": None,
            "start_datetime": _text(start),
            "end_datetime": _text(end),
            "title": f"Radar pass {number}",
            "platform": "sentinel-1a" if number % 2 else "sentinel-1c",
            "sat:orbit_state": "ascending" if number % 3 else "descending",
            "sar:polarizations": (["VV"], ["VV", "VH"], ["HH", "HV"])[number % 3],
            "sat:relative_orbit": number % 175,
        }
    }


def _cube(number: int, chance: random.Random) -> Document:
    year = 1850 + chance.randrange(150)
    west, south = chance.choice((-180, -90, 0, 90)), chance.choice((-90, -45, 0, 45))
    return _placed(box(west, south, west + 90, south + 45)) | {
        "properties": {
            "datetime": None,
            "start_datetime": f"{year}-01-01T00:00:00Z",
            "end_datetime": f"{year + 50}-12-31T00:00:00Z",
            "title": f"Reanalysis {number}",
            "description": "Monthly means of the atmosphere",
            "cube:variables": {("air_temperature", "sea_ice", "snow_depth")[number % 3]: {"type": "data"}},
            "forecast:horizon": "P1M",
        }
    }


def _dateline(number: int, chance: random.Random) -> Document:
    """Around the antimeridian in each of the ways in which real archives write it."""
    south = round(chance.uniform(-60, 58), 2)
    north = south + 1
    spread = round(chance.uniform(0.2, 3), 2)
    west, east = 180 - spread, spread - 180
    split = {"type": "MultiPolygon", "coordinates": [
        box(west, south, 180, north)["coordinates"], box(-180, south, east, north)["coordinates"],
    ]}  # fmt: skip
    placed = (
        {"geometry": split, "bbox": [west, south, east, north]},
        _placed(box(west, south, 180 + spread, north)),
        _placed(box(-180 - spread, south, east, north)),
        {"geometry": box(east, south, west, north), "bbox": [west, south, east, north]},
        _placed(box(west - 1, south, west, north)),
        _placed(box(east, south, east + 1, north)),
    )[number % 6]
    properties = {"datetime": _text(_time(chance)), "title": f"Dateline {number}", "way": number % 6}
    return placed | {"properties": properties}


def _shape(number: int, chance: random.Random) -> Document:
    """Points, lines, tiny and degenerate rings, holes, self-crossings, heights, collections."""
    x, y = round(chance.uniform(-170, 170), 4), round(chance.uniform(-80, 80), 4)
    hole = box(x, y, x + 3, y + 3)
    hole["coordinates"].append(box(x + 1, y + 1, x + 2, y + 2)["coordinates"][0])
    placed = (
        _placed({"type": "Point", "coordinates": [x, y]}),
        _placed({"type": "LineString", "coordinates": [[x, y], [x + 2, y + 1], [x + 3, y + 3]]}),
        _placed({"type": "MultiPoint", "coordinates": [[x, y], [x + 1, y + 1]]}),
        _placed(hole),
        _placed(box(x, y, x + 0.0001, y + 0.0001)),
        _placed(polygon((x, y), (x + 2, y + 2), (x + 2, y), (x, y + 2))),
        {"geometry": box(x, y, x + 1, y + 1), "bbox": [x, y, 100, x + 1, y + 1, 900]},
        {
            "geometry": {
                "type": "GeometryCollection",
                "geometries": [{"type": "Point", "coordinates": [x, y]}, box(x + 4, y, x + 5, y + 1)],
            },
            "bbox": [x, y, x + 5, y + 1],
        },
    )[number % 8]
    at = _time(chance)
    texts = (_text(at), at.strftime("%Y-%m-%dT%H:%M:%S.123456Z"), at.strftime("%Y-%m-%dT%H:%M:%S+02:00"))
    return placed | {"properties": {"datetime": texts[number % 3], "title": f"Shape {number}"}}


def _odd(number: int, chance: random.Random) -> Document:
    """Properties of unexpected types and texts; ids with signs in them."""
    names = (f"odd id {number}", f"odd/{number}", f"o'dd {number}", f"ödd-{number}", f"ODD-{number}")
    cover: Any = ("12", None, 12, 12.0, -1, "many")[number % 6]
    words = ("São Paulo", "SAO PAULO", "sao paulo", "100% cover", "a_b", "it's", "naïve", "ice", "ICE")
    return _placed(box(10 + number / 10, 45, 10.1 + number / 10, 45.1)) | {
        "id": names[number % 5],
        "properties": {
            "datetime": _text(_time(chance)),
            "title": words[number % 9],
            "eo:cloud_cover": number % 30 - 1,
            "odd:cover": cover,
            "level": number % 7,
            "best_level": (number * 3) % 7,
            "tags": (["a"], ["a", "b"], ["b", "c"], [])[number % 4],
            "nested": {"deep": number % 3},
            "validated": (True, False, None, "true")[number % 4],
        },
    }


def _placeless(number: int, chance: random.Random) -> Document:
    """No geometry, as Zarr stores have none; every other one has a bounding box all the same."""
    members: Document = {"geometry": None}
    if number % 2:
        west = round(chance.uniform(-170, 160), 1)
        members["bbox"] = [west, -10, west + 5, 10]
    return members | {"properties": {"datetime": _text(_time(chance)), "title": f"Store {number}"}}


def _timeless(number: int, chance: random.Random) -> Document:
    properties: Document = ({}, {"datetime": None}, {"datetime": "unknown"})[number % 3]
    at = round(chance.uniform(0, 40), 1)
    return _placed(box(at, at, at + 1, at + 1)) | {"properties": properties | {"title": f"Undated {number}"}}
