"""GeoTIFF and COG: values as rasterio reads them, exact bytes, and what is told of a file that is broken."""

import random
import struct
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import xarray as xr
from fakes.stac_documents import SHARED
from pyproj import CRS, Transformer
from rasterio.transform import from_origin
from rasterio.windows import Window

from eohub_cubes.contract import DataAsset, Selection
from eohub_cubes.errors import Cancelled, DataChanged, DataDamaged, DataMissing, NotReadable
from eohub_cubes.estimating import estimated
from eohub_cubes.formats.geotiff import TiffCube, open_cube
from eohub_cubes.formats.tiff_header import images_of
from eohub_cubes.ports import Memory, Traffic
from eohub_cubes.reading.opening import reader_of
from eohub_cubes.reading.traffic import counted
from eohub_toolkit.errors import EohubError

COG = SHARED / "arrays/rio-tiler/cog.tif"


def opened(path: Path, group: str | None = None) -> TiffCube:
    asset = DataAsset(key="data", href=str(path))
    return open_cube(asset, group, reader_of(asset))


def written(path: Path, values: np.ndarray[Any, Any], **profile: Any) -> Path:
    bands, height, width = values.shape
    form = {"crs": "EPSG:32631", "transform": from_origin(500_000, 5_000_000, 10, 10), **profile}
    with rasterio.open(
        path, "w", driver="GTiff", count=bands, height=height, width=width, dtype=values.dtype, **form
    ) as out:
        out.write(values)
    return path


def numbers(dtype: str, bands: int = 1, height: int = 70, width: int = 90) -> np.ndarray[Any, Any]:
    return np.random.default_rng(4).integers(0, 100, (bands, height, width)).astype(dtype)


REAL = sorted((SHARED / "arrays").rglob("*.tif"))
LOSSY = {"cog_rgb.tif": 3}
"""Steps of brightness by which decoders of JPEG may differ."""


def by_rasterio(path: Path, **options: Any) -> np.ndarray[Any, Any]:
    with rasterio.open(path, **options) as file, rasterio.open(path) as whole:
        values = file.read().astype(np.float64)
        if whole.nodata is not None:
            values[values == whole.nodata] = np.nan
        return values * np.reshape(whole.scales, (-1, 1, 1)) + np.reshape(whole.offsets, (-1, 1, 1))


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [
        ("float32", np.nan),
        ("float64", -np.inf),
        ("float32", -9_999.0),
        ("float32", None),
        ("int16", -32_768),
        ("uint8", 255),
        ("uint8", None),
    ],
)
def test_tiles_that_were_never_written_are_missing_where_a_missing_value_is_told(
    tmp_path: Path, dtype: str, nodata: float | None
) -> None:
    path, form = tmp_path / "a.tif", {"tiled": True, "blockxsize": 16, "blockysize": 16, "SPARSE_OK": True}
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=32, width=32, dtype=dtype, nodata=nodata, **form
    ) as out:
        out.write(np.ones((1, 16, 16), dtype), window=Window(0, 0, 16, 16))
    with rasterio.open(path) as file:
        expected = file.read(masked=True).astype(np.float64).filled(np.nan)
    np.testing.assert_array_equal(opened(path).dataset["band_data"].values, expected)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_every_real_file_has_the_values_and_places_that_rasterio_reads(path: Path) -> None:
    cube = opened(path)
    for level, group in enumerate((None, *cube.groups), -1):
        found = opened(path, group).dataset.band_data
        expected = by_rasterio(path) if group is None else by_rasterio(path, overview_level=level)
        np.testing.assert_allclose(found.values, expected, rtol=1e-6, atol=LOSSY.get(path.name, 0))
    with rasterio.open(path) as file:
        if "x" in cube.dataset.coords:
            np.testing.assert_allclose(cube.dataset.x, file.xy(0, np.arange(file.width))[0])
            np.testing.assert_allclose(cube.dataset.y, file.xy(np.arange(file.height), 0)[1])
        if file.crs is not None:
            mine = CRS.from_wkt(cube.dataset.spatial_ref.attrs["crs_wkt"])
            same = Transformer.from_crs(mine, CRS.from_wkt(file.crs.to_wkt()), always_xy=True)
            corner = (file.bounds.left, file.bounds.top)
            # one file writes another radius of the Earth than that of the datum that it names
            assert same.transform(*corner) == pytest.approx(corner, abs=2)
        if "mask" in cube.dataset:
            np.testing.assert_array_equal(cube.dataset["mask"].values * 255, file.dataset_mask())


