"""The description of a cube (datacube extension): do its dimensions and variables fit each other."""

from collections.abc import Iterator, Mapping
from typing import Final

from eohub_catalogue.reading import count, instant, mapping, number, sequence, text

_MOST_READ: Final = 500


def check(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Defects of the cube that the properties, or an asset, describe."""
    assets = list(mapping(item.get("assets")).values())[:_MOST_READ]
    for holder in (mapping(item.get("properties")), *map(mapping, assets)):
        dimensions = mapping(holder.get("cube:dimensions"))
        for name, raw in list(dimensions.items())[:_MOST_READ]:
            yield from _dimension(repr(text(name, 40) or ""), mapping(raw))
        for name, raw in list(mapping(holder.get("cube:variables")).items())[:_MOST_READ]:
            yield from _variable(repr(text(name, 40) or ""), mapping(raw), dimensions)


def _dimension(label: str, dimension: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    if text(dimension.get("type"), 40) is None:
        yield (
            "cube_dimension_type",
            f"Its dimension {label} does not tell what it is, so a plot may not find its axes.",
        )
    extent = dimension.get("extent")
    if extent is None:
        return
    ends = sequence(extent)
    if len(ends) != 2:
        yield (
            "cube_extent",
            f"The extent of its dimension {label} is not two ends, so its range is not known.",
        )
        return
    first, last = number(ends[0]), number(ends[1])
    begin, end = instant(ends[0]), instant(ends[1])
    is_backward = (first is not None and last is not None and first > last) or (begin and end and begin > end)
    # Latitudes often run from north to south, which their step then says.
    if is_backward and (number(dimension.get("step")) or 0) >= 0:
        yield (
            "cube_extent",
            f"The extent of its dimension {label} ends before it begins, so selections may be empty.",
        )


def _variable(
    label: str, variable: Mapping[str, object], dimensions: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    used = variable.get("dimensions")
    if not isinstance(used, list):
        yield (
            "cube_variable",
            f"Its variable {label} does not tell its dimensions, so its size is not known.",
        )
        return
    names = sequence(used)
    if any(not isinstance(part, str) or part not in dimensions for part in names):
        yield (
            "cube_dimension",
            f"Its variable {label} uses a dimension that is not described, so its size is not known.",
        )
    shape = variable.get("shape")
    if shape is None:
        return
    if len(sequence(shape)) != len(names) or any(count(side) is None for side in sequence(shape)[:100]):
        yield (
            "cube_shape",
            f"The shape of its variable {label} does not fit its dimensions, so it is passed over.",
        )
