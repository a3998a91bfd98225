"""Paths below the home folder, and none beside it."""

from pathlib import Path

import pytest

from eohub_catalogue.server.home import Home
from eohub_toolkit.errors import Conflict, EohubError, Invalid


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("beside")
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    (home / "out").symlink_to(tmp_path)
    (home / "in").symlink_to(home / "data")
    (home / "circle").symlink_to(home / "circle")
    (home / "dangling").symlink_to(home / "nothing")
    return home


@pytest.mark.parametrize("typed", ["data", " data/ ", "~/data", "./data", "in", "data/../in", "{home}/data"])
def test_a_path_below_the_home_folder_is_found(folder: Path, typed: str) -> None:
    home = Home(folder)
    found = home.existing(typed.format(home=folder))
    assert found == folder / "data"
    assert home.shown(found) == "~/data"
    assert home.kept(found) == "data"


@pytest.mark.parametrize("typed", ["~", ".", "~/"])
def test_the_home_folder_itself_is_one(folder: Path, typed: str) -> None:
    assert Home(folder).shown(Home(folder).existing(typed)) == "~"


@pytest.mark.parametrize(
    "typed",
    [
        "../secret",
        "out/secret",
        "/etc/passwd",
        "/",
        "~/../secret",
        "data/../../secret",
        "circle",
        "",
        " ",
        "nothing",
        "data\x00",
        "da\nta",
        "x" * 5000,
        "~root/x",
        "out",
    ],
)
def test_there_is_no_way_out(folder: Path, typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        Home(folder).existing(typed)
    assert str(folder) not in caught.value.detail


def test_a_new_path_is_where_nothing_is(folder: Path) -> None:
    assert Home(folder).new("data/new.zip") == folder / "data" / "new.zip"


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("data", Conflict), ("no/new", Invalid), ("../new", Invalid), ("out/new", Invalid), ("~", Conflict)],
)
def test_a_new_path_is_never_over_or_outside(folder: Path, typed: str, kind: type[EohubError]) -> None:
    with pytest.raises(kind):
        Home(folder).new(typed)


def test_a_link_to_nothing_is_followed_and_not_written_through(folder: Path) -> None:
    assert Home(folder).new("dangling") == folder / "nothing"
