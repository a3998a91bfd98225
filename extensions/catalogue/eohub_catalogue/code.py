"""The notebook code for an item: short, lazy, without secrets, and closed to whatever a catalogue writes."""

import math
import re
from collections.abc import Sequence
from typing import Final, cast

from eohub_catalogue.assets import OpenableAsset, openable
from eohub_catalogue.cube import Axis, Cube, cube_of
from eohub_catalogue.errors import NothingToOpen
from eohub_catalogue.item_contract import NotebookCode, Variable

# Cells that a browser draws without a pause; a larger grid is thinned.
_MANY_CELLS: Final = 250_000
# The most lines of a cell; a blank one makes room for a plot that says much.
_MOST_LINES: Final = 8
# What a cell shows beside an open sidebar on a screen of 1280 pixels.
_LINE_LENGTH: Final = 106
_DEEPEST: Final = 4
_LONGEST: Final = 50
_BOUNDS: Final = re.compile(r"(_|\b)(bnds|bounds|vertices)$", re.IGNORECASE)
_NAMES: Final = {
    "x": re.compile(r"^(x|lon|longitude|nav_lon|i|rlon)$", re.IGNORECASE),
    "y": re.compile(r"^(y|lat|latitude|nav_lat|j|rlat)$", re.IGNORECASE),
}
_UNITS: Final = {
    "x": re.compile(r"^degrees?_?e", re.IGNORECASE),
    "y": re.compile(r"^degrees?_?n", re.IGNORECASE),
}


class _NotLiteral(ValueError):
    """A value has no bounded Python literal."""


def code_of(item: object) -> NotebookCode:
    """The source of one cell that opens an item lazily and plots it; raises NothingToOpen with the reason."""
    asset = openable(item)
    if isinstance(asset, str):
        raise NothingToOpen(asset, hint="Look for an item whose kind is Zarr.")
    plot = _plot(cube_of(item))
    lines = ["import xarray as xr", "", *_open_lines(asset), *plot]
    if any(".hvplot" in line for line in plot):
        lines.insert(0, "import hvplot.xarray  # noqa: F401")
    if len(lines) > _MOST_LINES:
        lines.remove("")
    return NotebookCode(source="\n".join(lines))


def literal(value: object, depth: int = 0) -> str:
    """An ASCII Python literal of a JSON value; raises ValueError where it is too large, deep or not JSON."""
    if depth > _DEEPEST:
        raise _NotLiteral
    match value:
        case None | bool() | int():
            return repr(value)
        case float() if math.isfinite(value):
            return repr(value)
        case str() if len(value) <= 4096:
            return '"' + value.encode("unicode_escape").decode("ascii").replace('"', '\\"') + '"'
        case list() if len(items := cast(list[object], value)) <= _LONGEST:
            return "[" + ", ".join(literal(item, depth + 1) for item in items) + "]"
        case dict() if len(pairs := cast(dict[object, object], value)) <= _LONGEST:
            inner = (f"{literal(key, depth + 1)}: {literal(item, depth + 1)}" for key, item in pairs.items())
            return "{" + ", ".join(inner) + "}"
        case _:
            raise _NotLiteral


def _open_lines(asset: OpenableAsset) -> list[str]:
    address, options = literal(asset.href), ", ".join(_options(asset))
    line = f"ds = xr.open_dataset({address}, {options})"
    if len(line) <= _LINE_LENGTH:
        return [line]
    return [f"store = {address}", f"ds = xr.open_dataset(store, {options})"]


def _options(asset: OpenableAsset) -> list[str]:
    wanted: dict[str, object] = {"engine": "zarr", "chunks": {}, **asset.open_options}
    if wanted["chunks"] is None:
        wanted["chunks"] = {}  # None would load every variable at once
    if asset.storage_options and not asset.href.startswith("/"):
        wanted["storage_options"] = asset.storage_options
    return [
        f"{name}={text}" for name, value in wanted.items() if (text := _literal_or_none(value)) is not None
    ]


def _literal_or_none(value: object) -> str | None:
    try:
        return literal(value)
    except _NotLiteral:
        return None


