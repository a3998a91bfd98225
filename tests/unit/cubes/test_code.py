"""The generated cells: run against the data, they take exactly the selection, and they carry no secret."""

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from fakes.cubes_open import CubeInMemory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eohub_cubes.code import Place, code_of
from eohub_cubes.contract import DataAsset, Range, Selection
from eohub_cubes.errors import NotReadable

SECRET = "wJalrXUtnFEMI-this-is-a-key"
AXES: dict[str, Any] = {
    "day": pd.date_range("2000-01-01", periods=9, freq="D"),
    "hour": pd.date_range("2000-01-01", periods=9, freq="7h"),
    "nano": np.datetime64("2000-01-01", "ns") + np.arange(9) * np.timedelta64(1_000_001, "ns"),
    "model_day": xr.date_range("2000-02-26", periods=9, freq="D", calendar="360_day", use_cftime=True),
    "lat": np.linspace(60, -20, 9, dtype="float32"),
    "lon": np.arange(0, 360, 40.0),
    "third": np.arange(9) / 3,
    "member": np.arange(9) * 2,
    "name": np.array([f"station {number}" for number in range(9)]),
    "twice": np.array([0.0, 1, 1, 2, 3, 4, 5, 6, 7]),
    "mixed": np.array([3.0, 1, 2, 9, 8, 7, 4, 5, 6]),
    "gap": np.array([0.0, 1, 2, np.nan, 4, 5, 6, 7, 8]),
    "lead": np.arange(9) * np.timedelta64(6, "h"),
    "class": np.arange(9),
    "method": np.arange(9),
    "two words": np.arange(9),
}
RANGES = st.builds(
    lambda start, length, step: Range(start=start, stop=start + length, step=step),
    st.integers(0, 8),
    st.integers(1, 12),
    st.integers(1, 3),
)


def dataset_of(*names: str) -> xr.Dataset:
    """A dataset along these axes and one without a coordinate; one variable lies along all."""
    sizes = {**dict.fromkeys(names, 9), "bare": 4}
    values = np.arange(np.prod(list(sizes.values()))).reshape(list(sizes.values()))
    coordinates = {name: (name, AXES[name]) for name in names}
    first = (names[0], np.arange(9.0))
    return xr.Dataset({"all": (tuple(sizes), values), "first": first}, coordinates)


def source_of(dataset: xr.Dataset, selection: Selection | None, kind: str = "zarr", **asset: Any) -> str:
    """The cell for a dataset at an address."""
    given = {"href": "s3://bucket/a.zarr"} | asset
    cube = CubeInMemory(dataset, {}, kind=kind)
    return code_of(Place(DataAsset(key="data", **given)), cube, selection).source


def part_of(source: str, dataset: xr.Dataset) -> xr.Dataset:
    """What `part` is once the lines below the opening of a cell have run."""
    lines = [line for line in source.splitlines() if line.startswith("part =")]
    names: dict[str, Any] = {"ds": dataset}
    exec("\n".join(lines), names)
    return names["part"]


def taken(ranges: Mapping[str, Range]) -> dict[str, slice]:
    """The same steps by number."""
    return {name: slice(steps.start, steps.stop, steps.step) for name, steps in ranges.items()}


@given(st.lists(st.sampled_from(sorted(AXES)), min_size=2, max_size=2, unique=True), RANGES, RANGES, RANGES)
@settings(max_examples=150, deadline=None)
def test_the_code_takes_exactly_the_selection(
    names: list[str], first: Range, second: Range, bare: Range
) -> None:
    dataset = dataset_of(*names)
    chosen = {names[0]: first, names[1]: second, "bare": bare}
    source = source_of(dataset, Selection(variables=("all", "first"), ranges=chosen))
    assert len(source.splitlines()) <= 8
    xr.testing.assert_identical(part_of(source, dataset), dataset.isel(taken(chosen)))


