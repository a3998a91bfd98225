"""Paths as a person copies them from the Lab's file browser."""

from pathlib import Path

import pytest
from fakes.cubes_source import source_at

from eohub_cubes.contract import DescribeQuery, ItemPlace, VirtualQuery
from eohub_cubes.errors import NotReadable
from eohub_cubes.server.paths import ServerPaths

ROOT = Path("/srv/ada/lab")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("sst.nc", "/srv/ada/lab/sst.nc"),
        ("my data/cube 1.zarr", "/srv/ada/lab/my data/cube 1.zarr"),
        ("~/sst.nc", "/srv/ada/sst.nc"),
        ("/data/sst.nc", "/data/sst.nc"),
        ("s3://bucket/a.zarr", "s3://bucket/a.zarr"),
        ("https://data.example/a.nc", "https://data.example/a.nc"),
    ],
)
def test_a_path_begins_at_the_folder_of_the_server(
    given: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/srv/ada")
    paths = ServerPaths(ROOT)
    asked = paths.of_source(DescribeQuery(source=source_at(given)))
    assert [each.href for each in asked.source.assets] == [found]
    virtual = paths.of_virtual(VirtualQuery(addresses=(given,), target="out/a.icechunk"))
    assert virtual.addresses == (found,)
    assert virtual.target == "/srv/ada/lab/out/a.icechunk"


def test_an_item_names_no_file_of_the_server_s_folder() -> None:
    place = ItemPlace(catalogue="a", collection="b", item="c")
    asked = DescribeQuery(source=source_at("sst.nc").model_copy(update={"item": place}))
    assert ServerPaths(ROOT).of_source(asked) == asked


def test_a_pattern_stands_for_the_files_that_fit_it_each_once(tmp_path: Path) -> None:
    for name in ("b.nc", "a.nc", "c.txt", "d[1].nc", "d1.nc"):
        (tmp_path / name).touch()
    asked = ("a.nc", "[ab].nc", "d[1].nc", "e*.nc", "s3://bucket/*.nc")
    query = ServerPaths(tmp_path).of_virtual(VirtualQuery(addresses=asked, target="x.icechunk"))
    named = [f"{tmp_path}/{name}" for name in ("a.nc", "b.nc", "d[1].nc", "e*.nc")]
    assert query.addresses == (*named, "s3://bucket/*.nc")


def test_a_pattern_of_more_files_than_a_cube_has_is_refused(tmp_path: Path) -> None:
    for name in ("a.nc", "b.nc"):
        (tmp_path / name).touch()
    with pytest.raises(NotReadable, match="at most 1 files"):
        ServerPaths(tmp_path, 1).of_virtual(VirtualQuery(addresses=("*.nc",), target="x.icechunk"))
