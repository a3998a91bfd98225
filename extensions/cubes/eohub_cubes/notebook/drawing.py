"""Slices and series as hvplot draws them: thinned out to what a screen shows, in colours for both themes."""

from collections.abc import Mapping
from typing import Any, cast

import cftime
import hvplot.xarray  # noqa: F401  # pyright: ignore[reportUnusedImport]
import numpy as np
import xarray as xr

from eohub_cubes.axes import Plane
from eohub_cubes.colours import colours_of

_MOST_CELLS = 40_000
_INK = "#767676"
"""A grey that can be read on white and on black."""


def map_of(array: xr.DataArray, plane: Plane, title: str) -> Any:
    """A map of a slice that has the two dimensions of a plane; on a curvilinear grid its cells as points."""
    every = max(1, int(np.ceil(np.sqrt(array.size / _MOST_CELLS))))
    thin = array.isel({plane.x: slice(None, None, every), plane.y: slice(None, None, every)})
    label = str(array.attrs.get("units", ""))
    colours = colours_of(array)
    options: dict[str, Any] = {
        "title": title,
        "clabel": label,
        "cmap": colours.name,
        "symmetric": colours.centre == 0,
        "responsive": False,
    }
    options |= {"frame_width": 560, "frame_height": 320}
    if plane.longitude is not None and plane.latitude is not None:
        frame = thin.reset_coords(drop=True).to_dataset(name="value")
        frame = frame.assign(
            longitude=thin[plane.longitude].drop_vars(thin.coords),
            latitude=thin[plane.latitude].drop_vars(thin.coords),
        )
        points = frame.to_dataframe().dropna()[["longitude", "latitude", "value"]]
        import hvplot.pandas  # noqa: F401  # pyright: ignore[reportUnusedImport]

        drawn = cast(Any, points).hvplot.points(
            x="longitude", y="latitude", c="value", size=9, marker="square", **options
        )
    else:
        named = thin.reset_coords(drop=True).rename("value")
        even = all(_is_even(named, name) for name in (plane.x, plane.y))
        kind = "image" if even else "quadmesh"
        drawn = getattr(cast(Any, named).hvplot, kind)(x=plane.x, y=plane.y, **options)
    return _in_ink(drawn)


def series_of(array: xr.DataArray, along: str, title: str) -> Any:
    """A line along one dimension; times of calendars that no clock has as years with fractions."""
    thin = array.isel({along: slice(None, None, max(1, array.size // 5_000))})
    named = thin.reset_coords(drop=True).rename("value")
    if along not in named.coords:
        named = named.assign_coords({along: np.arange(named.sizes[along])})
    values = named[along].values
    if values.size and isinstance(values.flat[0], cftime.datetime):
        named = named.assign_coords({along: _years(values)})
    drawn = cast(Any, named).hvplot.line(
        x=along,
        title=title,
        ylabel=str(array.attrs.get("units", "value")),
        frame_width=560,
        frame_height=240,
        responsive=False,
    )
    return _in_ink(drawn)


def fixed(array: xr.DataArray, steps: Mapping[str, int]) -> str:
    """What the fixed dimensions stand at, as a title tells it."""
    return ", ".join(f"{name} {label_of(array, name, step)}" for name, step in steps.items())


def label_of(array: xr.DataArray, name: str, step: int) -> str:
    """The label of one step of a dimension, or its number."""
    if name not in array.coords or array[name].dims != (name,):
        return str(step)
    value: Any = array[name].values[step]
    if isinstance(value, cftime.datetime):
        return str(value.isoformat())
    if np.issubdtype(array[name].dtype, np.datetime64):
        return str(np.datetime_as_string(value, unit="m"))
    return f"{value:g}" if isinstance(value, np.floating | np.integer) else str(value)


def _years(times: Any) -> Any:
    days = {"360_day": 360.0, "noleap": 365.0, "365_day": 365.0}
    return [each.year + (each.dayofyr - 1) / days.get(str(each.calendar), 365.25) for each in times]


def _is_even(array: xr.DataArray, name: str) -> bool:
    if name not in array.coords:
        return True
    values = array[name].values
    if values.size < 2 or not np.issubdtype(values.dtype, np.number):
        return False
    steps = np.diff(values.astype(np.float64))
    return bool(np.allclose(steps, steps[0], rtol=1e-3))


def _in_ink(drawn: Any) -> Any:
    """Clear paper and grey ink, so that a picture suits a light and a dark theme."""

    def paint(plot: Any, _: Any) -> None:
        figure = plot.state
        figure.background_fill_alpha = figure.border_fill_alpha = 0
        figure.outline_line_color = _INK
        figure.title.text_color = _INK
        for axis in figure.axis:
            axis.axis_label_text_color = axis.major_label_text_color = axis.axis_line_color = _INK
            axis.major_tick_line_color = axis.minor_tick_line_color = _INK
        for bar in figure.right:
            bar.background_fill_alpha = 0
            bar.title_text_color = bar.major_label_text_color = _INK

    return drawn.opts(hooks=[paint])