@pytest.mark.parametrize(
    ("axis", "steps", "written"),
    [
        ("day", Range(start=1, stop=4), '.sel(day=slice("2000-01-02", "2000-01-04"))'),
        ("hour", Range(start=1, stop=3), '.sel(hour=slice("2000-01-01T07:00:00", "2000-01-01T14:00:00"))'),
        ("model_day", Range(start=3, stop=6), '.sel(model_day=slice("2000-02-29", "2000-03-01"))'),
        ("lat", Range(start=1, stop=3), ".sel(lat=slice(50.0, 40.0))"),
        ("member", Range(start=1, stop=3), ".sel(member=slice(2, 4))"),
        ("name", Range(start=1, stop=3), '.sel(name=slice("station 1", "station 2"))'),
        ("twice", Range(start=1, stop=3), ".isel(twice=slice(1, 3))"),
        ("mixed", Range(start=1, stop=3), ".isel(mixed=slice(1, 3))"),
        ("lon", Range(start=1, stop=9, step=2), ".isel(lon=slice(1, 9, 2))"),
        ("class", Range(start=1, stop=3), '.sel({"class": slice(1, 2)})'),
        ("method", Range(start=1, stop=3), '.sel({"method": slice(1, 2)})'),
        ("two words", Range(start=1, stop=3), '.sel({"two words": slice(1, 2)})'),
        ("day", Range(start=0, stop=9), ""),
    ],
)
def test_a_selection_is_written_as_a_person_would(axis: str, steps: Range, written: str) -> None:
    source = source_of(dataset_of(axis), Selection(variables=("all",), ranges={axis: steps}))
    assert f'part = ds[["all"]]{written}' in source.splitlines()


@pytest.mark.parametrize("kind", ["geotiff", "grib", "netcdf"])
def test_what_xarray_does_not_open_keeps_the_options_of_its_asset(kind: str) -> None:
    storage = {"anon": True, "key": SECRET, "client_kwargs": {"region_name": "eu-west-1"}}
    asset = DataAsset(
        key="data", href="s3://bucket/a", storage_options=storage, open_kwargs={"decode_times": False}
    )
    cube = CubeInMemory(dataset_of("class"), {}, kind=kind, group=None)
    (line,) = [each for each in code_of(Place(asset), cube, None).source.splitlines() if "ds = " in each]
    decoding = 'open_kwargs={"decode_times": False}, ' if kind == "netcdf" else ""
    assert line == (
        f'ds = open_item("s3://bucket/a", {decoding}'
        'storage_options={"anon": True, "client_kwargs": {"region_name": "eu-west-1"}})'
    )


def test_the_cell_of_a_selection() -> None:
    selection = Selection(variables=("all",), ranges={"day": Range(start=0, stop=2)})
    assert source_of(dataset_of("day"), selection) == (
        "import xarray as xr\n"
        "from eohub_cubes import cube_store\n"
        "\n"
        'ds = xr.open_zarr(cube_store("s3://bucket/a.zarr"), chunks={})\n'
        'part = ds[["all"]].sel(day=slice("2000-01-01", "2000-01-02"))\n'
        "part"
    )


def test_without_a_selection_the_cell_plots() -> None:
    dataset = dataset_of("day", "lat", "lon").isel(bare=0)
    assert source_of(dataset, None, "netcdf", href="https://example.org/a.nc") == (
        "import hvplot.xarray  # noqa: F401\n"
        "import xarray as xr\n"
        "from eohub_cubes import cube_file\n"
        "\n"
        'ds = xr.open_dataset(cube_file("https://example.org/a.nc"), chunks={})\n'
        'ds["all"].hvplot.image('
        'x="lon", y="lat", groupby="day", cmap="viridis", widget_location="bottom")'
    )


def test_the_options_of_the_asset_are_kept_and_no_secret_is() -> None:
    source = source_of(
        dataset_of("day"),
        Selection(variables=()),
        open_kwargs={
            "zarr_format": 3,
            "chunks": None,
            "decode_times": False,
            "backend_kwargs": {"storage_options": {"secret": SECRET}},
            "token": SECRET,
        },
        storage_options={
            "key": SECRET,
            "anon": True,
            "endpoint_url": f"https://u:{SECRET}@s3.example.org",
            "client_kwargs": {"region_name": "waw3", "aws_secret_access_key": SECRET},
        },
    )
    assert SECRET not in source
    assert (
        'cube_store("s3://bucket/a.zarr", anon=True, client_kwargs={"region_name": "waw3"}), '
        "chunks={}, zarr_format=3, decode_times=False"
    ) in source


