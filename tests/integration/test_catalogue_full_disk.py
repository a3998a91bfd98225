"""A disk that fills under what a server and the commands write: it is said, and nothing is damaged."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.catalogue_documents import MemoryDocuments, an_item, leading_to
from fakes.small_disk import fill, small_disk
from pydantic import BaseModel

from eohub_catalogue.server.keeping import KeptFile
from eohub_catalogue.server.local_index import LocalIndex
from eohub_catalogue.service.place import in_place_of
from eohub_toolkit.errors import Unavailable

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a file system needs root")


class Names(BaseModel):
    names: tuple[str, ...] = ()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "size=2m") as folder:
        yield folder


async def test_an_index_that_the_disk_has_no_room_for_says_so_and_is_built_when_it_has(disk: Path) -> None:
    items = {f"i{number}": an_item(f"i{number}") for number in range(300)}
    documents = MemoryDocuments(["root"], root=leading_to(*items), **items)
    index = LocalIndex(disk / "index", documents, lambda: datetime(2026, 3, 1, tzinfo=UTC))
    await index.opened()
    ballast = fill(disk)
    try:
        for _ in range(2):
            full = await index.freshen(60)
            assert (full.state, full.built) == ("failed", None)
            assert "disk is full" in str(full.problem)
        ballast.unlink()
        ready = await index.freshen(60)
        assert (ready.state, ready.items, ready.problem) == ("ready", 300, None)
    finally:
        await index.remove()


async def test_what_is_kept_stays_and_what_cannot_be_kept_is_not_told_as_kept(disk: Path) -> None:
    file = KeptFile(disk / "own" / "names.json", Names(), "Your names")
    await file.change(lambda _: Names(names=("a",)))
    ballast = fill(disk)
    with pytest.raises(Unavailable, match="Your names cannot be kept: No space left on device"):
        await file.change(lambda _: Names(names=("a", "b")))
    assert (await file.read()).content.names == ("a",)
    ballast.unlink()
    assert (await file.change(lambda _: Names(names=("c",)))).content.names == ("c",)
    assert sorted(os.listdir(disk / "own")) == [".names.json.lock", "names.json"]


@pytest.mark.parametrize("room", [0, 512 * 1024])
def test_an_export_without_room_leaves_what_was_there(disk: Path, room: int) -> None:
    target = disk / "items.ndjson"
    target.write_text("old")
    ballast = fill(disk)
    os.truncate(ballast, ballast.stat().st_size - room)
    with pytest.raises(Unavailable, match="The disk is full"), in_place_of(target, force=True) as part:
        part.write_bytes(b"x" * 1024 * 1024)
    assert target.read_text() == "old"
    assert sorted(os.listdir(disk)) == ["ballast", "items.ndjson"]
