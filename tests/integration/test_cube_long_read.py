"""A read that takes longer than its keys live: they are got anew beneath it, and are found nowhere after.

As a program it reads for five minutes with keys that live one: `test_cube_long_read.py 300 60`.
"""

import asyncio
import json
import shlex
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.cubes_cube import cube
from fakes.cubes_server import Asked, ObjectServer, Reply, serving
from fakes.jupyter_pod import jupyter_server
from integration.kernel_calls import printed

from eohub_cubes.contract import DataAsset, DataSource

_TOKEN = "of-this-test"

_GIVE = """
import json, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path

given = Path({given!r})
number = len(given.read_text().splitlines()) if given.exists() else 0
ends = time.time() + {seconds}
with given.open("a") as file:
    file.write(f"id-{{number}} {{ends}}\\n")
print(json.dumps({{
    "Version": 1, "AccessKeyId": f"id-{{number}}", "SecretAccessKey": "secret-of-a-long-read",
    "SessionToken": f"token-of-a-long-read-{{number}}",
    "Expiration": datetime.fromtimestamp(ends, UTC).isoformat(),
}}))
"""
_READ = """
import json, sys, time
import xarray as xr
from eohub_cubes import cube_store
from eohub_cubes.ports import Traffic
from eohub_cubes.reading.traffic import counted

traffic, values = Traffic(), 0.0
with counted(traffic):
    dataset = xr.open_zarr(cube_store("s3://bucket/a.zarr"), chunks=None)
    began, reads = time.monotonic(), 0
    while time.monotonic() - began < {seconds}:
        values = float(dataset["v00"][reads % 60, :9, :18].sum())
        reads += 1
        time.sleep({rest})
print(json.dumps({{"reads": reads, "renewals": traffic.renewals, "requests": traffic.requests}}))
"""


_CELLS = (
    """import xarray as xr
from eohub_cubes import cube_store

ds = xr.open_zarr(cube_store("s3://bucket/a.zarr"), chunks=None)
ds""",
    """from eohub_cubes.ports import Traffic
from eohub_cubes.reading.traffic import counted

with counted(Traffic()) as traffic:
    while traffic.renewals < 2:
        mean = float(ds["v00"][0, :9, :18].mean())
print(traffic.renewals, mean == float(ds["v00"][0, :9, :18].mean()))""",
)


@contextmanager
def keys_that_end(folder: Path, lifetime_seconds: float) -> Generator[tuple[ObjectServer, dict[str, str]]]:
    """A store that takes keys for so many seconds, and the environment that gets them anew."""
    (folder / "give.py").write_text(_GIVE.format(given=str(folder / "given"), seconds=lifetime_seconds))
    command = shlex.join([sys.executable, str(folder / "give.py")])
    server = ObjectServer(folder)

    def only_with_good_keys(asked: Asked) -> Reply | None:
        known = dict(line.split() for line in (folder / "given").read_text().splitlines())
        key = _key_of(asked)
        good = key in known and float(known[key]) > time.time()
        return None if good else Reply(400, body=b"<Error><Code>ExpiredToken</Code></Error>")

    server.answers = only_with_good_keys
    cube(1).to_zarr(folder / "bucket" / "a.zarr", zarr_format=2, consolidated=True)
    with serving(server) as address:
        (folder / "config").write_text(
            f"[default]\nregion = here\nendpoint_url = {address}\ncredential_process = {command}\n"
        )
        names = {"AWS_CONFIG_FILE": "config", "AWS_SHARED_CREDENTIALS_FILE": "none"}
        yield server, {name: str(folder / file) for name, file in names.items()}


def long_read(
    folder: Path, seconds: float, lifetime_seconds: float
) -> tuple[dict[str, int], ObjectServer, str]:
    """Read for so many seconds with keys that live so many; what the reader told, and all that it printed."""
    with keys_that_end(folder, lifetime_seconds) as (server, environ):
        environ |= {"HOME": str(folder), "PATH": ""}
        script = _READ.format(seconds=seconds, rest=min(0.5, lifetime_seconds / 20))
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script],
            env=environ, capture_output=True, text=True, check=True,
        )  # fmt: skip
    return json.loads(done.stdout), server, done.stdout + done.stderr


