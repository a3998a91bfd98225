"""Synthetic scenes for the catalogue's benchmark, and the questions that are asked about them."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

COLLECTIONS = 5
PAGE = 100
WORDS = ("ocean", "land", "ice", "cloud", "forest", "desert", "city", "river")
FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
DAYS = 3_650
_SECONDS = DAYS * 86_400

type Body = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """One class of queries, as the body of a POST, for so many items; both APIs get the same.

    `is_deep` asks for a page far down instead of the first one. `has_ties` tells that two APIs may order
    items differently that are alike in what is sorted by.
    """

    name: str
    make: Callable[[random.Random, int], Body]
    is_deep: bool = False
    has_ties: bool = False


def scenes(count: int) -> Iterator[dict[str, Any]]:
    """Scenes of about one degree all over the earth and ten years, half of them boxes, half slanted."""
    chance = random.Random(20261125)
    for number in range(count):
        west, south = chance.uniform(-180, 178), chance.uniform(-80, 78)
        east, north = west + 1.2, south + 1
        slant = 0.0 if number % 2 else 0.1
        ring = [[west + slant, south], [east, south + slant], [east - slant, north], [west, north - slant]]
        if not slant:
            ring = [[west, south], [east, south], [east, north], [west, north]]
        at = FIRST_DAY + timedelta(seconds=chance.randrange(_SECONDS))
        yield {
            "type": "Feature",
            "stac_version": "1.1.0",
            "id": f"scene-{number:07}",
            "collection": f"collection-{number % COLLECTIONS}",
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            "bbox": [west, south, east, north],
            "properties": {
                "datetime": at.isoformat().replace("+00:00", "Z"),
                "title": f"Scene {number} over {chance.choice(WORDS)} and {chance.choice(WORDS)}",
                "description": "A synthetic scene for measurements",
                "keywords": ["synthetic", f"path{number % 200:03}"],
                "eo:cloud_cover": round(chance.uniform(0, 100), 2),
            },
            "links": [],
            "assets": {
                "data": {
                    "href": f"s3://bucket/{number}.tif",
                    "type": "image/tiff; application=geotiff",
                    "roles": ["data"],
                },
                "thumbnail": {
                    "href": f"s3://bucket/{number}.png",
                    "type": "image/png",
                    "roles": ["thumbnail"],
                },
            },
        }


def write_scenes(path: Path, count: int) -> Path:
    """The scenes as NDJSON."""
    with path.open("w") as lines:
        lines.writelines(json.dumps(scene) + "\n" for scene in scenes(count))
    return path


def collections() -> list[dict[str, Any]]:
    """The collections that the scenes name."""
    extent = {
        "spatial": {"bbox": [[-180, -90, 180, 90]]},
        "temporal": {"interval": [["2015-01-01T00:00:00Z", None]]},
    }
    return [
        {
            "type": "Collection",
            "stac_version": "1.1.0",
            "id": f"collection-{number}",
            "description": "Synthetic scenes",
            "license": "other",
            "extent": extent,
            "links": [],
        }
        for number in range(COLLECTIONS)
    ]


def month(chance: random.Random) -> str:
    """A range of 30 days."""
    start = FIRST_DAY + timedelta(days=chance.randrange(DAYS - 30))
    return f"{start:%Y-%m-%dT00:00:00Z}/{start + timedelta(days=30):%Y-%m-%dT00:00:00Z}"


def box(chance: random.Random, width: float, height: float) -> list[float]:
    """A bounding box of this size somewhere."""
    west, south = chance.uniform(-170, 170 - width), chance.uniform(-70, 70 - height)
    return [west, south, west + width, south + height]


def hexagon(chance: random.Random) -> dict[str, Any]:
    """A polygon of 15 degrees without an upright side."""
    west, south, east, north = box(chance, 15, 15)
    middle = (south + north) / 2
    ring = [[west, middle], [west + 4, south], [east - 4, south + 1], [east, middle], [east - 5, north]]
    ring += [[west + 3, north - 1], [west, middle]]
    return {"type": "Polygon", "coordinates": [ring]}


def clear_scenes_there(chance: random.Random, _: int) -> Body:
    """CQL2: little cloud, within an area."""
    cloud = {"op": "<=", "args": [{"property": "eo:cloud_cover"}, chance.choice((5, 10, 20))]}
    there = {"op": "s_intersects", "args": [{"property": "geometry"}, hexagon(chance)]}
    return {"filter-lang": "cql2-json", "filter": {"op": "and", "args": [cloud, there]}}


QUESTIONS = (
    Question("newest", lambda chance, count: {}),
    Question("wide bbox", lambda chance, count: {"bbox": box(chance, 40, 35)}),
    Question(
        "small bbox and a month",
        lambda chance, count: {"bbox": box(chance, 10, 10), "datetime": month(chance)},
    ),
    Question(
        "words", lambda chance, count: {"q": [f"{chance.choice(WORDS)} path{chance.randrange(200):03}"]}
    ),
    Question("by id", lambda chance, count: {"ids": [f"scene-{chance.randrange(count):07}"]}),
    Question(
        "collection and a month",
        lambda chance, count: {
            "collections": [f"collection-{chance.randrange(COLLECTIONS)}"],
            "datetime": month(chance),
        },
    ),
    Question("clear scenes there", clear_scenes_there),
    Question("intersects", lambda chance, count: {"intersects": hexagon(chance)}),
    Question(
        "least cloud of a collection",
        lambda chance, count: {
            "collections": [f"collection-{chance.randrange(COLLECTIONS)}"],
            "sortby": [{"field": "properties.eo:cloud_cover", "direction": "asc"}],
        },
        has_ties=True,
    ),
    Question("30th page", lambda chance, count: {}, is_deep=True),
)
