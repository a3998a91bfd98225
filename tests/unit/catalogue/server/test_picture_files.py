"""Pictures of local catalogues are read below their folder and nowhere else."""

import zipfile
from pathlib import Path

import pytest

from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.server.home import Home
from eohub_catalogue.server.picture_files import PictureFiles
from eohub_toolkit.errors import NotFound

PICTURE = b"picture"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "cat" / "a").mkdir(parents=True)
    (tmp_path / "cat" / "a" / "t.png").write_bytes(PICTURE)
    (tmp_path / "cat" / "with space.png").write_bytes(PICTURE)
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "cat" / "link.png").symlink_to(tmp_path / "secret.png")
    with zipfile.ZipFile(tmp_path / "frozen.zip", "w") as archive:
        archive.writestr("a/t.png", PICTURE)
    return tmp_path


def read(home: Path, address: str, path: str | None = "cat") -> bytes:
    source = CatalogueSource(id="mine", title="Mine", path=path, kind="folder", own=True)
    return PictureFiles(Home(home)).read(source, address)


def test_a_file_below_the_folder_is_read(home: Path) -> None:
    assert read(home, f"{home}/cat/a/t.png") == PICTURE
    assert read(home, f"file://{home}/cat/with%20space.png") == PICTURE


def test_a_file_in_an_archive_is_read(home: Path) -> None:
    assert read(home, f"zip://a/t.png::{home}/frozen.zip", "frozen.zip") == PICTURE


@pytest.mark.parametrize(
    "address",
    [
        "{home}/secret.png", "{home}/cat/../secret.png", "{home}/cat/link.png", "/etc/passwd",
        "file:///etc/passwd", "{home}/cat/missing.png", "{home}/cat", "zip://a/t.png::{home}/frozen.zip",
        "zip://a/t.png", "zip://", "/",
        "file://host/share/x.png", "{home}/cat/%2e%2e/secret.png",
    ],
)  # fmt: skip
def test_nothing_else_is_read(home: Path, address: str) -> None:
    with pytest.raises(NotFound) as caught:
        read(home, address.format(home=home))
    assert str(home) not in caught.value.detail


def test_an_archive_gives_nothing_that_is_not_in_it(home: Path) -> None:
    outside = (f"zip://../secret.png::{home}/frozen.zip", f"zip://a/t.png::{home}/other.zip")
    for address in (*outside, f"{home}/secret.png"):
        with pytest.raises(NotFound):
            read(home, address, "frozen.zip")


def test_a_catalogue_on_the_web_names_no_file_of_this_machine(home: Path) -> None:
    source = CatalogueSource(id="web", title="Web", url="https://stac.example.org/")
    with pytest.raises(NotFound):
        PictureFiles(Home(home)).read(source, f"{home}/cat/a/t.png")
