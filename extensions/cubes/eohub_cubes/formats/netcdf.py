"""netCDF: version 4 and other HDF5 files here, the classic ones beside."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import h5netcdf
import h5py
import numpy as np
import numpy.typing as npt
import xarray as xr
from xarray.backends.h5netcdf_ import H5NetCDFStore

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import Cancelled, DataDamaged, DataMissing
from eohub_cubes.formats.classic import open_classic
from eohub_cubes.formats.decoding import decoded
from eohub_cubes.formats.groups import group_shown
from eohub_cubes.formats.hdf5_arrays import Hdf5Array, hdf5_array
from eohub_cubes.formats.hdf5_links import OwnFile, links_away
from eohub_cubes.formats.magic import ENOUGH_BYTES, form_of, is_classic, is_hdf5
from eohub_cubes.formats.ranges import RangeFile
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.ports import ObjectReader, OpenCube, StoredChunks
from eohub_cubes.wording import listed
from eohub_toolkit.errors import EohubError


class Hdf5Cube:
    """The port OpenCube over one group of an HDF5 file."""

    kind = "netcdf"
    sizes_known = False

    def __init__(
        self,
        dataset: xr.Dataset,
        arrays: Mapping[str, Hdf5Array],
        group: str | None,
        groups: Sequence[str],
        notes: Sequence[str],
        file: h5py.File,
    ) -> None:
        self.dataset = dataset
        self.group = group
        self.groups = groups
        self.notes = notes
        self._stored = {name: each for name, each in arrays.items() if name in dataset.variables}
        self.arrays: Mapping[str, ArrayLayout] = {name: each.layout for name, each in self._stored.items()}
        self._file = file

    def stored(self, variable: str, chunks: npt.NDArray[np.int64]) -> StoredChunks:
        """Bytes and places of chunks, from the index that the file has of them; looks up only those."""
        return self._stored[variable].stored(chunks.tolist())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def open_cube(asset: DataAsset, group: str | None, reader: ObjectReader) -> OpenCube:
    """Open a file by its headers; raises DataDamaged where it is cut short, or something else."""
    info = reader.info_now("")
    first = reader.get_now("", 0, min(info.size, ENOUGH_BYTES)) if info is not None and info.size else b""
    if info is None or first is None:
        raise DataMissing(f"There is no file at {asset.href}.")
    if is_classic(first):
        return open_classic(asset, reader, info.size)
    if not is_hdf5(first):
        raise DataDamaged(
            f"This is not netCDF: it is {form_of(first)}.",
            hint="It may be cut short, or its address may lead elsewhere.",
        )
    file = RangeFile(reader, asset.href)
    try:
        return _opened(asset, group, reader, file)
    except (EohubError, Cancelled, MemoryError):
        raise
    except Exception as error:
        failure = file.take_failure()
        if isinstance(failure, EohubError | Cancelled):
            raise failure from None
        cut = "truncated" in str(error)
        raise DataDamaged(
            "The file is cut short." if cut else f"This HDF5 file is damaged ({_first_line(error)}).",
            hint="It may still be being written, or was not copied to its end.",
        ) from None


def _opened(asset: DataAsset, group: str | None, reader: ObjectReader, file: RangeFile) -> Hdf5Cube:
    raw = OwnFile(file, "r")
    try:
        return _cube_of(asset, group, reader, file, raw)
    except BaseException:
        raw.close()
        raise


def _cube_of(
    asset: DataAsset, group: str | None, reader: ObjectReader, file: RangeFile, raw: OwnFile
) -> Hdf5Cube:
    # Where this fails on a damaged file h5netcdf could not end what it had begun.
    raw.attrs.get("_nc3_strict")
    opened = h5netcdf.File(cast(Any, raw), "r", phony_dims="access", decode_vlen_strings=True)
    wanted = (group or cast(str | None, asset.open_kwargs.get("group")) or "").strip("/")
    groups = dict(_groups(opened))
    holding = [path for path, each in groups.items() if each.variables]
    path, notes = group_shown(wanted, holding, wanted in groups, asset.href)
    if away := links_away(raw[f"/{path}"]):
        notes.append(f"Left out, as links to other files, to groups or to nowhere: {listed(away)}.")
    store = H5NetCDFStore(opened, group=path or None, mode="r", lock=cast(Any, False))
    arrays = {name: hdf5_array(name, store, file, reader) for name in store.ds.variables}
    if unnamed := [name for name, each in arrays.items() if any(map(_is_phony, each.layout.dimensions))]:
        notes.append(
            f"The dimensions of {listed(unnamed)} have no names in the data; they are told by their sizes."
        )
    variables = {name: each.variable for name, each in arrays.items()}
    dataset, left = decoded(variables, store.get_attrs(), asset.open_kwargs)
    others = [each or "/" for each in holding if each != path]
    # xarray follows each link, and opens nothing where one of them leads to nowhere.
    shown = None if any(links_away(raw[f"/{each}"]) for each in groups) else path
    return Hdf5Cube(dataset, arrays, shown, others, [*notes, *left], raw)


def _groups(group: Any) -> Iterator[tuple[str, Any]]:
    yield group.name.strip("/"), group
    for each in group.groups.values():
        yield from _groups(each)


def _is_phony(name: str) -> bool:
    return name.startswith("phony_dim_")


def _first_line(error: Exception) -> str:
    return (str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__)[:200]
