"""Saved searches and places stay for the next server."""

import asyncio
from pathlib import Path

import pytest
from pydantic import ValidationError

from eohub_catalogue.contract import Area, Criteria, PropertyFilter, Saved, SavedPlace, SavedSearch
from eohub_catalogue.server.saved import MOST_KEPT, SavedFile
from eohub_toolkit.errors import Invalid

ALPS = SavedPlace(name="Alps", area=Area(bbox=(5, 44, 16, 48)))
FIJI = SavedPlace(name="fiji", area=Area(bbox=(176, -20, -178, -15)))


def a_search(name: str, words: str = "snow") -> SavedSearch:
    criteria = Criteria(
        words=words,
        start="2020-01-01",
        area=FIJI.area,
        properties=(PropertyFilter(property="eo:cloud_cover", op="<=", value=20),),
        cql2="a = 1",
    )
    return SavedSearch(name=name, criteria=criteria, catalogues=("embedded",))


@pytest.fixture
def things(tmp_path: Path) -> SavedFile:
    return SavedFile(tmp_path / "saved.json")


async def test_everything_is_there_after_a_restart_by_name(tmp_path: Path, things: SavedFile) -> None:
    for search in (a_search("b"), a_search("Ä"), a_search("A")):
        await things.keep_search(search)
    await things.keep_place(FIJI)
    await things.keep_place(ALPS)
    again = await SavedFile(tmp_path / "saved.json").all()
    assert [each.name for each in again.searches] == ["A", "b", "Ä"]
    assert again.searches[1] == a_search("b")
    assert again.places == (ALPS, FIJI)


async def test_the_same_name_is_replaced(things: SavedFile) -> None:
    await things.keep_search(a_search("a"))
    kept = await things.keep_search(a_search("a", "ice"))
    assert [each.criteria.words for each in kept.searches] == ["ice"]


async def test_what_is_forgotten_is_gone_and_what_is_not_there_is_no_fault(things: SavedFile) -> None:
    await things.keep_search(a_search("a"))
    await things.keep_place(ALPS)
    assert await things.forget_search("b") == await things.all()
    await things.forget_search("a")
    assert await things.forget_place("Alps") == Saved(searches=(), places=())


async def test_two_tabs_at_once_both_stay(tmp_path: Path) -> None:
    tabs = [SavedFile(tmp_path / "saved.json") for _ in range(2)]
    await asyncio.gather(*(tab.keep_search(a_search(f"of tab {n}")) for n, tab in enumerate(tabs)))
    assert len((await tabs[0].all()).searches) == 2


async def test_there_are_not_endlessly_many(things: SavedFile, tmp_path: Path) -> None:
    many = Saved(searches=tuple(a_search(f"{n:03}") for n in range(MOST_KEPT)), places=())
    (tmp_path / "saved.json").write_text(many.model_dump_json())
    with pytest.raises(Invalid):
        await things.keep_search(a_search("one more"))
    await things.keep_search(a_search("001", "changed"))
    assert len((await things.all()).searches) == MOST_KEPT


async def test_a_broken_file_is_said(things: SavedFile, tmp_path: Path) -> None:
    (tmp_path / "saved.json").write_text("{")
    assert "saved.json.broken-1" in str((await things.all()).note)


@pytest.mark.parametrize("name", ["", "a/b", "a\nb", "x" * 101])
def test_a_name_is_one_that_a_path_can_hold(name: str) -> None:
    with pytest.raises(ValidationError):
        a_search(name)
