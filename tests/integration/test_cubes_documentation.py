"""The examples of the users' guide to cubes run as they stand, in a kernel of a real Jupyter server."""

import asyncio
import json
import re
import shutil
import urllib.request
from pathlib import Path
from typing import Any

import iris_sample_data
import xarray as xr
from fakes.jupyter_pod import jupyter_server
from integration.kernel_calls import printed

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "users" / "cubes-in-notebooks.md"
TOKEN = "of-this-test"
NEMO = sorted((Path(iris_sample_data.__file__).parent / "sample_data/NEMO").glob("*_grid-T.nc"))


def ask(url: str, path: str, body: object | None = None) -> Any:
    request = urllib.request.Request(
        url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def write_item(folder: Path) -> None:
    folder.mkdir(parents=True)
    xr.open_dataset(NEMO[0]).to_zarr(folder / "january.zarr", zarr_format=3)
    item = {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": "nemo-2015-01",
        "geometry": None,
        "properties": {"title": "Sea surface temperature", "datetime": "2015-01-16T00:00:00Z"},
        "links": [],
        "assets": {"data": {"href": "./january.zarr", "type": "application/vnd+zarr", "roles": ["data"]}},
    }
    (folder / "nemo-2015-01.json").write_text(json.dumps(item), "utf-8")


def cells() -> list[str]:
    return re.findall(r"^```python\n(.+?)^```$", GUIDE.read_text("utf-8"), re.M | re.S)


def test_every_example_of_the_guide_runs(tmp_path: Path) -> None:
    write_item(tmp_path / "home" / "items")
    (tmp_path / "nemo").mkdir()
    for path in NEMO:
        shutil.copy(path, tmp_path / "nemo")
    (tmp_path / "nemo" / "README.txt").write_text("three months", "utf-8")
    catalogue = {"id": "ours", "title": "Ours", "path": "items", "kind": "folder"}
    settings = {"EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps([catalogue])}
    with jupyter_server(tmp_path, settings, TOKEN) as (url, _):
        kernel = ask(url, "api/kernels", {"name": "python3"})["id"]
        headers = {"Authorization": f"token {TOKEN}"}
        asyncio.run(printed(url, headers, kernel, f"import os; os.chdir({str(tmp_path)!r})"))
        said = [asyncio.run(printed(url, headers, kernel, cell)) for cell in cells()]
        last = asyncio.run(printed(url, headers, kernel, "print(len(found), cube.sizes['time_counter'])"))
    failed = [text for text in said if "Traceback" in text]
    assert not failed, re.sub(r"\x1b\[[\d;]*m", "", failed[0])
    assert last.strip() == "1 3"
    assert "README.txt: cannot be read" in said[-1]
    assert TOKEN not in "".join(said)
