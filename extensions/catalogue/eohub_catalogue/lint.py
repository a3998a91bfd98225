"""Marks what is wrong with a STAC item, so that it can be shown instead of breaking the page it stands on."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from eohub_catalogue.item_contract import Defect
from eohub_catalogue.reading import instant, mapping, number, positions, sequence, text

type Check = Callable[[Mapping[str, object]], Iterator[tuple[str, str]]]

# A tuple: a set would hash what a catalogue sends, and a list has no hash.
_GEOMETRIES: Final = (
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
)  # fmt: skip
_PROJ_CODE: Final = re.compile(r"^[A-Za-z][A-Za-z0-9_.-]*:(?!None$)[A-Za-z0-9_.-]+$")
_MOST_ASSETS: Final = 500


def defects_of(item: object) -> tuple[Defect, ...]:
    """Every defect that the checks find in one item, in a fixed order; never raises."""
    if not isinstance(item, dict):
        return (Defect(code="not_an_item", message="The catalogue sent something that is not an item."),)
    raw = mapping(item)
    found = dict(pair for check in _CHECKS for pair in check(raw))
    return tuple(Defect(code=code, message=message) for code, message in found.items())


def _identity(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    if item.get("type") != "Feature":
        yield "type", "It does not say that it is a GeoJSON Feature."
    if text(item.get("id")) is None:
        yield "id_missing", "It has no id, so it cannot be asked for again."
    if not isinstance(item.get("properties"), dict):
        yield "properties_missing", "It has no properties."


def _geometry(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    geometry = item.get("geometry")
    if geometry is None:
        yield "geometry_null", "It has no geometry, so it is missing from searches by area."
        return
    shape = mapping(geometry)
    if shape.get("type") not in _GEOMETRIES:
        yield "geometry_broken", "Its geometry is not GeoJSON."
        return
    if shape.get("type") == "GeometryCollection":
        return
    seen = 0
    for position in positions(shape.get("coordinates")):
        seen += 1
        longitude, latitude = (number(part) for part in [*position[:2], None, None][:2])
        if longitude is None or latitude is None:
            yield "geometry_broken", "Its geometry has a position without two numbers."
            return
        if abs(latitude) > 90 or abs(longitude) > 360:
            yield (
                "geometry_range",
                "Its geometry lies outside of the Earth; are the axes swapped or projected?",
            )
            return
        if abs(longitude) > 180:
            yield "geometry_antimeridian", "Its geometry runs past 180 degrees instead of being split there."
            return
    if not seen:
        yield "geometry_broken", "Its geometry has no coordinates."
    elif shape.get("type") == "Polygon":
        yield from _rings(shape)


def _rings(polygon: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for ring in sequence(polygon.get("coordinates")):
        corners = sequence(ring)
        if len(corners) < 4 or _place(corners[0]) != _place(corners[-1]):
            yield "geometry_open", "A ring of its footprint is not closed."
            return


def _place(position: object) -> tuple[float | None, ...]:
    return tuple(number(part) for part in sequence(position)[:3])


def _bbox(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    if "bbox" not in item or item["bbox"] is None:
        if item.get("geometry") is not None:
            yield "bbox_missing", "It has a geometry but no bounding box."
        return
    bbox = sequence(item["bbox"])
    if bbox and isinstance(bbox[0], list):
        yield "bbox_nested", "Its bounding box is nested in a second list; the inner one was meant."
        return
    numbers = [number(part) for part in bbox]
    edges = [part for part in numbers if part is not None]
    if len(numbers) not in (4, 6) or len(edges) != len(numbers):
        yield "bbox_broken", "Its bounding box is not four or six numbers."
        return
    half = len(edges) // 2
    west, south, east, north = edges[0], edges[1], edges[half], edges[half + 1]
    if south > north:
        yield "bbox_swapped", "The south edge of its bounding box lies north of the north edge."
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        yield "bbox_range", "Its bounding box lies outside of the Earth."
    elif (west, east) == (-180, 180) and _crosses_antimeridian(item):
        yield "bbox_world", "Its bounding box spans the whole Earth because it crosses 180 degrees."


def _crosses_antimeridian(item: Mapping[str, object]) -> bool:
    longitudes = [
        longitude
        for position in positions(mapping(item.get("geometry")).get("coordinates"))
        if (longitude := number(position[0])) is not None
    ]
    # All at exactly 180 is the outline of the whole Earth, which may well be meant.
    return bool(longitudes) and 90 < min(map(abs, longitudes)) < 180


def _times(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    properties = mapping(item.get("properties"))
    names = ("datetime", "start_datetime", "end_datetime")
    given = [name for name in names if properties.get(name) is not None]
    if not given:
        yield "datetime_missing", "It has no date, so a search with dates cannot find it."
    for name in given:
        if instant(properties[name]) is None:
            yield f"{name}_broken", f"Its {name} cannot be read as a time."
    start, end = instant(properties.get("start_datetime")), instant(properties.get("end_datetime"))
    if start and end and start > end:
        yield "times_swapped", "It ends before it starts."
    if given and "datetime" not in given and len(given) < 2:
        yield "interval_open", "It has only one end of a time range and no date."


def _assets(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    assets = mapping(item.get("assets"))
    if not assets:
        yield "assets_missing", "It has no assets, so there is nothing to open."
    for name, asset in list(assets.items())[:_MOST_ASSETS]:
        if text(mapping(asset).get("href"), 4096) is None:
            yield "asset_without_href", f"Its asset {(text(name, 40) or '')!r} has no address."
            return


def _projection(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    assets = list(mapping(item.get("assets")).values())[:_MOST_ASSETS]
    for holder in (mapping(item.get("properties")), *map(mapping, assets)):
        code = holder.get("proj:code")
        if code is not None and not (isinstance(code, str) and _PROJ_CODE.match(code)):
            shown = text(code, 30) or "empty"
            yield (
                "proj_code",
                f"Its projection code ({shown}) names no projection, so rasters cannot be placed.",
            )
            return


def _cube(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    properties = mapping(item.get("properties"))
    dimensions, variables = (
        mapping(properties.get("cube:dimensions")),
        mapping(properties.get("cube:variables")),
    )
    for name, variable in list(variables.items())[:_MOST_ASSETS]:
        used = mapping(variable).get("dimensions")
        if not isinstance(used, list):
            yield "cube_variable", f"Its variable {(text(name, 40) or '')!r} does not tell its dimensions."
            return
        if any(not isinstance(part, str) or part not in dimensions for part in sequence(used)):
            yield (
                "cube_dimension",
                f"Its variable {(text(name, 40) or '')!r} uses a dimension that is not described.",
            )
            return


def _version(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    version = text(item.get("stac_version"), 20)
    if version is None:
        yield "version_missing", "It does not say which version of STAC it follows."
    elif not version.startswith("1."):
        yield "version_old", f"It follows STAC {version}; fields that changed in 1.0 may be missed."


_CHECKS: Final[tuple[Check, ...]] = (
    _identity, _geometry, _bbox, _times, _assets, _projection, _cube, _version,
)  # fmt: skip
