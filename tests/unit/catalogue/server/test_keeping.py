"""Files that a person's servers keep together."""

import asyncio
import os
from pathlib import Path

import pytest
from pydantic import BaseModel

from eohub_catalogue.errors import TooMuchKept
from eohub_catalogue.server.keeping import Kept, KeptFile
from eohub_toolkit.errors import Unavailable


class Names(BaseModel):
    names: tuple[str, ...] = ()


def kept(folder: Path) -> KeptFile[Names]:
    return KeptFile(folder / "own" / "names.json", Names(), "Your names")


async def adding(file: KeptFile[Names], name: str) -> Kept[Names]:
    return await file.change(lambda before: Names(names=(*before.names, name)))


async def test_what_is_not_there_is_empty_and_reading_makes_no_file(tmp_path: Path) -> None:
    assert (await kept(tmp_path).read()).content == Names()
    assert os.listdir(tmp_path) == []


async def test_what_was_changed_is_there_for_the_next_server(tmp_path: Path) -> None:
    await adding(kept(tmp_path), "ä")
    assert (await kept(tmp_path).read()).content.names == ("ä",)
    assert (tmp_path / "own" / "names.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o700


async def test_changes_of_many_tabs_at_once_all_stay(tmp_path: Path) -> None:
    tabs = [kept(tmp_path) for _ in range(4)]
    await asyncio.gather(
        *(adding(tab, f"{number}-{turn}") for number, tab in enumerate(tabs) for turn in range(5))
    )
    assert len((await tabs[0].read()).content.names) == 20


async def test_a_broken_file_is_put_aside_and_said_once_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "own" / "names.json"
    path.parent.mkdir()
    path.write_bytes(b'{"names": ["a", "b"')
    file = kept(tmp_path)
    read = await file.read()
    assert read.content == Names()
    assert read.note is not None
    assert "names.json.broken-1" in read.note
    assert str(tmp_path) not in read.note
    assert (tmp_path / "own" / "names.json.broken-1").read_bytes() == b'{"names": ["a", "b"'
    assert (await adding(file, "c")).note == read.note
    assert (await file.read()).content.names == ("c",)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[]", b"null", b'{"names": 3}', b" " * (9 * 1024 * 1024)])
async def test_whatever_is_in_it_is_never_lost(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "own" / "names.json"
    path.parent.mkdir()
    for number in (1, 2):
        path.write_bytes(body)
        assert (await adding(kept(tmp_path), "new")).content.names == ("new",)
        assert path.with_name(f"names.json.broken-{number}").read_bytes() == body


async def test_a_change_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = kept(tmp_path)
    await adding(file, "a")

    def fails(before: Names) -> Names:
        raise KeyError(before.names[0])

    with pytest.raises(KeyError):
        await file.change(fails)
    assert (await file.read()).content.names == ("a",)
    assert sorted(os.listdir(tmp_path / "own")) == [".names.json.lock", "names.json"]


async def test_a_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("in the way")
    with pytest.raises(Unavailable) as caught:
        await adding(kept(tmp_path), "a")
    assert "Your names" in caught.value.detail
    assert str(tmp_path) not in caught.value.detail


async def test_what_would_not_fit_is_refused_and_what_is_kept_stays(tmp_path: Path) -> None:
    file = kept(tmp_path)
    await adding(file, "a")
    with pytest.raises(TooMuchKept, match="Your names are too much"):
        await adding(file, "b" * 8 * 1024 * 1024)
    assert (await file.read()) == Kept(Names(names=("a",)), None)