@pytest.mark.parametrize(
    "dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"]
)
@pytest.mark.parametrize("predictor", [1, 2])
def test_every_type_of_number_comes_as_it_was_written(tmp_path: Path, dtype: str, predictor: int) -> None:
    values = numbers(dtype)
    chosen = 3 if predictor == 2 and dtype.startswith("float") else predictor
    path = written(
        tmp_path / "a.tif",
        values,
        compress="deflate",
        predictor=chosen,
        tiled=True,
        blockxsize=32,
        blockysize=16,
    )
    cube = opened(path)
    assert cube.dataset.band_data.dtype == dtype
    np.testing.assert_array_equal(cube.dataset.band_data.values, values)


@pytest.mark.parametrize("compress", ["none", "lzw", "deflate", "zstd", "lzma"])
@pytest.mark.parametrize("interleave", ["pixel", "band"])
@pytest.mark.parametrize("endianness", ["LITTLE", "BIG"])
@pytest.mark.parametrize("tiled", [True, False])
def test_every_codec_and_form_comes_as_it_was_written(
    tmp_path: Path, compress: str, interleave: str, endianness: str, tiled: bool
) -> None:
    values = numbers("int16", bands=3)
    cut = {"tiled": True, "blockxsize": 32, "blockysize": 32} if tiled else {"blockysize": 16}
    path = written(
        tmp_path / "a.tif", values, compress=compress, interleave=interleave, ENDIANNESS=endianness, **cut
    )
    cube = opened(path)
    np.testing.assert_array_equal(cube.dataset.band_data.values, values)


def test_a_lossless_webp_and_a_big_tiff_come_as_they_were_written(tmp_path: Path) -> None:
    values = numbers("uint8", bands=3)
    webp = written(
        tmp_path / "w.tif", values, compress="webp", WEBP_LOSSLESS="YES", tiled=True, interleave="pixel"
    )
    big = written(tmp_path / "b.tif", values, BIGTIFF="YES", compress="deflate")
    for path in (webp, big):
        np.testing.assert_array_equal(opened(path).dataset.band_data.values, values)


@pytest.mark.parametrize(
    "key",
    [
        np.s_[0, 10:20, 5:80:7],
        np.s_[1, ::-1, 3],
        np.s_[:, -1, -1],
        np.s_[2:0:-1, 60:70, 80:90],
        np.s_[0, 5:5, :],
        np.s_[:, [3, 50, 4], :],
    ],
)
def test_a_selection_is_that_of_the_whole(tmp_path: Path, key: Any) -> None:
    values = numbers("uint16", bands=3)
    cube = opened(written(tmp_path / "a.tif", values, tiled=True, blockxsize=32, blockysize=32))
    np.testing.assert_array_equal(cube.dataset.band_data[key].values, values[key])


def test_missing_values_become_nan_and_scales_of_each_band_are_applied(tmp_path: Path) -> None:
    values = numbers("int16", bands=2)
    path = written(tmp_path / "a.tif", values, nodata=7)
    with rasterio.open(path, "r+") as out:
        out.scales, out.offsets = (0.1, 2.0), (0.0, -5.0)
        out.descriptions, out.units = ("red", "heat"), ("1", "K")
    cube = opened(path)
    expected = values * np.array([0.1, 2.0]).reshape(2, 1, 1) + np.array([0.0, -5.0]).reshape(2, 1, 1)
    expected[values == 7] = np.nan
    found = cube.dataset.band_data
    assert found.dtype == "float32"
    np.testing.assert_allclose(found.values, expected, rtol=1e-6)
    assert list(found.description.values) == ["red", "heat"]
    assert cube.arrays["band_data"].stored_item_bytes == 2


def test_a_missing_value_that_the_type_cannot_hold_changes_nothing(tmp_path: Path) -> None:
    data = written(tmp_path / "a.tif", numbers("uint8"), nodata=255).read_bytes()
    (tmp_path / "b.tif").write_bytes(data.replace(b"255\0", b"-99\0", 1))
    assert opened(tmp_path / "a.tif").dataset.band_data.dtype == "float32"
    assert opened(tmp_path / "b.tif").dataset.band_data.dtype == "uint8"


