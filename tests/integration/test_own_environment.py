"""The recipe for an environment of one's own, as users read it: inserted code runs there."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fakes.plain_lab import ROOT, clean_environment
from fakes.stac_documents import cube_item, with_properties

from eohub_catalogue.code import code_of

RECIPE = (ROOT / "docs" / "users" / "environment.md").read_text("utf-8")
PLACE = "s3://climate/a1b-north-america.zarr"
CUBES = """
import sys
import numpy as np, xarray as xr
time = xr.date_range("2000-02-28", periods=3, freq="D", calendar="360_day", use_cftime=True)
values = np.arange(60.0).reshape(3, 4, 5)
axes = {"time": time, "latitude": np.arange(4.0), "longitude": np.arange(5.0)}
flat = {name: (("y", "x"), values[0]) for name in ("nav_lon", "nav_lat")}
regular = xr.Dataset({"air_temperature": (("time", "latitude", "longitude"), values)}, coords=axes)
curvilinear = xr.Dataset({"tos": (("time", "y", "x"), values)}, coords=flat | {"time": time})
for cube, path in zip((regular, curvilinear), sys.argv[1:], strict=True):
    cube.to_zarr(path, zarr_format=3, consolidated=True)
"""
RUN = """
import json, sys, nbclient, nbformat
cells = [nbformat.v4.new_code_cell(source) for source in json.loads(sys.argv[1])]
notebook = nbformat.v4.new_notebook(cells=cells)
nbclient.NotebookClient(notebook, kernel_name=sys.argv[2], timeout=300).execute()
print(json.dumps([[output for output in cell.outputs] for cell in cells]))
"""


def commands() -> list[list[str]]:
    """The lines of the recipe, each as words."""
    block = re.search(r"^python -m venv ~/(?P<name>\S+)\n(?P<rest>(?:.+\n)+?)```", RECIPE, re.MULTILINE)
    assert block is not None
    return [shlex.split(line) for line in block[0].removesuffix("```").splitlines()]


def curvilinear_item() -> dict[str, Any]:
    """A cube on two-dimensional longitudes and latitudes."""
    flat = {"type": "auxiliary", "dimensions": ["y", "x"]}
    variables = {
        "tos": {"type": "data", "dimensions": ["time", "y", "x"], "unit": "degree_C", "extent": [0, 60]},
        "nav_lon": {**flat, "unit": "degrees_east"},
        "nav_lat": {**flat, "unit": "degrees_north"},
    }
    dimensions = {"time": {"type": "temporal"}, "y": {"type": "grid"}, "x": {"type": "grid"}}
    return with_properties(**{"cube:dimensions": dimensions, "cube:variables": variables})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a person has followed the recipe, and two cubes in it."""
    home = tmp_path_factory.mktemp("home")
    make, install, register = commands()
    assert make[:3] == ["python", "-m", "venv"]
    assert install[1] == "install"
    clean_environment(home, install[2:])
    place = home / Path(make[3]).name
    (home / "venv").rename(place)
    python = str(place / "bin" / "python")
    words = [python, *register[1:]]
    subprocess.run(words, env=variables(home), check=True, capture_output=True, timeout=120)
    made = [python, "-W", "ignore", "-c", CUBES, home / "regular.zarr", home / "curvilinear.zarr"]
    subprocess.run(made, env=variables(home), check=True, timeout=120)
    return home


def variables(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def outputs(home: Path, *sources: str) -> list[Any]:
    """What cells in a notebook of the new kernel give, run one after another."""
    kernel = commands()[2][-1]
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(sources), kernel],
        env=variables(home), capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("item", "cube"),
    [(cube_item(), "regular"), (curvilinear_item(), "curvilinear")],
    ids=["regular", "curvilinear"],
)
def test_inserted_code_plots_a_cube_in_an_uncommon_calendar(
    home: Path, item: dict[str, Any], cube: str
) -> None:
    source = code_of(item).source
    assert PLACE in source
    (given,) = outputs(home, source.replace(PLACE, str(home / f"{cube}.zarr")))
    kinds = {kind for output in given for kind in output.get("data", {})}
    assert "application/vnd.holoviews_exec.v0+json" in kinds
    assert not [output for output in given if output["output_type"] == "error"]


def test_addresses_on_s3_are_known_there(home: Path) -> None:
    (given,) = outputs(home, 'import fsspec; print(fsspec.get_filesystem_class("s3").protocol)')
    assert "s3" in given[0]["text"]


def test_plots_there_fetch_javascript_from_the_internet_as_the_recipe_says(home: Path) -> None:
    source = code_of(cube_item()).source.replace(PLACE, str(home / "regular.zarr"))
    assert "cdn.bokeh.org/bokeh/release/bokeh-" in json.dumps(outputs(home, source))
    assert "Plots there fetch their JavaScript from the Internet" in RECIPE
