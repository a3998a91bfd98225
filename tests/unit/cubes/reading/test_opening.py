"""What a person may type for an address, and what becomes of it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import JsonValue

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import NotReadable, StoreDown
from eohub_cubes.reading.addresses import AllowedHosts
from eohub_cubes.reading.guard import Guard
from eohub_cubes.reading.opening import Doors, reader_through


async def at_once(_: float) -> None:
    """Leave a store alone for no time."""


@pytest.mark.parametrize(
    "href",
    [
        "https://[::1", "http://example.org:99999/x", "http://example.org:0/x", f"http://{'a' * 300}.org/x",
        "http://a..b/x", "http://127.1/x", "s3://bucket/a//b.nc", "s3://bucket/../b.nc", "s3:///b.nc", "s3://",
        "https://", "ftp://example.org/x", "b.nc", "../b.nc",
    ],
)  # fmt: skip
@pytest.mark.parametrize("guard", [None, Guard(AllowedHosts())], ids=["notebook", "panel"])
async def test_what_is_no_address_is_told_so(href: str, guard: Guard | None) -> None:
    # A notebook's library says of some names that they are not known.
    with pytest.raises(NotReadable if guard else (NotReadable, StoreDown)):
        await reader_through(Doors(guard=guard, sleep=at_once), DataAsset(key="data", href=href)).info("")


@pytest.mark.parametrize("endpoint", ["https://[::1", "https://a.org:99999", "nonsense", "http://", " "])
async def test_an_endpoint_that_is_none_is_told_so(endpoint: str) -> None:
    options: Mapping[str, JsonValue] = {"client_kwargs": {"endpoint_url": endpoint}, "anon": True}
    asset = DataAsset(key="data", href="s3://bucket/x", storage_options=dict(options))
    with pytest.raises(NotReadable):
        await reader_through(Doors(), asset).info("")


@pytest.mark.parametrize(
    "written", ["{folder}//a", "{folder}/b/../a", "{folder}/./a", "file://{folder}/b/..//a"]
)
async def test_a_path_may_be_written_as_a_shell_takes_it(written: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123")
    (tmp_path / "b").mkdir()
    asset = DataAsset(key="data", href=written.format(folder=tmp_path))
    assert await reader_through(Doors(), asset).get("") == b"0123"
