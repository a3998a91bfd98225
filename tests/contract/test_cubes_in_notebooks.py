"""What a notebook has of cubes, with real data: opened lazily, told in bytes, looked at within a budget."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import iris_sample_data
import numpy as np
import pystac
import pytest
import xarray as xr
from fakes.cubes_server import serving
from fakes.signed_addresses import Signing

from eohub_cubes import cube_store, estimate, explore, open_item, virtual_cube
from eohub_cubes.errors import BadSelection, NotReadable
from eohub_cubes.notebook.explorer import Explorer
from eohub_cubes.notebook.sources import source_of
from tests.fakes.netcdf_files import write_month

SAMPLES = Path(iris_sample_data.__file__).parent / "sample_data"
NEMO = sorted(map(str, (SAMPLES / "NEMO").glob("*_grid-T.nc")))


@pytest.fixture
def cube(tmp_path: Path) -> str:
    """A small zarr store: 40 days on a grid of 30 x 60, in chunks of 10 x 30 x 60."""
    values = np.random.default_rng(1).normal(280, 10, (40, 30, 60)).astype("float32")
    dataset = xr.Dataset(
        {"tas": (("time", "lat", "lon"), values, {"units": "K"})},
        {
            "time": np.datetime64("2000-01-01", "ns") + np.arange(40) * np.timedelta64(1, "D"),
            "lat": ("lat", np.linspace(87, -87, 30), {"units": "degrees_north"}),
            "lon": ("lon", np.arange(60) * 6.0, {"units": "degrees_east"}),
        },
    )
    path = str(tmp_path / "days.zarr")
    dataset.to_zarr(path, encoding={"tas": {"chunks": (10, 30, 60)}}, zarr_format=3)
    return path


def an_item(href: str, **asset: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": "days",
        "geometry": None,
        "properties": {"datetime": "2000-01-01T00:00:00Z"},
        "links": [],
        "assets": {
            "thumbnail": {
                "href": "https://nowhere.invalid/a.png",
                "type": "image/png",
                "roles": ["thumbnail"],
            },
            "cube": {"href": href, "type": "application/vnd+zarr", "roles": ["data"], **asset},
        },
    }


def picture(explorer: Explorer) -> list[dict[str, Any]]:
    """The glyph renderers of what is drawn."""
    (model,) = explorer.children[-1].children
    (document,) = model.render_bundle["docs_json"].values()
    found: list[dict[str, Any]] = document["roots"][0]["attributes"]["renderers"]
    return found


def test_an_item_opens_in_every_form(cube: str) -> None:
    document = an_item(cube)
    for item in (cube, document, pystac.Item.from_dict(document)):
        opened = open_item(item)
        xr.testing.assert_identical(opened.load(), xr.open_zarr(cube).load())


@pytest.mark.parametrize("kept", ["", "items/deeper/"])
def test_relative_addresses_are_those_of_the_item(cube: str, kept: str) -> None:
    folder, name = Path(cube).parent, Path(cube).name
    (folder / kept).mkdir(parents=True, exist_ok=True)
    path = folder / kept / "item.json"
    path.write_text(json.dumps(an_item(f"{'../' * kept.count('/')}{name}")))
    xr.testing.assert_identical(open_item(pystac.Item.from_file(str(path))).load(), xr.open_zarr(cube).load())


@pytest.mark.parametrize("home", ["https://host/a/b/item.json", "s3://bucket/a/b/item.json"])
@pytest.mark.parametrize(("href", "place"), [("./c.tif", "a/b/c.tif"), ("../c.tif", "a/c.tif")])
def test_addresses_are_relative_in_buckets_as_in_the_web(home: str, href: str, place: str) -> None:
    document = an_item(href) | {"links": [{"rel": "self", "href": home}]}
    (asset,) = source_of(document).assets
    assert asset.href == f"{home.partition('a/')[0]}{place}"


def test_an_item_opens_lazily_and_in_its_own_chunks(cube: str) -> None:
    opened = open_item(an_item(cube), asset="cube")
    assert opened.tas.chunks == ((10, 10, 10, 10), (30,), (60,))


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (an_item("https://host/readme.txt", type="text/plain"), "no asset that can be opened"),
        (an_item("./cube.zarr"), "does not tell where it lies"),
        ({"assets": {"cube": {"type": "application/vnd+zarr"}}}, "no asset that can be opened"),
        (3.5, "A float is no item"),
    ],
)
def test_what_is_no_data_is_refused_with_the_reason(item: object, reason: str) -> None:
    with pytest.raises(NotReadable, match=reason):
        open_item(item)


def test_an_unknown_asset_is_refused_with_those_there_are(cube: str) -> None:
    with pytest.raises(NotReadable) as refused:
        open_item(an_item(cube), asset="other")
    assert refused.value.hint == "It has cube."


def test_an_estimate_by_labels_by_parts_and_by_address_is_the_same(cube: str) -> None:
    stored = sorted((Path(cube) / "tas" / "c").rglob("[0-9]"), key=str)
    sizes = [path.stat().st_size for path in stored if path.is_file()]
    by_labels = estimate(cube, ["tas"], time=slice("2000-01-05", "2000-01-14"))
    opened = open_item(cube)
    part = opened[["tas"]].sel(time=slice("2000-01-05", "2000-01-14"))
    assert by_labels.requests == 2
    assert by_labels.memory_bytes == 10 * 30 * 60 * 4 == part.nbytes - 10 * 8 - 30 * 8 - 60 * 8
    assert by_labels.read_bytes == sum(sizes[:2])
    assert by_labels.exactness == "exact"
    for other in (
        estimate(part),
        estimate(part.tas),
        estimate(opened, time=slice("2000-01-05", "2000-01-14")),
    ):
        assert other.model_dump(exclude={"free_bytes", "text"}) == by_labels.model_dump(
            exclude={"free_bytes", "text"}
        )


def test_an_estimate_of_a_point_reads_whole_chunks(cube: str) -> None:
    told = estimate(cube, lat=-87.0, lon=0.0)
    assert (told.cells, told.requests) == (40, 4)
    assert told.used_share == pytest.approx(1 / 1800)


def test_an_estimate_of_data_opened_elsewhere_is_a_bound(cube: str) -> None:
    told = estimate(xr.open_zarr(cube, chunks={}))
    assert told.exactness == "bound"
    assert (told.memory_bytes, told.read_bytes) == (40 * 30 * 60 * 4, 40 * 30 * 60 * 4)
    assert "at most" in told._repr_html_()


def test_an_estimate_shows_itself(cube: str) -> None:
    told = estimate(cube)
    assert repr(told) == told.text
    assert "fits" in repr(told)
    html = told._repr_html_()
    assert "281 KiB" in html
    assert "4 requests" in html


def test_what_fits_is_measured_against_the_memory_that_the_server_was_given(
    cube: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEM_LIMIT", str(200 * 1024))
    told = estimate(cube)
    assert (told.memory_bytes, told.free_bytes) == (40 * 30 * 60 * 4, 0)
    assert told.verdict == "does_not_fit"


@pytest.mark.parametrize(
    ("selection", "reason"),
    [
        ({"depth": 3}, "no dimension depth"),
        ({"time": "1900-01-01"}, "time cannot be selected"),
        ({"variables": ["pr"]}, "no variable pr"),
    ],
)
def test_a_wrong_selection_is_refused(cube: str, selection: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadSelection, match=reason):
        estimate(cube, **selection)


def test_an_explorer_draws_the_slice_at_its_sliders(cube: str) -> None:
    explorer = explore(open_item(cube))
    assert explorer.steps == {"time": 0}
    (slider,) = [row.children[0] for row in explorer.children[1].children]
    slider.value = 12
    assert explorer.steps == {"time": 12}
    xr.testing.assert_equal(explorer.slice.load(), xr.open_zarr(cube).tas.isel(time=12).load())
    assert explorer.children[1].children[0].children[1].value == "2000-01-13T00:00"
    assert "1 request" in explorer.children[2].value
    (image,) = picture(explorer)
    assert image["attributes"]["glyph"]["name"] == "Image"


def test_an_explorer_begins_with_data_and_not_with_the_edges_of_cells() -> None:
    explorer = explore(open_item(NEMO[0]))
    assert explorer.variable == "tos"


def test_an_explorer_reads_nothing_beyond_its_budget(tmp_path: Path) -> None:
    wide = xr.Dataset({"tas": (("time", "lat", "lon"), np.zeros((2, 600, 600), "float32"))})
    path = str(tmp_path / "wide.zarr")
    wide.to_zarr(path, encoding={"tas": {"chunks": (2, 600, 600), "compressors": None}}, zarr_format=3)
    explorer = explore(open_item(path))
    assert picture(explorer)
    explorer.children[0].children[1].value = 1
    assert explorer.children[-1].children == ()
    assert "2.7 MiB, more than the budget" in explorer.children[2].value


def test_an_explorer_draws_a_curvilinear_ocean(tmp_path: Path) -> None:
    cube = virtual_cube(NEMO, str(tmp_path / "nemo.icechunk"))
    explorer = explore(cube)
    explorer.children[0].children[0].value = "tos"
    assert explorer.steps == {"time_counter": 0}
    (points,) = picture(explorer)
    columns = dict(points["attributes"]["data_source"]["attributes"]["data"]["entries"])
    assert {"longitude", "latitude", "value"} <= set(columns)


def test_an_explorer_draws_a_series_in_a_calendar_of_360_days() -> None:
    times = xr.date_range("2000-01-01", periods=4, freq="90D", calendar="360_day", use_cftime=True)
    explorer = explore(xr.DataArray([1.0, np.nan, 3.0, 4.0], {"time": times}, name="index"))
    (line,) = picture(explorer)
    columns = dict(line["attributes"]["data_source"]["attributes"]["data"]["entries"])
    assert decoded(columns["time"]) == pytest.approx([2000.0, 2000.25, 2000.5, 2000.75])


def decoded(column: dict[str, Any]) -> Any:
    raw = gzip.decompress(base64.b64decode(column["array"]["data"]))
    return np.frombuffer(raw, column["dtype"])


def test_an_explorer_says_where_all_is_missing() -> None:
    empty = xr.DataArray(np.full((3, 4), np.nan), dims=("lat", "lon"), name="tas")
    assert "All values of this slice are missing" in explore(empty).children[2].value


def test_an_explorer_refuses_what_has_no_numbers() -> None:
    with pytest.raises(BadSelection):
        explore(xr.Dataset({"name": ("station", ["a", "b"])}))


@pytest.mark.parametrize(
    "name", ["A1B_north_america.nc", "ostia_monthly.nc", "orca2_votemper.nc", "hybrid_height.nc"]
)
def test_an_explorer_draws_every_variable_of_real_files(name: str) -> None:
    dataset = xr.open_dataset(SAMPLES / name)
    explorer = explore(dataset)
    for variable in explorer.children[0].children[0].options:
        explorer.children[0].children[0].value = variable
        assert picture(explorer), variable


def test_a_virtual_cube_is_opened_and_its_bytes_are_known(tmp_path: Path) -> None:
    files = [write_month(tmp_path / f"{day}.nc", day) for day in (0, 4)]
    steps: list[tuple[int, int]] = []
    cube = virtual_cube(files, str(tmp_path / "c.icechunk"), progress=lambda *step: steps.append(step))
    assert steps[-1] == (2, 2)
    assert cube.sizes["time"] == 8
    assert estimate(cube, ["tas"]).exactness == "exact"


def test_a_path_begins_in_the_folder_of_the_notebook(
    cube: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for address in ("days.zarr", "./days.zarr", "~/days.zarr"):
        assert xr.open_zarr(cube_store(address)).equals(xr.open_zarr(cube)), address


@pytest.mark.parametrize("form", ["JSON", "pystac"])
def test_a_signature_that_ends_while_an_item_is_read_is_got_anew_from_the_item(
    form: str, tmp_path: Path
) -> None:
    path = tmp_path / "cube.nc"
    values = np.arange(200_000.0).reshape(200, 1_000)
    xr.Dataset({"v": (("t", "x"), values)}).to_netcdf(
        path, engine="h5netcdf", encoding={"v": {"chunksizes": (1, 1_000), "compression": "gzip"}}
    )
    signing = Signing({"/cube": path.read_bytes()}, good_for=8)
    with serving(signing.server) as address:
        signing.item(address)
        told = signing.document()
        document = an_item("") | {"links": told["links"], "assets": told["assets"]}
        opened = open_item(document if form == "JSON" else pystac.Item.from_dict(document))
        for step in range(0, 200, 10):
            np.testing.assert_array_equal(opened["v"][step].values, values[step])
    assert signing.signed > 2