def test_coordinates_are_the_middles_of_cells_in_the_crs_of_the_file() -> None:
    cube = opened(COG)
    with rasterio.open(COG) as file:
        x, y = file.xy(0, 0)
    assert (float(cube.dataset.x[0]), float(cube.dataset.y[0])) == (x, y)
    assert CRS.from_wkt(cube.dataset.spatial_ref.attrs["crs_wkt"]).to_epsg() == 32621
    assert cube.dataset.band_data.encoding["grid_mapping"] == "spatial_ref"
    assert cube.dataset.x.attrs["standard_name"] == "projection_x_coordinate"


def test_an_overview_is_a_group_over_the_same_ground() -> None:
    whole = opened(COG)
    coarse = opened(COG, whole.groups[-1])
    assert whole.groups == ("1:2", "1:4", "1:8", "1:16")
    assert coarse.dataset.band_data.shape == (1, 167, 167)

    def edges(dataset: xr.Dataset, name: str) -> tuple[float, float]:
        values = dataset[name].values
        half = (values[1] - values[0]) / 2
        return float(values[0] - half), float(values[-1] + half)

    for name in "xy":
        assert edges(coarse.dataset, name) == pytest.approx(edges(whole.dataset, name))
    with pytest.raises(NotReadable, match="no overview 1:3"):
        opened(COG, "1:3")


def test_open_reads_the_header_alone_in_one_read() -> None:
    with counted(Traffic()) as traffic:
        opened(COG)
    assert traffic.bytes_read == 32 * 1024
    assert traffic.requests == 2, "its size, then its start"


def test_stored_bytes_are_those_that_travel_and_neighbours_are_read_together() -> None:
    cube = opened(COG)
    down, across = np.meshgrid(range(3), range(11), indexing="ij")
    chunks = np.stack([np.zeros(33, int), down.ravel(), across.ravel()], axis=1)
    stored = cube.stored("band_data", chunks)
    expected = sum(size or 0 for size in stored.sizes)
    with counted(Traffic()) as traffic:
        cube.dataset.band_data[0, : 3 * 256].load()
    assert expected <= traffic.bytes_read <= expected * 1.01
    assert traffic.requests == pytest.approx(33 * stored.requests_each)
    assert traffic.requests < 33


def test_of_more_tiles_than_are_looked_up_the_requests_are_those_of_neighbours(tmp_path: Path) -> None:
    values = numbers("uint8", height=2_400, width=2_400)
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "deflate"}
    cube = opened(written(tmp_path / "a.tif", values, **tiles))
    told = estimated(Selection(variables=("band_data",), ranges={}), cube, None, Memory(None, None))
    with counted(Traffic()) as traffic:
        assert np.array_equal(cube.dataset.band_data, values)
    assert (told.chunks, told.exactness) == (22_500, "sampled")
    assert told.read_bytes == pytest.approx(traffic.bytes_read, rel=0.1)
    assert told.requests <= 2 * traffic.requests


def test_a_tile_that_was_never_written_takes_nothing_and_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "sparse.tif"
    form = {
        "dtype": "uint8",
        "nodata": 9,
        "tiled": True,
        "blockxsize": 16,
        "blockysize": 16,
        "SPARSE_OK": True,
    }
    place = {"crs": "EPSG:4326", "transform": from_origin(10, 50, 1, 1)}
    with rasterio.open(path, "w", driver="GTiff", count=1, width=32, height=16, **form, **place) as out:
        out.write(np.full((16, 16), 3, "uint8"), 1, window=rasterio.windows.Window(0, 0, 16, 16))
    cube = opened(path)
    assert [*cube.stored("band_data", np.array([[0, 0, 0], [0, 0, 1]])).sizes] == [256, 0]
    values = cube.dataset.band_data.values[0]
    assert np.all(values[:, :16] == 3)
    assert np.isnan(values[:, 16:]).all()


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("nocog.tif", "no overviews"),
        ("nocog.tif", "strips of 1 rows"),
        ("cog_gcps_ovr.tif", "210 ground control points"),
        ("cog_uint8_rgb_mask.tif", "mask"),
        ("cog_nonearth.tif", "another body than the Earth"),
    ],
)
def test_what_a_person_should_know_of_a_file_is_a_note(file: str, says: str) -> None:
    assert any(says in note for note in opened(SHARED / "arrays/rio-tiler" / file).notes)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_mask_of_another_size_is_left_out(tmp_path: Path) -> None:
    raw = bytearray((SHARED / "arrays/rio-tiler/cog_uint8_rgb_mask.tif").read_bytes())
    images = images_of(lambda start, length: bytes(raw[start : start + length]), len(raw))
    height = next(image.entries[257] for image in images if image.kind & 4)
    raw[height.offset] ^= 1
    (tmp_path / "a.tif").write_bytes(raw)
    asset = DataAsset(key="a", href=str(tmp_path / "a.tif"))
    assert [*open_cube(asset, None, reader_of(asset)).arrays] == ["band_data"]


