"""Virtual cubes of real files: equal to what xarray reads, or refused by name; whole or not there at all."""

import fcntl
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import h5py
import icechunk
import iris_sample_data
import pytest
import xarray as xr

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import (
    AddressRefused,
    DataChanged,
    DataMissing,
    NoAccess,
    NotJoinable,
    NotReadable,
    StoreDown,
    TargetTaken,
)
from eohub_cubes.formats.opening import open_cube
from eohub_cubes.notebook.stores import cube_store
from eohub_cubes.reading.addresses import AllowedHosts
from eohub_cubes.reading.guard import Guard
from eohub_cubes.reading.opening import Doors, reader_of, use_doors
from eohub_cubes.virtualizing.building import build
from eohub_cubes.virtualizing.repository import opened
from tests.fakes.cubes_server import ObjectServer, serving
from tests.fakes.netcdf_files import write_month

NEMO = sorted(
    str(path) for path in (Path(iris_sample_data.__file__).parent / "sample_data/NEMO").glob("*_grid-T.nc")
)


def silent(read: int, files: int) -> None:
    """Tell nobody how far it is."""


@contextmanager
def doors(guard: Guard) -> Generator[None]:
    """Have what opens data here ask no hosts but those that a guard allows."""
    use_doors(Doors(guard=guard))
    try:
        yield
    finally:
        use_doors(Doors())


def view(target: str) -> xr.Dataset:
    """The cube as the cube view opens it."""
    asset = DataAsset(key="cube", href=target)
    return open_cube(asset, None, reader_of(asset)).dataset


def test_a_notebook_opens_a_virtual_cube_by_its_store(tmp_path: Path) -> None:
    files = [write_month(tmp_path / f"{day}.nc", day) for day in (0, 4)]
    target = str(tmp_path / "cube.icechunk")
    build(files, target, "time", silent)
    by_store = xr.open_zarr(cube_store(target), chunks={})
    xr.testing.assert_identical(by_store.load(), xr.open_zarr(opened(target), consolidated=False).load())


def test_three_months_of_nemo_equal_what_xarray_joins(tmp_path: Path) -> None:
    assert len(NEMO) == 3
    target = str(tmp_path / "nemo.icechunk")
    steps: list[tuple[int, int]] = []
    build([NEMO[2], NEMO[0], NEMO[1]], target, "time", lambda read, files: steps.append((read, files)))
    joined = xr.open_mfdataset(
        NEMO,
        combine="nested",
        concat_dim="time_counter",
        data_vars="minimal",
        coords=cast(Any, "minimal"),
        compat="override",
    )
    in_notebook = xr.open_zarr(opened(target), consolidated=False)
    xr.testing.assert_identical(in_notebook.load(), joined.load())
    for name in joined.variables:
        assert in_notebook[name].dtype == joined[name].dtype
        for attribute in ("units", "calendar", "_FillValue"):
            assert in_notebook[name].encoding.get(attribute) == joined[name].encoding.get(attribute), name
    assert view(target).identical(joined)
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert os.listdir(tmp_path) == ["nemo.icechunk"]


def test_packed_files_that_agree_are_joined(tmp_path: Path) -> None:
    files = [write_month(tmp_path / f"{day}.nc", day, packed=(0.5, 280.0)) for day in (8, 0, 4)]
    target = str(tmp_path / "cube.icechunk")
    build(files, target, "time", silent)
    joined = xr.open_mfdataset(sorted(files))
    xr.testing.assert_identical(xr.open_zarr(opened(target), consolidated=False).load(), joined.load())


def outside(file: h5py.File, folder: Path) -> None:
    (folder / "raw").write_bytes(bytes(32))
    file.create_dataset("v", (4,), "f8", external=[(str(folder / "raw"), 0, 32)])


def gathered(file: h5py.File, folder: Path) -> None:
    with h5py.File(folder / "other.h5", "w") as other:
        other["x"] = [1.0, 2.0, 3.0, 4.0]
    layout = h5py.VirtualLayout((4,), "f8")
    layout[:] = h5py.VirtualSource(str(folder / "other.h5"), "x", (4,))
    file.create_virtual_dataset("v", layout)


