"""Ids and file names from titles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.naming import distinct, file_name_of, slug_of


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Copernicus Data Space", "copernicus-data-space"),
        ("Île-de-France 2020", "ile-de-france-2020"),
        ("  --  ", "unnamed"),
        ("日本", "unnamed"),
        ("a" * 100, "a" * 40),
    ],
)
def test_a_slug_reminds_of_the_title(title: str, slug: str) -> None:
    assert slug_of(title) == slug


@given(st.text())
def test_every_title_gives_an_id_that_the_wire_takes(title: str) -> None:
    assert CatalogueSource(id=slug_of(title), title="t", url="https://example.org").id


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert distinct("a", {"b"}) == "a"
    assert distinct("a", {"a", "a-2"}) == "a-3"


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ("sentinel-2_l2a.v1", "sentinel-2_l2a.v1"),
        ("S2A_2020", "S2A_2020-"),
        ("a/b", "a_b-"),
        ("..", "-"),
        (".hidden", "hidden-"),
        ("a.", "a.-"),
        ("items", "items-"),
        ("assets", "assets-"),
        ("catalog.json", "catalog.json-"),
        ("x" * 200, "x" * 150 + "-"),
    ],
)
def test_a_file_reminds_of_its_id(identity: str, name: str) -> None:
    found = file_name_of(identity)
    assert found == name or (name.endswith("-") and found.removeprefix(name) == found[-16:])


@pytest.mark.parametrize("identity", ["S2A", "a b", "é", ".x", "x" * 200])
def test_no_id_is_called_as_the_file_of_another(identity: str) -> None:
    name = file_name_of(identity).lower()
    assert file_name_of(name) != name


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_ids_never_share_a_file(one: str, other: str) -> None:
    names = {file_name_of(one).casefold(), file_name_of(other).casefold()}
    assert len(names) == len({one, other})
    assert not any(set(name) & set("/\\ \x00") or name.startswith(".") for name in names)