def test_a_number_of_a_band_that_is_none_is_passed_over(tmp_path: Path) -> None:
    with rasterio.open(tmp_path / "a.tif", "w", "GTiff", 4, 4, 1, dtype="uint8") as file:
        file.update_tags(1, about="x")
    raw = (tmp_path / "a.tif").read_bytes()
    assert b'sample="0"' in raw
    (tmp_path / "a.tif").write_bytes(raw.replace(b'sample="0"', 'sample="²'.encode() + b'"'))
    asset = DataAsset(key="a", href=str(tmp_path / "a.tif"))
    assert [*open_cube(asset, None, reader_of(asset)).arrays] == ["band_data"]


def test_a_picture_that_lies_nowhere_is_opened_without_coordinates(tmp_path: Path) -> None:
    cube = opened(written(tmp_path / "a.tif", numbers("uint8"), crs=None, transform=None))
    assert set(cube.dataset.coords) == {"band"}
    assert cube.notes == ("It does not say where on Earth it lies.",)


def test_a_turned_grid_has_no_coordinates_along_its_sides(tmp_path: Path) -> None:
    turned = from_origin(500_000, 5_000_000, 10, 10) @ rasterio.Affine.rotation(30)
    cube = opened(written(tmp_path / "a.tif", numbers("uint8"), transform=turned))
    assert "x" not in cube.dataset.coords
    assert "turned" in cube.notes[0]
    assert [float(each) for each in cube.dataset.spatial_ref.attrs["GeoTransform"].split()] == pytest.approx(
        turned.to_gdal()
    )


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:4326", "EPSG:3857", "EPSG:3035", "EPSG:2154", "EPSG:3413", "EPSG:6933",
        "+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-96 +datum=NAD83",
        "+proj=lcc +lat_1=25 +lat_2=50 +lat_0=40 +lon_0=10 +R=6371229",
        "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80",
        "+proj=sinu +lon_0=0 +R=6371007.181", "+proj=eqc +lat_ts=30 +R=1560800",
        "+proj=stere +lat_0=90 +lat_ts=60 +lon_0=-45 +ellps=WGS84",
        "+proj=tmerc +lat_0=0 +lon_0=129 +k=0.9996 +x_0=500000 +ellps=WGS84",
    ],
)  # fmt: skip
def test_every_usual_projection_is_known_with_and_without_a_code(tmp_path: Path, crs: str) -> None:
    path = written(tmp_path / "a.tif", numbers("uint8"), crs=crs)
    found = CRS.from_wkt(opened(path).dataset.spatial_ref.attrs["crs_wkt"])
    with rasterio.open(path) as file:
        asked = CRS.from_wkt(file.crs.to_wkt())
    for longitude, latitude in ((9.0, 48.0), (-100.0, 60.0)):
        here, there = (_projected(each, longitude, latitude) for each in (found, asked))
        assert here == pytest.approx(there, rel=1e-9, abs=1e-6)


def _projected(crs: CRS, longitude: float, latitude: float) -> tuple[float, float]:
    assert crs.geodetic_crs is not None
    return Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True).transform(longitude, latitude)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_what_cannot_be_decoded_is_a_problem_with_its_reason_and_no_error_at_open(tmp_path: Path) -> None:
    complex_ = opened(written(tmp_path / "c.tif", numbers("complex64")))
    assert complex_.arrays["band_data"].problem == "Its values are complex numbers."
    with pytest.raises(NotReadable, match="complex numbers"):
        complex_.dataset.band_data.load()
    lerc = opened(written(tmp_path / "l.tif", numbers("float32"), compress="lerc"))
    packed = opened(written(tmp_path / "p.tif", numbers("uint8"), compress="packbits"))
    assert "LERC" in (lerc.arrays["band_data"].problem or "")
    assert "PackBits" in (packed.arrays["band_data"].problem or "")


