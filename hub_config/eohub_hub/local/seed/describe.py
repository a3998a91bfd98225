"""STAC items and collections of the cubes: datacube, xarray-assets and file extensions."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import xarray as xr

from eohub_hub.local.seed.cubes import (
    ATTRIBUTION,
    LICENCE,
    LICENCE_URL,
    PROVIDERS,
    SOURCE,
    SOURCE_URL,
    Collection,
    Cube,
)
from eohub_hub.local.seed.extent import bbox_of, geometry_of, interval_of, step_of, step_of_time

STAC_VERSION = "1.1.0"
DATACUBE = "https://stac-extensions.github.io/datacube/v2.2.0/schema.json"
XARRAY_ASSETS = "https://stac-extensions.github.io/xarray-assets/v1.0.0/schema.json"
FILE = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
MEDIA_TYPE = "application/vnd.zarr; version=3"

OPEN_ARGUMENTS: Mapping[str, Any] = {"engine": "zarr", "chunks": {}, "consolidated": True, "zarr_format": 3}
"""With the format named, opening does not look for the files of zarr 2 first."""

_AXES = {"longitude": "x", "latitude": "y"}
_ATTRIBUTES = ("standard_name", "cell_methods", "coordinates")


def item_of(cube: Cube, dataset: xr.Dataset, href: str, stored_bytes: int) -> dict[str, Any]:
    """The STAC item of a cube whose raw dataset (CF attributes, undecoded) is stored at `href`."""
    bbox = bbox_of(dataset)
    start, end = interval_of(dataset)
    return {
        "type": "Feature",
        "stac_version": STAC_VERSION,
        "stac_extensions": [DATACUBE, XARRAY_ASSETS, FILE],
        "id": cube.id,
        "collection": cube.collection,
        "bbox": bbox,
        "geometry": geometry_of(bbox),
        "properties": {
            "title": cube.title,
            "description": cube.description,
            "datetime": None,
            "start_datetime": start,
            "end_datetime": end,
            "license": LICENCE,
            "attribution": ATTRIBUTION,
            "providers": list(PROVIDERS),
            "cube:dimensions": dimensions_of(dataset),
            "cube:variables": variables_of(dataset, cube.variable),
        },
        "links": [
            {"rel": "collection", "href": f"../../{cube.collection}", "type": "application/json"},
            {"rel": "license", "href": LICENCE_URL, "type": "text/html"},
            {"rel": "via", "href": SOURCE_URL, "type": "text/html", "title": _origin(cube)},
        ],
        "assets": {
            "data": {
                "href": href,
                "type": MEDIA_TYPE,
                "title": "Zarr cube",
                "roles": ["data"],
                "file:size": stored_bytes,
                "xarray:open_kwargs": dict(OPEN_ARGUMENTS),
            }
        },
    }


def collection_of(collection: Collection, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The STAC collection around `items`: at least one, and none that crosses the antimeridian."""
    boxes: list[Sequence[float]] = [item["bbox"] for item in items]
    west, south = (min(box[side] for box in boxes) for side in (0, 1))
    east, north = (max(box[side] for box in boxes) for side in (2, 3))
    start = min(item["properties"]["start_datetime"] for item in items)
    end = max(item["properties"]["end_datetime"] for item in items)
    return {
        "type": "Collection",
        "stac_version": STAC_VERSION,
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        "keywords": list(collection.keywords),
        "license": LICENCE,
        "providers": list(PROVIDERS),
        "extent": {
            "spatial": {"bbox": [[west, south, east, north]]},
            "temporal": {"interval": [[start, end]]},
        },
        "links": [{"rel": "license", "href": LICENCE_URL, "type": "text/html"}],
    }


def dimensions_of(dataset: xr.Dataset) -> dict[str, Any]:
    """`cube:dimensions`: extents are the dataset's own coordinates, by which a person selects.

    A dimension without a coordinate is an index of a curvilinear grid. Its type is `grid`, not `spatial`,
    so that nobody takes an index for a longitude.
    """
    corners = _corners(dataset)
    return {str(name): _dimension(dataset, str(name)) for name in dataset.sizes if name not in corners}


def variables_of(dataset: xr.Dataset, main: str) -> dict[str, Any]:
    """`cube:variables`: the main variable as data, other variables over several dimensions as auxiliary."""
    corners = _corners(dataset)
    beside = [
        str(name)
        for name, variable in dataset.variables.items()
        if variable.ndim > 1 and name != main and not corners & set(variable.dims)
    ]
    entries = {main: _variable(dataset[main], "data") | {"extent": _extent(dataset[main])}}
    return entries | {name: _variable(dataset[name], "auxiliary") for name in beside}


def _origin(cube: Cube) -> str:
    return f"{SOURCE}: {', '.join(cube.files)}"


def _corners(dataset: xr.Dataset) -> set[Hashable]:
    """Dimensions that number the corners of cells: only variables named by a `bounds` attribute have them."""
    bounds = {variable.attrs.get("bounds") for variable in dataset.variables.values()}
    others = [variable for name, variable in dataset.variables.items() if name not in bounds]
    return set(dataset.sizes) - {dimension for variable in others for dimension in variable.dims}


def _variable(array: xr.DataArray, kind: str) -> dict[str, Any]:
    attributes = array.attrs
    entry = {
        "type": kind,
        "dimensions": [str(dimension) for dimension in array.dims],
        "unit": attributes.get("units"),
        "description": attributes.get("long_name") or attributes.get("standard_name"),
        "shape": list(array.shape),
        "attrs": {name: attributes[name] for name in _ATTRIBUTES if name in attributes},
    }
    return {name: value for name, value in entry.items() if value}


def _extent(array: xr.DataArray) -> list[float]:
    """Smallest and largest value, so that one colour scale fits all maps without reading them."""
    decoded = xr.decode_cf(array.reset_coords(drop=True).to_dataset(name="values"), decode_times=False)
    return [float(decoded["values"].min()), float(decoded["values"].max())]


def _dimension(dataset: xr.Dataset, name: str) -> dict[str, Any]:
    size = dataset.sizes[name]
    if name not in dataset.variables:
        return {"type": "grid", "extent": [0, size - 1], "step": 1, "size": size}
    values = dataset[name]
    if name == "time":
        calendar = str(values.attrs.get("calendar", "standard"))
        extent = list(interval_of(dataset))
        return {
            "type": "temporal", "extent": extent, "step": step_of_time(dataset), "calendar": calendar,
            "size": size,
        }  # fmt: skip
    return {
        "type": "spatial",
        "axis": _AXES[values.attrs["standard_name"]],
        "extent": [round(float(values.min()), 5), round(float(values.max()), 5)],
        "step": step_of(values.values),
        "unit": str(values.attrs["units"]),
        "reference_system": 4326,
        "size": size,
    }