@pytest.mark.parametrize("add", [outside, gathered])
def test_values_in_other_files_are_refused_as_they_would_be_read_as_missing(
    add: Callable[[h5py.File, Path], None], tmp_path: Path
) -> None:
    path = write_month(tmp_path / "0.nc", 0)
    with h5py.File(path, "a") as file:
        add(file, tmp_path)
    with pytest.raises(NotJoinable, match=r"0\.nc: cannot be read: the values of v lie in other files"):
        build([path], str(tmp_path / "c.icechunk"), "time", silent)


def test_a_link_to_another_file_is_refused_and_that_is_not_opened(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["x"] = [1.0, 2.0]
    path = write_month(tmp_path / "0.nc", 0)
    with h5py.File(path, "a") as file:
        file["away"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/x")
    with pytest.raises(NotJoinable, match="away leads to other files or to nowhere"):
        build([path], str(tmp_path / "c.icechunk"), "time", silent)


def test_large_grids_are_compared_by_their_values(tmp_path: Path) -> None:
    """Of one byte that differs, in chunks that are of the same length."""
    files: list[str] = []
    for day, value in ((0, 0), (4, 0), (8, 1)):
        path = write_month(tmp_path / f"{day}.nc", day)
        with h5py.File(path, "a") as file:
            grid = file.create_dataset(
                "mask", (8_200, 8_200), "u1", fillvalue=0, chunks=(4_100, 4_100), compression="gzip"
            )
            grid[8_000, :8] = value + 1
        files.append(path)
    build(files[:2], str(tmp_path / "same.icechunk"), "time", silent)
    with pytest.raises(NotJoinable) as refused:
        build(files, str(tmp_path / "cube.icechunk"), "time", silent)
    (refusal,) = refused.value.refusals
    assert (Path(refusal.address).name, refusal.variable, refusal.aspect) == ("8.nc", "mask", "values")


REFUSED: dict[str, tuple[list[dict[str, Any]], list[tuple[str, str | None, str, str, str]]]] = {
    "add_offset": (
        [{"packed": (0.5, 292.17)}, {"packed": (0.5, 288.44)}, {"packed": (0.5, 288.75)}],
        [
            ("1.nc", "tas", "add_offset", "288.44", "292.17"),
            ("2.nc", "tas", "add_offset", "288.75", "292.17"),
        ],
    ),
    "scale_factor in one only": (
        [{"dtype": "int16"}, {"packed": (0.5, 0.0)}],
        [
            ("1.nc", "tas", "scale_factor", "0.5", "none"),
            ("1.nc", "tas", "add_offset", "0.0", "none"),
        ],
    ),
    "codecs": ([{}, {"shuffle": False}], [("1.nc", "tas", "codecs", "zlib", "shuffle")]),
    "an unknown codec": ([{}, {"compression": "lzf"}], [("1.nc", None, "file", "cannot be read", "lzf")]),
    "no codecs": ([{}, {"compression": None}], [("1.nc", "tas", "codecs", "bytes", "zlib")]),
    "dtype": ([{}, {"dtype": "float64"}], [("1.nc", "tas", "dtype", "float64", "float32")]),
    "chunks": ([{}, {"chunk": 2}], [("1.nc", "tas", "chunks", "(2, 3, 2)", "(4, 3, 2)")]),
    "chunks that are not full": (
        [{"steps": 3, "chunk": 2}, {"steps": 4, "chunk": 2}],
        [("0.nc", "tas", "chunks", "3 steps", "chunks of 2")],
    ),
    "calendars": ([{}, {"calendar": "360_day"}], [("1.nc", "time", "calendar", "360_day", "standard")]),
    "reference dates": (
        [{}, {"units": "days since 2001-01-01"}],
        [("1.nc", "time", "units", "2001-01-01", "2000-01-01")],
    ),
    "units": ([{}, {"attributes": {"units": "degC"}}], [("1.nc", "tas", "units", "degC", "K")]),
    "fill values": ([{}, {"fill": -99.0}], [("1.nc", "tas", "_FillValue", "-99.0", "-9.0")]),
    "grids": (
        [{}, {"latitudes": (30.0, 40.0, 50.0)}],
        [("1.nc", "latitude", "values", "from 30.0 to 50.0", "from 50.0 to 30.0")],
    ),
    "sizes": ([{}, {"latitudes": (30.0, 40.0)}], [("1.nc", None, "dimensions", "2 steps", "3")]),
    "missing variables": (
        [{}, {"variable": "pr"}],
        [("1.nc", "tas", "variables", "is missing", "0.nc"), ("1.nc", "pr", "variables", "is there", "0.nc")],
    ),
    "overlapping times": (
        [{}, {"times": (3, 4, 5, 6)}],
        [("1.nc", "time", "overlap", "2000-01-04T00:00:00", "2000-01-04T00:00:00")],
    ),
    "the same times": (
        [{}, {"times": (0, 1, 2, 3)}],
        [("1.nc", "time", "overlap", "2000-01-01T00:00:00", "2000-01-04T00:00:00")],
    ),
    "times twice in a file": (
        [{}, {"times": (4, 5, 5, 6)}],
        [("1.nc", "time", "order", "2000-01-06T00:00:00", "2000-01-06T00:00:00")],
    ),
}


@pytest.mark.parametrize(("files", "expected"), REFUSED.values(), ids=[*REFUSED])
def test_what_would_be_silently_wrong_is_refused_by_name(
    tmp_path: Path,
    files: list[dict[str, Any]],
    expected: list[tuple[str, str | None, str, str, str]],
) -> None:
    start, addresses = 0, list[str]()
    for number, each in enumerate(files):
        addresses.append(write_month(tmp_path / f"{number}.nc", start, **each))
        start += each.get("steps", 4)
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(NotJoinable) as refused:
        build(addresses, str(tmp_path / "cube.icechunk"), "time", silent)
    found = {
        (Path(each.address).name, each.variable, each.aspect): each.text for each in refused.value.refusals
    }
    for name, variable, aspect, theirs, ours in expected:
        text = found[(name, variable, aspect)]
        assert text.startswith(f"{name}: ")
        assert variable is None or variable in text
        assert theirs in text
        assert ours in text
    assert sorted(os.listdir(tmp_path)) == before


def test_all_reasons_are_told_at_once(tmp_path: Path) -> None:
    first = write_month(tmp_path / "0.nc", 0, packed=(0.5, 1.0))
    second = write_month(tmp_path / "1.nc", 4, packed=(0.5, 2.0), calendar="360_day")
    third = write_month(tmp_path / "2.nc", 8, packed=(0.5, 3.0), latitudes=(1.0, 2.0, 3.0))
    with pytest.raises(NotJoinable) as refused:
        build([first, second, third], str(tmp_path / "cube.icechunk"), "time", silent)
    aspects = {(Path(each.address).name, each.aspect) for each in refused.value.refusals}
    wanted = {("1.nc", "add_offset"), ("1.nc", "calendar"), ("2.nc", "add_offset"), ("2.nc", "values")}
    assert wanted <= aspects
    assert refused.value.count == len(refused.value.refusals)


def test_a_file_that_cannot_be_read_hides_no_other_reason(tmp_path: Path) -> None:
    files = [write_month(tmp_path / f"{day}.nc", day, packed=(0.5, float(day))) for day in (0, 4, 8)]
    (tmp_path / "0.nc").write_text("no netCDF")
    with pytest.raises(NotJoinable) as refused:
        build(files, str(tmp_path / "cube.icechunk"), "time", silent)
    told = {(Path(each.address).name, each.aspect) for each in refused.value.refusals}
    assert {("0.nc", "file"), ("8.nc", "add_offset")} <= told
    assert refused.value.count == len(refused.value.refusals)


def damage(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 3 // 4])


def replace(path: Path) -> None:
    path.write_bytes(b"no netCDF at all" * 100)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (damage, "truncated"),
        (replace, "no netCDF-4 file"),
        (Path.unlink, "there is no file"),
    ],
    ids=["truncated", "text", "missing"],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, spoil: Callable[[Path], object], reason: str
) -> None:
    files = [write_month(tmp_path / f"{day}.nc", day) for day in (0, 4, 8)]
    spoil(tmp_path / "4.nc")
    with pytest.raises(NotJoinable) as refused:
        build(files, str(tmp_path / "cube.icechunk"), "time", silent)
    (refusal,) = refused.value.refusals
    assert refusal.text.startswith("4.nc: cannot be read: ")
    assert reason in refusal.text


def test_an_address_with_a_key_in_it_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(NotJoinable, match="would keep with any key in it"):
        build(["https://host/a.nc?token=secret"], str(tmp_path / "cube.icechunk"), "time", silent)


def test_a_target_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    target = tmp_path / "cube.icechunk"
    target.mkdir()
    (target / "own").write_text("mine")
    with pytest.raises(TargetTaken):
        build([write_month(tmp_path / "0.nc", 0)], str(target), "time", silent)
    assert (target / "own").read_text() == "mine"


def test_no_files_make_no_cube(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="no files"):
        build([], str(tmp_path / "cube.icechunk"), "time", silent)


@pytest.mark.parametrize("target", ["cube.zarr", "none/cube.icechunk"])
def test_a_target_that_cannot_be_is_refused(tmp_path: Path, target: str) -> None:
    with pytest.raises((NotReadable, DataMissing)):
        build([write_month(tmp_path / "0.nc", 0)], str(tmp_path / target), "time", silent)


def test_two_at_once_make_one(tmp_path: Path) -> None:
    file, target = write_month(tmp_path / "0.nc", 0), str(tmp_path / "cube.icechunk")
    seconds: list[type[Exception]] = []

    def another(read: int, files: int) -> None:
        with pytest.raises(TargetTaken) as taken:
            build([file], target, "time", silent)
        seconds.append(type(taken.value))

    build([file], target, "time", another)
    assert seconds == [TargetTaken, TargetTaken]
    assert view(target).sizes["time"] == 4


def test_a_place_that_is_taken_meanwhile_stays_as_it_is(tmp_path: Path) -> None:
    file, target = write_month(tmp_path / "0.nc", 0), tmp_path / "cube.icechunk"

    def taken(read: int, files: int) -> None:
        target.mkdir(exist_ok=True)
        (target / "own").write_text("mine")

    with pytest.raises(TargetTaken):
        build([file], str(target), "time", taken)
    assert os.listdir(target) == ["own"]
    assert sorted(os.listdir(tmp_path)) == ["0.nc", "cube.icechunk"]


def test_what_a_killed_one_left_is_no_hindrance(tmp_path: Path) -> None:
    left = tmp_path / ".cube.icechunk.part" / "repository"
    left.mkdir(parents=True)
    (left / "repo").write_text("half")
    build([write_month(tmp_path / "0.nc", 0)], str(tmp_path / "cube.icechunk"), "time", silent)
    assert view(str(tmp_path / "cube.icechunk")).sizes["time"] == 4
    assert not left.exists()


def test_another_process_that_makes_it_is_told(tmp_path: Path) -> None:
    beside = tmp_path / ".cube.icechunk.part"
    beside.mkdir()
    with open(beside / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(TargetTaken, match="being made"):
            build([write_month(tmp_path / "0.nc", 0)], str(tmp_path / "cube.icechunk"), "time", silent)


def test_a_file_that_changed_or_went_is_told_and_never_read_as_missing_values(tmp_path: Path) -> None:
    files = [write_month(tmp_path / f"{day}.nc", day) for day in (0, 4)]
    target = str(tmp_path / "cube.icechunk")
    build(files, target, "time", silent)
    later = os.stat(files[1]).st_mtime + 10
    os.utime(files[1], (later, later))
    with pytest.raises(DataChanged):
        view(target).tas[5].load()
    assert view(target).tas[0].shape == (3, 2)
    os.remove(files[1])
    with pytest.raises(DataMissing, match=r"4\.nc"):
        view(target).tas[5].load()


def test_a_store_that_is_down_is_no_damaged_cube(tmp_path: Path) -> None:
    server = ObjectServer()
    server.objects = {"/0.nc": Path(write_month(tmp_path / "0.nc", 0)).read_bytes()}
    target = str(tmp_path / "cube.icechunk")
    with serving(server) as address:
        build([f"{address}/0.nc"], target, "time", silent)
    with pytest.raises(StoreDown, match="cannot be read") as told:
        view(target).tas[0].load()
    assert "try again later" in (told.value.hint or "")


def test_a_repository_from_elsewhere_is_not_let_at_files(tmp_path: Path) -> None:
    from eohub_cubes.virtualizing.repository import authorised, containers_of

    (container,) = containers_of([str(tmp_path / "0.nc")])
    assert container.url_prefix == f"file://{tmp_path}/"
    with pytest.raises(NoAccess, match="wants to read file://"):
        authorised({container.url_prefix: container}, "s3://foreign/cube.icechunk")


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://127.0.0.1:9/data/0.nc", "127.0.0.1"),
        ("https://169.254.169.254/latest/0.nc", "169.254.169.254"),
    ],
)
def test_a_repository_is_let_at_no_host_inside_the_site(address: str, host: str) -> None:
    from eohub_cubes.virtualizing.repository import authorised, containers_of

    (web,) = containers_of([address])
    endpoint = f"http://{host}:9"
    s3 = icechunk.s3_store(region="x", endpoint_url=endpoint, allow_http=True, force_path_style=True)
    bucket = icechunk.VirtualChunkContainer("s3://bucket/data/", s3)
    for container in (web, bucket):
        containers = {container.url_prefix: container}
        assert authorised(containers, "/cube.icechunk")
        with doors(guard=Guard(AllowedHosts.of([]))), pytest.raises(AddressRefused, match=host):
            authorised(containers, "/cube.icechunk")
        with doors(guard=Guard(AllowedHosts.of([host]))):
            assert authorised(containers, "/cube.icechunk")