def with_tags(path: Path, renamed: Mapping[int, int], values: Mapping[int, int]) -> Path:
    """The same file, of whose first header some tags have another number, and some another value."""
    data = bytearray(path.read_bytes())
    (at,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, at)
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        (tag,) = struct.unpack_from("<H", data, entry)
        struct.pack_into("<H", data, entry, renamed.get(tag, tag))
        if tag in values:
            struct.pack_into("<H", data, entry + 8, values[tag])
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("compress", ["none", "deflate", "lzw"])
def test_a_file_that_does_not_tell_its_kind_of_colours_is_read(tmp_path: Path, compress: str) -> None:
    values = numbers("int16", bands=3)
    path = with_tags(written(tmp_path / "a.tif", values, compress=compress), {262: 261}, {})
    assert np.array_equal(opened(path).dataset.band_data, values)
    assert np.array_equal(by_rasterio(path), values)


def test_numbers_of_any_form_and_width_open_and_those_that_are_none_are_a_problem(tmp_path: Path) -> None:
    for bits in (1, 2, 4, 8, 12, 16, 24, 32, 64, 128):
        for form in range(9):
            path = written(tmp_path / "a.tif", numbers("uint8"), compress="deflate")
            cube = opened(with_tags(path, {}, {258: bits, 339: form}))
            known = form in (1, 2, 3) and bits in ((16, 32, 64) if form == 3 else (1, 8, 16, 32, 64))
            assert (cube.arrays["band_data"].problem is None) == known
            if form == 3 and bits == 8:
                assert cube.arrays["band_data"].problem == "Its values are floating-point numbers of 8 bits."
            with suppress(EohubError):
                cube.dataset.band_data.load()


def test_what_is_no_tiff_or_not_there_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"<html>not found</html>")
    (tmp_path / "empty.tif").write_bytes(b"")
    for name in ("a.tif", "empty.tif"):
        with pytest.raises((NotReadable, DataDamaged)):
            opened(tmp_path / name)
    with pytest.raises(DataMissing):
        opened(tmp_path / "none.tif")


def test_a_file_cut_anywhere_says_that_it_is_damaged(tmp_path: Path) -> None:
    data = (SHARED / "arrays/rio-tiler/cog_scale.tif").read_bytes()
    path = tmp_path / "cut.tif"
    for length in [*range(1, 1_800, 61), 5_000, 100_000]:
        path.write_bytes(data[:length])
        with pytest.raises((DataDamaged, NotReadable)):
            opened(path).dataset.band_data.load()


def test_a_header_with_wrong_bytes_never_ends_the_process(tmp_path: Path) -> None:
    source = (SHARED / "arrays/rio-tiler/cog_scale.tif").read_bytes()
    dice = random.Random(1)
    path = tmp_path / "wrong.tif"
    for _ in range(150):
        data = bytearray(source)
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(1_700)] = dice.randrange(256)
        path.write_bytes(data)
        try:
            cube = opened(path)
            if max(cube.dataset.sizes.values()) < 1_000:
                cube.dataset.band_data[:, :32, :32].load()
        except EohubError:
            pass


def test_wrong_bytes_in_a_tile_are_told_and_other_tiles_stay_readable(tmp_path: Path) -> None:
    values = numbers("uint16")
    path = written(tmp_path / "a.tif", values, compress="deflate", tiled=True, blockxsize=32, blockysize=32)
    cube = opened(path)
    place = cube._arrays["band_data"].places(np.array([[0, 1, 1]]))[0]
    data = bytearray(path.read_bytes())
    data[place.start : place.start + place.size] = bytes(place.size)
    path.write_bytes(data)
    cube = opened(path)
    with pytest.raises(DataDamaged, match="cannot be decoded"):
        cube.dataset.band_data[0, 40, 40].load()
    np.testing.assert_array_equal(cube.dataset.band_data[0, :32, :32].values, values[0, :32, :32])


def test_a_file_that_is_gone_since_its_header_was_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(COG.read_bytes())
    cube = opened(path)
    path.unlink()
    with pytest.raises(DataChanged):
        cube.dataset.band_data[0, -1, -1].load()


def test_a_cancelled_read_stops() -> None:
    cube = opened(COG)
    with counted(Traffic(cancelled=True)) as traffic, pytest.raises(Cancelled):
        cube.dataset.band_data.load()
    assert traffic.bytes_read == 0
