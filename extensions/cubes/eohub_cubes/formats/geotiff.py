"""GeoTIFF and COG: the header at open, then tiles or strips; overviews are groups such as `1:4`."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr
from pyproj import CRS
from xarray.core import indexing

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import DataMissing, NotReadable
from eohub_cubes.formats.geokeys import Grid, control_points_of, crs_of, grid_of
from eohub_cubes.formats.tiff_array import TiffArray, form_of, joined
from eohub_cubes.formats.tiff_header import Image, Read, images_of
from eohub_cubes.formats.tiff_metadata import facts_of
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.ports import ObjectReader, StoredChunks
from eohub_cubes.projecting import is_of_earth

VALUES = "band_data"
MASK = "mask"
_WHOLE = "1:1"
_MANY_CELLS = 2_048 * 2_048
"""From so many cells on a file without overviews is told of: a picture of it reads all of it."""


class TiffCube:
    """The port OpenCube over one resolution of a TIFF."""

    kind = "geotiff"
    group: str | None = None
    sizes_known = True

    def __init__(
        self,
        dataset: xr.Dataset,
        arrays: Mapping[str, TiffArray],
        groups: Sequence[str],
        notes: Sequence[str],
    ) -> None:
        self.dataset = dataset
        self.groups = groups
        self.notes = notes
        self._arrays = arrays
        self.arrays: Mapping[str, ArrayLayout] = {
            name: _layout(array, tuple(map(str, dataset[name].dims))) for name, array in arrays.items()
        }

    def stored(self, variable: str, chunks: npt.NDArray[np.int64]) -> StoredChunks:
        """Bytes of tiles or strips, from the header."""
        places = self._arrays[variable].places(chunks)
        reads = len(joined(places))
        return StoredChunks([place.size for place in places], reads / max(1, len(places)))

    def close(self) -> None:
        """Nothing is held."""


def open_cube(asset: DataAsset, group: str | None, reader: ObjectReader) -> TiffCube:
    """Open a TIFF from its header; raises DataMissing, NotReadable, DataDamaged."""
    info = reader.info_now("")
    if info is None:
        raise DataMissing(f"There is no file at {asset.href}.")
    pictures, masks = _pictures(images_of(_reading(reader, info.size), info.size))
    groups = tuple(pictures)[1:]
    chosen = group or _WHOLE
    if chosen not in pictures:
        raise NotReadable(
            f"This file has no overview {group}.", hint=f"It has {', '.join(groups) or 'none'}."
        )
    whole, image = pictures[_WHOLE], pictures[chosen]
    arrays = {VALUES: TiffArray(reader, image, form_of(image), facts_of(whole))}
    if chosen in masks and (masks[chosen].width, masks[chosen].height) == (image.width, image.height):
        arrays[MASK] = TiffArray(reader, masks[chosen], form_of(masks[chosen]), facts_of(masks[chosen]))
    grid, crs = grid_of(whole), crs_of(whole)
    if grid is not None:
        grid = grid.coarser(whole.width / image.width, whole.height / image.height)
    dataset = _dataset(arrays, grid, crs)
    return TiffCube(dataset, arrays, groups, _notes(whole, arrays, groups, grid, crs))


def _reading(reader: ObjectReader, file_bytes: int) -> Read:
    """Reads what is there of a range: small files are shorter than one read of a header."""

    def read(start: int, length: int) -> bytes:
        length = min(length, file_bytes - start)
        return (reader.get_now("", start, length) or b"") if length > 0 else b""

    return read


def _pictures(images: Sequence[Image]) -> tuple[dict[str, Image], dict[str, Image]]:
    """The picture of each resolution, finest first, and the masks of them."""
    pictures: dict[str, Image] = {}
    masks: dict[str, Image] = {}
    whole = next((image for image in images if not image.kind & 5), images[0])
    for image in images:
        if image is not whole and not image.kind & 5:
            continue  # another page: a picture of something else
        factor = round(whole.width / max(1, image.width))
        found = masks if image.kind & 4 else pictures
        found.setdefault(f"1:{factor}", image)
    return dict(sorted(pictures.items(), key=lambda each: int(each[0][2:]))), masks


def _dataset(arrays: Mapping[str, TiffArray], grid: Grid | None, crs: CRS | None) -> xr.Dataset:
    values = arrays[VALUES]
    bands, rows, columns = values.shape
    coordinates: dict[str, xr.Variable] = {"band": xr.Variable("band", np.arange(1, bands + 1))}
    names = values.facts.descriptions
    if any(names) and len(names) == bands:
        coordinates["description"] = xr.Variable("band", np.array(names, dtype=object))
    if grid is not None and grid.is_upright:
        x, y = grid.centres(columns, rows)
        along = crs.cs_to_cf() if crs is not None else []
        for name, axis, numbers in (("x", "X", x), ("y", "Y", y)):
            told = next((each for each in along if each.get("axis") == axis), {"axis": axis})
            coordinates[name] = xr.Variable(name, numbers, told)
    variables = {VALUES: xr.Variable(("band", "y", "x"), indexing.LazilyIndexedArray(values))}
    if MASK in arrays:
        variables[MASK] = xr.Variable(("mask_band", "y", "x"), indexing.LazilyIndexedArray(arrays[MASK]))
        variables[MASK] = variables[MASK].isel(mask_band=0)
    if crs is not None or grid is not None:
        told = {} if crs is None else {**crs.to_cf(), "spatial_ref": crs.to_wkt()}
        place = {} if grid is None else {"GeoTransform": grid.gdal()}
        coordinates["spatial_ref"] = xr.Variable((), 0, {**told, **place})
        for variable in variables.values():
            variable.encoding["grid_mapping"] = "spatial_ref"
    variables[VALUES].attrs.update(values.facts.attributes())
    return xr.Dataset(variables, coordinates)


def _notes(
    whole: Image, arrays: Mapping[str, TiffArray], groups: Sequence[str], grid: Grid | None, crs: CRS | None
) -> tuple[str, ...]:
    form = arrays[VALUES].form
    points = control_points_of(whole)
    told = (
        (
            not groups and whole.width * whole.height > _MANY_CELLS,
            "It has no overviews, so a picture reads all of it.",
        ),
        (
            not form.tiled and whole.height > form.rows,
            f"It is stored in strips of {form.rows} rows and not in tiles, so a small area reads whole rows.",
        ),
        (
            points > 0,
            f"It has {points} ground control points in place of a grid, so it is not placed on a map.",
        ),
        (grid is None and not points, "It does not say where on Earth it lies."),
        (grid is not None and crs is None, "Its coordinate reference system is not told, or not known here."),
        (crs is not None and not is_of_earth(crs), "Its reference system is of another body than the Earth."),
        (
            grid is not None and not grid.is_upright,
            "Its rows and columns are turned against its reference system, so they have no coordinates.",
        ),
        (MASK in arrays, "It has a mask of its own: cells where mask is 0 are outside."),
    )
    return tuple(text for is_so, text in told if is_so)


def _layout(array: TiffArray, dimensions: tuple[str, ...]) -> ArrayLayout:
    form = array.form
    left = len(array.shape) - len(dimensions)
    return ArrayLayout(
        dimensions=dimensions,
        shape=array.shape[left:],
        chunk=(form.bands_each, form.rows, form.columns)[left:],
        stored_item_bytes=form.dtype.itemsize,
        compressed=form.compression != 1,
        problem=form.problem,
    )
