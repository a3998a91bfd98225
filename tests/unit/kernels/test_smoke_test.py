"""What the smoke test of the environment takes for broken, tried in the tests' own environment."""

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from fakes.stac_documents import cube_item

from eohub_catalogue.code import code_of

SCRIPT = Path(__file__).parents[3] / "kernels" / "eo" / "smoke_test.py"
PLOT = {"application/vnd.holoviews_exec.v0+json": "", "text/html": "<div></div>"}


@pytest.fixture(scope="module")
def smoke() -> ModuleType:
    spec = importlib.util.spec_from_file_location("smoke_test_of_eo", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_plots_as_the_code_that_the_catalogue_inserts(smoke: ModuleType) -> None:
    item = cube_item()
    item["assets"]["data"]["href"] = "s3://bucket/cube.zarr"
    item["properties"]["cube:dimensions"] = {
        "time": {
            "type": "temporal",
            "extent": ["2000-02-28T00:00:00Z", "2000-03-01T00:00:00Z"],
            "step": "P1D",
        },
        "lat": {"type": "spatial", "axis": "y", "extent": [0, 3], "step": 1},
        "lon": {"type": "spatial", "axis": "x", "extent": [0, 4], "step": 1},
    }
    item["properties"]["cube:variables"] = {
        "t": {"type": "data", "dimensions": ["time", "lat", "lon"], "unit": "K"}
    }
    cell = smoke.CELL.format(path="s3://bucket/cube.zarr")
    assert ast.unparse(ast.parse(cell)) == ast.unparse(ast.parse(code_of(item).source))


def test_its_cube_has_a_date_that_no_ordinary_calendar_has(smoke: ModuleType) -> None:
    time = smoke.cube()["time"]
    assert (time.dt.calendar, str(time.values[-1])) == ("360_day", "2000-02-30 00:00:00")


def test_a_cube_that_comes_back_from_zarr_is_right(smoke: ModuleType, tmp_path: Path) -> None:
    smoke.check_zarr(tmp_path / "cube.zarr")
    assert (tmp_path / "cube.zarr" / "zarr.json").exists()


def test_packages_that_are_there_are_printed_with_their_versions(
    smoke: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    smoke.check_packages(("xarray", "pystac-client"))
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["xarray", "pystac-client"]
    assert all(line.partition(" ")[2][0].isdigit() for line in lines)


def test_a_package_that_is_not_there_is_named(smoke: ModuleType) -> None:
    with pytest.raises(smoke.Broken, match=r"^no-such-package cannot be imported \(ModuleNotFoundError: "):
        smoke.check_packages(("xarray", "no-such-package"))


def test_a_plot_that_brings_its_script_along_is_right(smoke: ModuleType) -> None:
    smoke.check_outputs([{"text/plain": "before"}, PLOT])


@pytest.mark.parametrize(
    "outputs", [[], [{}], [{"text/html": "<img>"}], [{"text/plain": "holoviews_exec"}]], ids=str
)
def test_a_cell_without_a_plot_is_broken(smoke: ModuleType, outputs: list[dict[str, str]]) -> None:
    with pytest.raises(smoke.Broken, match="no plot came out"):
        smoke.check_outputs(outputs)


def test_a_plot_that_asks_another_host_is_broken(smoke: ModuleType) -> None:
    script = '<script src="https://cdn.bokeh.org/bokeh/release/bokeh-3.10.2.min.js"></script>'
    with pytest.raises(smoke.Broken, match="from outside"):
        smoke.check_outputs([{"text/html": script}, PLOT])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no such file", "ValueError: no such file"),
        ("the cell\n----\n\x1b[0;31mImportError\x1b[39m: gone.\n\n", "ValueError: ImportError: gone"),
        (" \n", "ValueError: no message"),
    ],
)
def test_of_a_long_report_the_line_that_names_the_fault_is_kept(
    smoke: ModuleType, text: str, sentence: str
) -> None:
    assert smoke._brief(ValueError(text)) == sentence
