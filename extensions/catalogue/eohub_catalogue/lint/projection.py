"""How rasters are placed (projection extension) and what their values are (eo, raster, view)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from eohub_catalogue.reading import count, mapping, number, sequence, text

_CODE: Final = re.compile(r"^[A-Za-z][A-Za-z0-9_.-]*:(?!None$|nan$|null$|0$)[A-Za-z0-9_.-]+$")
_NEW_PROJECTION: Final = re.compile(r"/projection/v[2-9]")
_MOST_ASSETS: Final = 500


def check(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Defects of the projection and of percentages, in the properties and in each asset."""
    properties = mapping(item.get("properties"))
    extensions = [text(each, 300) or "" for each in sequence(item.get("stac_extensions"))[:100]]
    is_new = any(_NEW_PROJECTION.search(extension) for extension in extensions)
    assets = list(mapping(item.get("assets")).values())[:_MOST_ASSETS]
    for holder in (properties, *map(mapping, assets)):
        yield from _code(holder, is_new=is_new)
        yield from _grid(holder)
        yield from _values(holder)


def _code(holder: Mapping[str, object], *, is_new: bool) -> Iterator[tuple[str, str]]:
    code, epsg = holder.get("proj:code"), holder.get("proj:epsg")
    if code is not None and not (isinstance(code, str) and _CODE.match(code)):
        shown = text(code, 30) or "empty"
        yield "proj_code", f"Its projection code ({shown}) names no projection, so rasters cannot be placed."
    if epsg is None:
        return
    if not count(epsg):
        shown = text(epsg, 30) or "empty"
        yield "proj_epsg", f"Its EPSG code ({shown}) is no positive number, so rasters cannot be placed."
    elif isinstance(code, str) and code.upper() != f"EPSG:{count(epsg)}":
        yield (
            "proj_conflict",
            f"It names two projections, {text(code, 30)} and EPSG:{count(epsg)}, so either may be taken.",
        )
    elif is_new and code is None:
        yield (
            "proj_epsg_old",
            "It writes its projection as proj:epsg, which its version of the extension has replaced by "
            "proj:code, so new software may not find it.",
        )


def _grid(holder: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    shape, transform, box = (holder.get(f"proj:{name}") for name in ("shape", "transform", "bbox"))
    if shape is not None and (len(sides := sequence(shape)) != 2 or not all(count(side) for side in sides)):
        yield (
            "proj_shape",
            "Its proj:shape is not two numbers of pixels, so the size of rasters is not known.",
        )
    if transform is not None and (len(sequence(transform)) not in (6, 9) or not _numbers(transform)):
        yield "proj_transform", "Its proj:transform is not six or nine numbers, so rasters cannot be placed."
    if box is not None and (len(sequence(box)) not in (4, 6) or not _numbers(box)):
        yield "proj_bbox", "Its proj:bbox is not four or six numbers, so rasters cannot be placed by it."


def _numbers(value: object) -> bool:
    parts: Sequence[object] = sequence(value)
    return all(number(part) is not None for part in parts[:9])


def _values(holder: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    cover = holder.get("eo:cloud_cover")
    percent = number(cover)
    if cover is not None and (percent is None or not 0 <= percent <= 100):
        shown = text(str(cover)[:30], 30) or "empty"
        yield (
            "cloud_cover",
            f"Its cloud cover ({shown}) is no percentage, so it is taken for unknown; a filter may hide it.",
        )
    distance = holder.get("gsd")
    if distance is not None and not (number(distance) or 0) > 0:
        yield (
            "gsd",
            "Its ground sample distance is no positive number of metres, so its resolution is not known.",
        )
