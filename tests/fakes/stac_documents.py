"""STAC documents for tests: one good cube, and the real documents that lie beside the checkout."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def cube_item(**changes: Any) -> dict[str, Any]:
    """An item without defects that describes a Zarr cube; `changes` replace its top-level members."""
    item: dict[str, Any] = {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [
            f"https://stac-extensions.github.io/{extension}/schema.json"
            for extension in ("datacube/v2.3.0", "file/v2.1.0", "xarray-assets/v1.0.0")
        ],
        "id": "a1b-north-america",
        "collection": "a1b-e1-north-america",
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[-135, 15], [-47, 15], [-47, 60], [-135, 60], [-135, 15]]],
        },
        "bbox": [-135, 15, -47, 60],
        "properties": {
            "title": "A1B North America 1860-2100",
            "description": "Annual mean air temperature.",
            "license": "OGL-UK-3.0",
            "datetime": None,
            "start_datetime": "1860-06-01T00:00:00Z",
            "end_datetime": "2099-06-01T00:00:00Z",
            "cube:dimensions": {
                "time": {
                    "type": "temporal",
                    "extent": ["1860-06-01T00:00:00Z", "2099-06-01T00:00:00Z"],
                    "step": "P1Y",
                },
                "latitude": {"type": "spatial", "axis": "y", "extent": [15.0, 60.0], "step": 1.25},
                "longitude": {"type": "spatial", "axis": "x", "extent": [-135.0, -45.0], "step": 1.875},
            },
            "cube:variables": {
                "air_temperature": {
                    "type": "data",
                    "dimensions": ["time", "latitude", "longitude"],
                    "unit": "K",
                    "description": "Air temperature at 1.5 m",
                }
            },
        },
        "links": [],
        "assets": {
            "data": {
                "href": "s3://climate/a1b-north-america.zarr",
                "type": "application/vnd.zarr; version=3",
                "roles": ["data"],
                "file:size": 13_002_342,
                "xarray:open_kwargs": {"engine": "zarr", "chunks": {}, "consolidated": True},
            }
        },
    }
    return item | changes


def with_properties(**changes: Any) -> dict[str, Any]:
    """The cube with some of its properties replaced."""
    item = cube_item()
    return item | {"properties": item["properties"] | changes}


def with_asset(**changes: Any) -> dict[str, Any]:
    """The cube with members of its only asset replaced; None takes a member away."""
    item = cube_item()
    asset = {name: value for name, value in (item["assets"]["data"] | changes).items() if value is not None}
    return item | {"assets": {"data": asset}}


def real_documents() -> list[tuple[str, Any]]:
    """Every object with the members of an item or asset holder in the shared STAC data, with its place."""
    folders = [SHARED / "stac", SHARED / "stac-api"]
    if not all(folder.is_dir() for folder in folders):
        raise FileNotFoundError(f"The shared test data is missing: {SHARED} has to hold stac/ and stac-api/.")
    paths = sorted(
        path for folder in folders for path in folder.rglob("*") if path.suffix in (".json", ".geojson")
    )
    return [
        (f"{path.relative_to(SHARED)}#{number}", document)
        for path in paths
        for number, document in enumerate(_documents(json.loads(path.read_text("utf-8"))))
    ]


def _documents(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _documents(each)
    elif isinstance(value, dict):
        if value.get("type") in ("Feature", "Collection") or "assets" in value:
            yield value
        yield from _documents(value.get("features", []))