async def resolves_outside(host: str, port: int) -> Sequence[str]:
    return ["93.184.216.34"]


@pytest.mark.parametrize("is_s3", [False, True])
def test_what_goes_where_it_is_led_reads_over_tls_alone_in_the_pod(is_s3: bool) -> None:
    from eohub_cubes.virtualizing.repository import authorised, containers_of

    def containers(scheme: str) -> dict[str, icechunk.VirtualChunkContainer]:
        (made,) = containers_of([f"{scheme}://data.example.org/in/0.nc"])
        if is_s3:
            s3 = icechunk.s3_store(region="x", endpoint_url=f"{scheme}://data.example.org", allow_http=True)
            made = icechunk.VirtualChunkContainer("s3://bucket/data/", s3)
        return {made.url_prefix: made}

    for allowed in ((), ("data.example.org",)):
        with doors(guard=Guard(AllowedHosts.of(allowed), resolves_outside)):
            assert authorised(containers("https"), "/cube.icechunk")
            if allowed:
                assert authorised(containers("http"), "/cube.icechunk")
            else:
                with pytest.raises(AddressRefused, match="https alone"):
                    authorised(containers("http"), "/cube.icechunk")


@pytest.mark.parametrize(
    "container",
    [
        icechunk.VirtualChunkContainer(
            "https://example.org/in/", icechunk.http_store(opts={"proxy_url": "http://10.0.0.1"})
        ),
        icechunk.VirtualChunkContainer(
            "https://example.org/in/", icechunk.http_store(opts={"allow_http": "true"})
        ),
        icechunk.VirtualChunkContainer("s3://b/in/", icechunk.s3_store(region="x.example.org/?")),
    ],
)
def test_a_repository_that_would_be_read_by_another_way_is_refused(
    container: icechunk.VirtualChunkContainer,
) -> None:
    from eohub_cubes.virtualizing.repository import authorised

    with pytest.raises(NoAccess, match="wants to read"):
        authorised({container.url_prefix: container}, "/cube.icechunk")


def test_a_prefix_that_could_go_on_as_another_host_is_refused() -> None:
    from eohub_cubes.virtualizing.repository import authorised

    container = icechunk.VirtualChunkContainer("https://example.org", icechunk.http_store())
    with pytest.raises(NoAccess, match=r"wants to read https://example\.org"):
        authorised({"https://example.org": container}, "/cube.icechunk")