@pytest.mark.parametrize(
    "href", [f"https://u:{SECRET}@example.org/a.zarr", f"https://example.org/a.zarr?sig={SECRET}"]
)
def test_an_address_with_a_key_is_refused(href: str) -> None:
    with pytest.raises(NotReadable, match="carries a key"):
        source_of(dataset_of("day"), None, href=href)


@given(st.text(alphabet="\"'\\{}()#;ab\u2028\u00e9\U0001f600", min_size=1, max_size=30))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_that_data_or_a_catalogue_writes_is_code(text: str) -> None:
    dataset = xr.Dataset(
        {f"v{text}": (text, np.arange(3.0))}, {text: [f"{text}{number}" for number in range(3)]}
    )
    selection = Selection(variables=(f"v{text}",), ranges={text: Range(start=1, stop=2)})
    given = {"href": "s3://bucket/" + text.replace("\\", ""), "open_kwargs": {"group": text}}
    source = source_of(dataset, selection, **given)
    assert source.isascii()
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    assert names - {"slice"} == {"xr", "ds", "part", "cube_store"}
    xr.testing.assert_identical(part_of(source, dataset), dataset.isel({text: slice(1, 2)}))


@pytest.mark.parametrize("kind", ["geotiff", "grib", "icechunk"])
def test_other_cubes_are_opened_by_what_opened_them(kind: str) -> None:
    selection = Selection(variables=("all",), ranges={"day": Range(start=1, stop=2)})
    source = source_of(dataset_of("day"), selection, kind, href="https://example.org/a.tif")
    assert source.splitlines()[:3] == [
        "from eohub_cubes import open_item",
        "",
        'ds = open_item("https://example.org/a.tif")',
    ]


def test_a_whole_scene_is_loaded_by_its_item() -> None:
    cube = CubeInMemory(
        xr.Dataset({"band_data": (("band", "y", "x"), np.zeros((1, 4, 4)))}, {"x": [1.0, 2, 3, 4]}),
        {},
        kind="geotiff",
    )
    place = Place(DataAsset(key="B04", href="https://e.org/B04.tif"), None, "https://e.org/item.json")
    ranges = {"y": Range(start=1, stop=3), "x": Range(start=0, stop=2)}
    assert code_of(place, cube, Selection(variables=("band_data",), ranges=ranges)).source == (
        "import odc.stac\n"
        "import pystac\n"
        "\n"
        'item = pystac.Item.from_file("https://e.org/item.json")\n'
        'ds = odc.stac.load([item], bands=["B04"], chunks={})\n'
        "part = ds.isel(y=slice(1, 3), x=slice(0, 2))\n"
        "part"
    )


@pytest.mark.parametrize(
    ("kind", "href", "line"),
    [
        ("table", "s3://b/a.parquet", 'df = pd.read_parquet(cube_file("s3://b/a.parquet"))'),
        ("table", "s3://b/a.csv", 'df = pd.read_csv(cube_file("s3://b/a.csv"))'),
        ("vector", "s3://b/a.parquet", 'df = gpd.read_parquet(cube_file("s3://b/a.parquet"))'),
        ("vector", "s3://b/a.gpkg", 'df = gpd.read_file(cube_vectors("s3://b/a.gpkg"))'),
    ],
)
def test_rows_are_read_as_a_data_frame(kind: str, href: str, line: str) -> None:
    dataset = xr.Dataset({"a": ("row", np.arange(9)), "b": ("row", np.arange(9))})
    selection = Selection(variables=("a",), ranges={"row": Range(start=2, stop=5)})
    lines = source_of(dataset, selection, kind, href=href).splitlines()
    assert lines[-3:] == [line, 'part = df[["a"]].iloc[2:5]', "part"]
    frame: Any = {"df": dataset.to_dataframe()}
    exec(lines[-2], frame)
    assert frame["part"]["a"].tolist() == [2, 3, 4]
