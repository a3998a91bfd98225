"""A search over several catalogues as cells: none overwrites what another found."""

import ast
import keyword
from types import SimpleNamespace
from typing import Any

import pytest
from fakes.searches import API, STATIC, asked
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.errors import NothingToOpen
from eohub_catalogue.search_cells import Part, cells_of, result_names
from eohub_toolkit.errors import Unavailable

FOLDER = CatalogueSource(id="mine", title="Mine", path="data", kind="folder", own=True)


def test_one_catalogue_has_one_cell_whose_result_is_called_items() -> None:
    written = cells_of([Part(asked(), API)])
    assert [cell.splitlines()[-1] for cell in written.cells] == ["items"]


def test_each_result_has_the_name_of_its_catalogue() -> None:
    written = cells_of([Part(asked(), API), Part(asked(), STATIC)])
    assert [cell.splitlines()[-1] for cell in written.cells] == ["items_an_api", "items_files", "items"]
    assert written.refusals == ()


@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (["Earth Search", "2020"], ["items_earth_search", "items_2020"]),
        (["Hüll", "Hull", "hull 2"], ["items_hull", "items_hull_2", "items_hull_2_2"]),
        (["class", "\u5730"], ["items_class", "items_unnamed"]),
    ],
)
def test_a_name_reminds_of_the_title_and_is_there_once(titles: list[str], names: list[str]) -> None:
    assert result_names(titles) == names


@given(st.lists(st.text(min_size=1, max_size=100), min_size=2, max_size=8))
def test_every_title_gives_a_python_name_of_its_own(titles: list[str]) -> None:
    names = result_names(titles)
    assert len(set(names)) == len(titles)
    for name in names:
        assert name.isidentifier()
        assert name.isascii()
        assert not keyword.iskeyword(name)
        assert len(name) < 60


def test_the_last_cell_has_what_each_found_and_shared_items_once() -> None:
    def item(collection: str | None, name: str) -> Any:
        return SimpleNamespace(collection_id=collection, id=name)

    room: dict[str, Any] = {
        "items_an_api": [item("a", "1"), item("a", "2")],
        "items_files": [item("a", "2"), item("b", "2"), item(None, "2")],
    }
    cells = cells_of([Part(asked(), API), Part(asked(), STATIC)]).cells
    exec(cells[-1], room)
    found = [(each.collection_id, each.id) for each in room["items"]]
    assert found == [("a", "1"), ("a", "2"), ("b", "2"), (None, "2")]


def test_a_catalogue_without_code_keeps_no_other_away_and_is_told() -> None:
    away = Unavailable("It is away.", hint="Try again.")
    written = cells_of([Part(asked(), FOLDER), Part(asked(), API), Part(asked(words="x"), STATIC, away)])
    assert len(written.cells) == 1
    assert [each.split()[0] for each in written.refusals] == ["Mine", "It"]
    assert written.refusals[1] == "It is away. Try again."
    ast.parse(written.cells[0])


def test_where_no_catalogue_has_code_it_is_said_why() -> None:
    with pytest.raises(NothingToOpen, match="Mine is a folder"):
        cells_of([Part(asked(), FOLDER), Part(asked(), FOLDER)])