def _plot(cube: Cube) -> list[str]:
    variable = max(cube.variables, key=lambda each: _rank(cube, each), default=None)
    if variable is None or not variable.dimensions:
        return ["ds"]
    selected = f"ds[{literal(variable.name)}]"
    across, along = _spatial(cube, variable, "x"), _spatial(cube, variable, "y")
    if across is None or along is None:
        return [f"{selected}.hvplot()"]
    x, y = _coordinates(cube, across, along)
    arguments = [f"x={literal(x)}", f"y={literal(y)}"]
    is_curvilinear = (x, y) != (across.name, along.name)
    if is_curvilinear:
        arguments.append(f"c={literal(variable.name)}")
    others = [name for name in variable.dimensions if name not in (across.name, along.name)]
    if others:
        # One step is read when its slider stands on it, so the plot stays lazy.
        arguments.append(f"groupby={literal(others if len(others) > 1 else others[0])}")
    if is_curvilinear:
        arguments.append("s=3")
    look = ['cmap="viridis"', *_colours(variable, is_curvilinear=is_curvilinear)]
    if others:
        look.append('widget_location="bottom"')
    kind = _kind(across, along, is_curvilinear=is_curvilinear)
    return _call(f"{selected}{_thinned(across, along)}.hvplot.{kind}", arguments, look)


def _call(function: str, data: Sequence[str], look: Sequence[str]) -> list[str]:
    """A call on one line; what would leave the cell goes inside, what is drawn above how it looks."""
    inside = ", ".join([*data, *look])
    if len(line := f"{function}({inside})") <= _LINE_LENGTH:
        return [line]
    if len(line := f"    {inside}") <= _LINE_LENGTH:
        return [f"{function}(", line, ")"]
    return [f"{function}(", f"    {', '.join(data)},", f"    {', '.join(look)},", ")"]


def _colours(variable: Variable, *, is_curvilinear: bool) -> list[str]:
    """One colour scale for all steps, where the item tells the extremes; without it each step has its own."""
    limits = None if variable.extent is None else round_limits(*variable.extent)
    arguments = [] if limits is None else [f"clim=({', '.join(limits)})"]
    # An image says its unit by itself; points go through a table, which has none.
    if is_curvilinear and variable.unit:
        arguments.append(f"clabel={literal(f'{variable.name} ({variable.unit})')}")
    return arguments


def round_limits(low: float, high: float) -> tuple[str, str] | None:
    """Literals of numbers around a range, two digits of its width apart; None where it has no width."""
    width = high - low
    if not 1e-300 < width < math.inf:
        return None
    digits = 1 - math.floor(math.log10(width))
    step = 10.0**-digits
    ends = (round(math.floor(low / step) * step, digits), round(math.ceil(high / step) * step, digits))
    first, last = (f"{end:.15g}" for end in ends)
    return None if first == last or not all(map(math.isfinite, ends)) else (first, last)


def _kind(across: Axis, along: Axis, *, is_curvilinear: bool) -> str:
    """An image where it is true, since its cells join; polygons only for uneven axes.

    On a curvilinear grid polygons take seconds a frame, and those across 180 degrees become streaks.
    """
    if is_curvilinear:
        return "points"
    return "image" if across.is_regular and along.is_regular else "quadmesh"


def _thinned(across: Axis, along: Axis) -> str:
    cells = (across.size or 0) * (along.size or 0)
    if cells <= _MANY_CELLS:
        return ""
    step = math.ceil(math.sqrt(cells / _MANY_CELLS))
    return f".thin({literal({across.name: step, along.name: step})})"


def _rank(cube: Cube, variable: Variable) -> tuple[bool, bool, int]:
    spatial = all(_spatial(cube, variable, letter) is not None for letter in "xy")
    return (not _BOUNDS.search(variable.name), spatial, len(variable.dimensions))


def _spatial(cube: Cube, variable: Variable, letter: str) -> Axis | None:
    own = [axis for name in variable.dimensions if (axis := cube.axis(name)) is not None]
    declared = next((axis for axis in own if axis.axis == letter), None)
    return declared or next((axis for axis in own if _NAMES[letter].match(axis.name)), None)


def _coordinates(cube: Cube, across: Axis, along: Axis) -> tuple[str, str]:
    """Names to plot along: two-dimensional longitudes and latitudes of a curvilinear grid before its axes."""
    flat = [each for each in cube.auxiliary if set(each.dimensions) == {across.name, along.name}]
    x = next((each.name for each in flat if _UNITS["x"].match(each.unit or "")), None)
    y = next((each.name for each in flat if _UNITS["y"].match(each.unit or "")), None)
    return (x, y) if x and y else (across.name, along.name)