def _key_of(asked: Asked) -> str:
    return asked.headers.get("authorization", "").partition("Credential=")[2].partition("/")[0]


def secrets_in(folder: Path, printed: str) -> list[str]:
    """Where a secret was left: in what was printed, or in a file that the read made."""
    made = [path for path in folder.rglob("*") if path.is_file() and path.name != "give.py"]
    texts = {str(path): path.read_bytes().decode("latin-1") for path in made} | {"printed": printed}
    return [where for where, text in texts.items() if "of-a-long-read" in text]


@pytest.mark.real
def test_a_read_outlives_its_keys_many_times(tmp_path: Path) -> None:
    said, server, printed = long_read(tmp_path, seconds=8, lifetime_seconds=2)
    fetched = len((tmp_path / "given").read_text().splitlines())
    # Keys of two seconds are got anew after one at the latest; none is got for each read.
    assert said["renewals"] == fetched - 1
    assert 3 <= said["renewals"] < said["reads"]
    used = {
        asked.headers["authorization"].partition("Credential=")[2].partition("/")[0] for asked in server.asked
    }
    assert len(used) == fetched
    assert secrets_in(tmp_path, printed) == []


def _ask(url: str, path: str, body: object, method: str = "POST") -> Any:
    headers = {"Authorization": f"token {_TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(url + path, json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def _saved(url: str, cells: Mapping[str, str]) -> None:
    """Save a notebook of cells and what they printed, as JupyterLab does."""
    made = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {}, "execution_count": number, "source": source}
        | {"outputs": [{"output_type": "stream", "name": "stdout", "text": text}]}
        for number, (source, text) in enumerate(cells.items(), start=1)
    ]
    content = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    _ask(url, "api/contents/read.ipynb", {"type": "notebook", "content": content}, "PUT")


@pytest.mark.real
def test_no_key_is_left_in_a_notebook_a_log_an_address_or_an_environment(tmp_path: Path) -> None:
    with (
        keys_that_end(tmp_path, 2) as (server, environ),
        jupyter_server(tmp_path, environ, _TOKEN, "eohub_cubes.server") as (url, log),
    ):
        asset = DataAsset(key="data", href="s3://bucket/a.zarr")
        source = DataSource(title="A cube", assets=(asset,)).model_dump(mode="json")
        assert _ask(url, "eohub/cubes/describe", {"source": source})["variables"]
        headers, kernel = {"Authorization": f"token {_TOKEN}"}, _ask(url, "api/kernels", {})["id"]
        said = {cell: asyncio.run(printed(url, headers, kernel, cell)) for cell in _CELLS}
        environment = asyncio.run(printed(url, headers, kernel, "import os; print(dict(os.environ))"))
        _saved(url, said)
    assert said[_CELLS[-1]].strip() == "2 True"
    # The keys were used, and stand in none of these.
    assert any("of-a-long-read" in each.headers.get("x-amz-security-token", "") for each in server.asked)
    asked = "\n".join(f"{each.path} {dict(each.query)}" for each in server.asked)
    assert "AWS_CONFIG_FILE" in environment
    assert log.stat().st_size
    assert "cube_store" in (tmp_path / "read.ipynb").read_text()
    # In the folder are the notebook, the log, and all else that the server and the kernel wrote.
    assert secrets_in(tmp_path, "\n".join((asked, environment, *said.values()))) == []


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        told, _, output = long_read(Path(place), float(sys.argv[1]), float(sys.argv[2]))
        left = secrets_in(Path(place), output)
    print(f"figure: long_read_renewals {told['renewals']} renewals")
    print(f"figure: long_read_reads {told['reads']} reads")
    print(f"figure: long_read_secrets_left {len(left)} places")
