"""Paths as a person copies them from the Lab's file browser."""

from pathlib import Path

import pytest
from fakes.cubes_source import source_at

from eohub_cubes.contract import DescribeQuery, ItemPlace, VirtualQuery
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
