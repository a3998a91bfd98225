"""Look at a dataset in a notebook: sliders, one slice, and what it costs before it is read."""

import html
from collections.abc import Mapping
from typing import Any

import holoviews as hv
import ipywidgets as widgets
import numpy as np
import xarray as xr
from jupyter_bokeh import BokehModel

from eohub_cubes.axes import Plane, bounds_in, kind_of_dimension, plane_of
from eohub_cubes.contract import Range
from eohub_cubes.errors import BadSelection
from eohub_cubes.notebook.drawing import fixed, label_of, map_of, series_of
from eohub_cubes.notebook.estimates import cost_of
from eohub_cubes.wording import bytes_text
from eohub_toolkit.errors import EohubError

_BUDGET_MIB = 64


def explore(data: xr.Dataset | xr.DataArray) -> "Explorer":
    """Sliders for the dimensions of a dataset over a picture of one slice, which is read within a budget."""
    dataset = data.to_dataset(name=str(data.name or "values")) if isinstance(data, xr.DataArray) else data
    return Explorer(dataset)


class Explorer(widgets.VBox):
    """What `explore` shows; `slice` is what is drawn, as a DataArray of the dataset."""

    def __init__(self, dataset: xr.Dataset) -> None:
        edges = bounds_in(dataset)
        able = [str(name) for name in dataset.data_vars if _can_be_drawn(dataset[name])]
        # The edges of cells are rarely what is looked for, and never what is looked at first.
        names = sorted(able, key=lambda name: (name in edges, -dataset[name].ndim))
        if not names:
            raise BadSelection("This dataset has no variable with numbers along a dimension.")
        self.dataset = dataset
        self.slice: xr.DataArray = dataset[names[0]]
        self._sliders: dict[str, widgets.IntSlider] = {}
        self._variable = widgets.Dropdown(options=names, description="Variable")
        self._budget = widgets.BoundedIntText(
            value=_BUDGET_MIB, min=1, max=65_536, description="Budget", layout=widgets.Layout(width="180px")
        )
        self._cost = widgets.HTML()
        self._dimensions = widgets.VBox()
        self._picture = widgets.VBox()
        head = widgets.HBox([self._variable, self._budget, widgets.Label("MiB a slice")])
        super().__init__([head, self._dimensions, self._cost, self._picture])
        self._variable.observe(self._chosen, "value")
        self._budget.observe(self._changed, "value")
        self._chosen()

    @property
    def variable(self) -> str:
        """Name of the variable that is looked at."""
        return str(self._variable.value)

    @property
    def steps(self) -> Mapping[str, int]:
        """The step that each dimension stands at which is not drawn."""
        return {name: int(slider.value) for name, slider in self._sliders.items()}

    def _chosen(self, _: Any = None) -> None:
        array = self.dataset[self.variable]
        self._plane = plane_of(self.dataset, self.variable)
        self._along = None if self._plane is not None else _series_dimension(self.dataset, array)
        drawn = {self._along} if self._plane is None else {self._plane.x, self._plane.y}
        before = self.steps
        self._sliders = {}
        rows: list[widgets.HBox] = []
        for name in map(str, array.dims):
            if name in drawn:
                continue
            most = max(array.sizes[name] - 1, 0)
            slider = widgets.IntSlider(
                value=min(before.get(name, 0), most),
                min=0,
                max=most,
                description=name,
                continuous_update=False,
                readout=False,
                style={"description_width": "initial"},
            )
            slider.observe(self._changed, "value")
            self._sliders[name] = slider
            rows.append(widgets.HBox([slider, widgets.Label()]))
        self._dimensions.children = rows
        self._changed()

    def _changed(self, _: Any = None) -> None:
        array, steps = self.dataset[self.variable], self.steps
        for row, (name, step) in zip(self._dimensions.children, steps.items(), strict=True):
            row.children[1].value = label_of(array, name, step)
        ranges = {name: Range(start=step, stop=step + 1) for name, step in steps.items()}
        budget = int(self._budget.value) * 2**20
        try:
            cost = cost_of(self.dataset, [self.variable], ranges)
            self._say(cost.text)
            if max(cost.read_bytes, cost.memory_bytes) > budget:
                need = bytes_text(max(cost.read_bytes, cost.memory_bytes))
                self._say(f"{cost.text} It takes {need}, more than the budget, so it is not read.")
                self._picture.children = ()
                return
            self.slice = array.isel(steps)
            self._draw(self.slice.load() if self.slice.chunks is None else self.slice.compute(), steps)
        except EohubError as error:
            self._say(f"{error.detail} {error.hint or ''}")
            self._picture.children = ()

    def _draw(self, values: xr.DataArray, steps: Mapping[str, int]) -> None:
        array = self.dataset[self.variable]
        title = ", ".join(part for part in (self.variable, fixed(array, steps)) if part)
        if not np.isfinite(values.values.astype(np.float64)).any():
            self._say(f"{self._cost.value} All values of this slice are missing.")
        drawn = (
            map_of(values, self._plane, title)
            if isinstance(self._plane, Plane)
            else series_of(values, str(self._along), title)
        )
        self._picture.children = (BokehModel(hv.render(drawn, backend="bokeh")),)

    def _say(self, text: str) -> None:
        self._cost.value = html.escape(text)


def _can_be_drawn(array: xr.DataArray) -> bool:
    return array.ndim > 0 and (np.issubdtype(array.dtype, np.number) or array.dtype == bool)


def _series_dimension(dataset: xr.Dataset, array: xr.DataArray) -> str:
    kinds = {str(name): kind_of_dimension(dataset, str(name)) for name in array.dims}
    times = [name for name, kind in kinds.items() if kind == "time"]
    return times[0] if times else max(kinds, key=lambda name: array.sizes[name])
