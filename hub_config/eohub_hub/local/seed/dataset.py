"""From the sample files to datasets that are written as they are: no value is decoded on the way."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from eohub_hub.local.seed.cubes import ATTRIBUTION, LICENCE_URL, SOURCE, Cube

CHUNK_BYTES = 512 * 1024
"""A map is always whole in one chunk, and a chunk holds as many time steps as fit into this.

A viewer steps through maps, and a request to an object store takes about as long as half a MiB to arrive, so
smaller chunks would cost more requests than they save bytes. A time series at a point reads every chunk once,
which is four requests for 240 steps. Shards would only join what is few already.
"""


def open_source(cube: Cube, folder: Path) -> xr.Dataset:
    """The dataset of a cube with raw values and CF attributes, loaded; raises OSError, ValueError."""
    parts = [_timed(_opened(folder / name)) for name in cube.files]
    joined = parts[0]
    if len(parts) > 1:
        joined = xr.concat(
            parts, "time", data_vars="minimal", coords="minimal", compat="equals", join="exact",
            combine_attrs="drop_conflicts",
        )  # fmt: skip
    said = {
        "title": cube.title,
        "history": f"Written by EOHub from {', '.join(cube.files)} of {SOURCE}; values unchanged.",
        "license": LICENCE_URL,
        "attribution": ATTRIBUTION,
    }
    said |= {"references": cube.references} if cube.references else {}
    return joined.drop_encoding().assign_attrs(said)


def zarr_encoding(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Chunks and fill values as xarray's `to_zarr` takes them.

    Where the file has no fill value there will be none: xarray would give one to every variable, and CF
    allows none for axes and bounds.
    """
    encoding: dict[str, dict[str, Any]] = {}
    for name, variable in dataset.variables.items():
        chunks = {"chunks": _chunks(variable)} if variable.dims else {}
        encoding[str(name)] = chunks | ({} if "_FillValue" in variable.attrs else {"_FillValue": None})
    return encoding


def digest_of(dataset: xr.Dataset) -> str:
    """SHA-256 of a dataset's values, types, dimensions, attributes and chunks."""
    digest = hashlib.sha256(_text(dataset.attrs))
    encoding = zarr_encoding(dataset)
    for key, variable in sorted(dataset.variables.items(), key=str):
        head = [str(key), str(variable.dtype), variable.dims, variable.shape, encoding.get(str(key))]
        digest.update(_text(head) + _text(variable.attrs))
        digest.update(np.ascontiguousarray(variable.values).tobytes())
    return digest.hexdigest()


def _chunks(variable: xr.Variable) -> tuple[int, ...]:
    if "time" not in variable.dims:
        return tuple(variable.shape)
    steps = variable.sizes["time"]
    fitting = max(1, CHUNK_BYTES * steps // max(1, variable.nbytes))
    return tuple(min(steps, fitting) if dim == "time" else size for dim, size in variable.sizes.items())


def _opened(path: Path) -> xr.Dataset:
    with xr.open_dataset(path, engine="h5netcdf", decode_cf=False) as file:
        dataset = file.load()
    for variable in dataset.variables.values():
        variable.attrs = {name: _plain(value) for name, value in variable.attrs.items()}
    dataset.attrs = {name: _plain(value) for name, value in dataset.attrs.items()}
    return dataset


def _timed(dataset: xr.Dataset) -> xr.Dataset:
    """Give a NEMO file its time: its axis is zero in every file, the centre of the mean lies beside it."""
    if "time_counter" not in dataset.dims:
        return dataset
    dataset = dataset.drop_vars("time_counter").swap_dims(time_counter="time_centered")
    dataset = dataset.rename(time_centered="time", time_centered_bounds="time_bnds")
    dataset["time"].attrs |= {"bounds": "time_bnds", "axis": "T"}
    for variable in dataset.variables.values():
        if "coordinates" in variable.attrs:
            names = str(variable.attrs["coordinates"]).split()
            variable.attrs["coordinates"] = " ".join(name for name in names if name != "time_centered")
    return dataset


def _plain(value: Any) -> Any:
    """HDF5 gives attributes as arrays of one; JSON in zarr wants the number."""
    return value.item() if isinstance(value, np.ndarray | np.generic) and value.size == 1 else value


def _text(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, default=str).encode()
