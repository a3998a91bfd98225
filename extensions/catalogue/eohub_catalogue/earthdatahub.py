"""The item files of Earth Data Hub, a simplified STAC without ids and geometries, become STAC."""

import re
from collections.abc import Mapping

from eohub_catalogue.reading import mapping, number, sequence, text
from eohub_catalogue.versions import STAC_VERSION

ITEM_FILE = "__item__.yaml"
COLLECTION_FILE = "__collection__.yaml"
_SIZE = re.compile(r"^([0-9]+(?:\.[0-9]+)?)\s*([kMGTPE]?)(i?)B$")
_POWERS = {"": 0, "k": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}


def item_of(document: Mapping[str, object], name: str, collection: str | None) -> dict[str, object]:
    """The STAC item of an item file. `name` is its folder's, `collection` that of the folder above.

    What the file says itself stays as it is; only what STAC wants and the file leaves out is added.
    """
    properties = dict(mapping(document.get("properties")))
    if "description" not in properties and (abstract := text(properties.get("dc:abstract"), 4000)):
        properties["description"] = abstract
    item: dict[str, object] = {
        "type": "Feature",
        "stac_version": STAC_VERSION,
        "id": name,
        "geometry": rectangle_of(document.get("bbox")),
        "links": [],
        **document,
        "properties": properties,
        "assets": _assets(document, size_of(properties.get("dc:extent"))),
    }
    if collection is not None:
        item.setdefault("collection", collection)
    return item


def collection_of(document: Mapping[str, object], name: str) -> dict[str, object]:
    """The STAC collection of a collection file; `name` is its folder's."""
    properties = mapping(document.get("properties"))
    told = {key: properties[key] for key in ("title", "description", "keywords") if key in properties}
    start, end = properties.get("start_datetime"), properties.get("end_datetime")
    bbox = document.get("bbox") if rectangle_of(document.get("bbox")) else [-180, -90, 180, 90]
    return {
        "type": "Collection",
        "stac_version": STAC_VERSION,
        "id": name,
        "description": text(properties.get("dc:abstract"), 4000) or name,
        "license": "other",
        "extent": {"spatial": {"bbox": [bbox]}, "temporal": {"interval": [[start, end]]}},
        "links": [],
        **told,
        **{key: value for key, value in document.items() if key != "properties"},
    }


def rectangle_of(bbox: object) -> dict[str, object] | None:
    """The polygon of a box of four numbers that does not cross the antimeridian, or None."""
    sides = [number(side) for side in sequence(bbox)]
    if len(sides) != 4:
        return None
    west, south, east, north = sides
    if west is None or south is None or east is None or north is None or west >= east or south >= north:
        return None
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def size_of(told: object) -> int | None:
    """Bytes of a text such as "205.9 TB", or None; powers of 1000, or of 1024 where it says TiB."""
    found = _SIZE.match(text(told, 40) or "")
    if found is None:
        return None
    amount, prefix, binary = found.groups()
    return round(float(amount) * (1024 if binary else 1000) ** _POWERS[prefix])


def _assets(document: Mapping[str, object], size: int | None) -> dict[str, object]:
    assets = {key: dict(mapping(asset)) for key, asset in mapping(document.get("assets")).items()}
    data = assets.get("data")
    # The size that is told is the whole item's, so it can only be given to a lone asset.
    if size is not None and data is not None and len(assets) == 1:
        data.setdefault("file:size", size)
    for asset in assets.values():
        if str(asset.get("href", "")).rstrip("/").endswith(".zarr"):
            asset.setdefault("type", "application/vnd.zarr")
    return dict(assets)
