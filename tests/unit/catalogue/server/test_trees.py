"""Files of folders and .zip files, bounded and without a way out."""

import zipfile
from pathlib import Path

import pytest

from eohub_catalogue.server.trees import FolderTree, Tree, ZipTree, open_tree
from eohub_toolkit.errors import Invalid, NotFound

FILES = {"a.json": b"{}", "b/c.json": b"[1]", "b/ä.txt": b"text"}


def folder_of(path: Path) -> Path:
    for name, body in FILES.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(body)
    return path


def zip_of(path: Path, files: dict[str, bytes] = FILES) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in files.items():
            packed.writestr(name, body)
    return path


@pytest.fixture(params=["folder", "zip"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Tree:
    place = folder_of(tmp_path / "tree") if request.param == "folder" else zip_of(tmp_path / "tree.zip")
    return open_tree(place)


def test_all_files_are_listed_and_read(tree: Tree) -> None:
    assert {entry.name: tree.read(entry.name, 100) for entry in tree.entries()} == FILES
    assert [entry.size for entry in tree.entries() if entry.name == "b/c.json"] == [3]
    tree.close()


def test_what_is_too_large_or_missing_is_refused(tree: Tree) -> None:
    with pytest.raises(Invalid):
        tree.read("b/c.json", 2)
    with pytest.raises(NotFound):
        tree.read("none.json", 2)
    tree.close()


def test_a_stamp_changes_with_the_file(tmp_path: Path) -> None:
    root = folder_of(tmp_path / "tree")
    before = {entry.name: entry.stamp for entry in FolderTree(root).entries()}
    (root / "a.json").write_bytes(b"{ }")
    after = {entry.name: entry.stamp for entry in FolderTree(root).entries()}
    assert {name for name in before if before[name] != after[name]} == {"a.json"}


def test_links_hidden_files_and_zarr_stores_are_left_out(tmp_path: Path) -> None:
    root = folder_of(tmp_path / "tree")
    (tmp_path / "outside.json").write_text("{}")
    (root / "link.json").symlink_to(tmp_path / "outside.json")
    (root / "up").symlink_to(tmp_path)
    (root / ".hidden.json").write_text("{}")
    for name in (".git", "cube.zarr"):
        (root / name).mkdir()
        (root / name / "zarr.json").write_text("{}")
    assert {entry.name for entry in FolderTree(root).entries()} == FILES.keys()
    with pytest.raises(Invalid):
        FolderTree(root).read("link.json", 100)
    with pytest.raises(Invalid):
        FolderTree(root).read("../outside.json", 100)


def test_a_single_file_is_a_tree_of_one(tmp_path: Path) -> None:
    root = folder_of(tmp_path / "tree")
    tree = open_tree(root / "a.json")
    assert [entry.name for entry in tree.entries()] == ["a.json"]
    assert tree.address("a.json") == str(root / "a.json")


def test_a_file_in_a_zip_file_has_an_address_that_fsspec_opens(tmp_path: Path) -> None:
    import fsspec

    tree = ZipTree(zip_of(tmp_path / "tree.zip"))
    with fsspec.open(tree.address("b/c.json")) as file:
        assert file.read() == b"[1]"
    tree.close()


@pytest.mark.parametrize("name", ["../x.json", "/etc/x.json", "a/../../x.json", "a\\..\\x.json"])
def test_a_zip_file_with_a_way_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid):
        ZipTree(zip_of(tmp_path / "bad.zip", {name: b"{}"}))


def test_a_link_in_a_zip_file_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as packed:
        info = zipfile.ZipInfo("link.json")
        info.external_attr = 0o120777 << 16
        packed.writestr(info, "/etc/passwd")
    with pytest.raises(Invalid):
        ZipTree(tmp_path / "bad.zip")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    many = {f"{number}.json": b" " * 30_000_000 for number in range(8)}
    with pytest.raises(Invalid) as caught:
        ZipTree(zip_of(tmp_path / "bomb.zip", many))
    assert "would unpack" in caught.value.detail


def test_a_zip_file_in_a_zip_file_is_a_file_like_others(tmp_path: Path) -> None:
    inner = zip_of(tmp_path / "inner.zip").read_bytes()
    tree = ZipTree(zip_of(tmp_path / "outer.zip", {"inner.zip": inner}))
    assert [entry.name for entry in tree.entries()] == ["inner.zip"]
    tree.close()


@pytest.mark.parametrize("body", [b"", b"no zip file", b"PK\x03\x04 cut off"])
def test_what_is_no_zip_file_is_refused(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "bad.zip").write_bytes(body)
    with pytest.raises(Invalid):
        open_tree(tmp_path / "bad.zip")


def test_a_damaged_file_in_a_zip_file_is_refused(tmp_path: Path) -> None:
    body = bytearray(zip_of(tmp_path / "tree.zip", {"a.json": b"abcdefgh" * 100}).read_bytes())
    body[40:44] = b"\xff\xff\xff\xff"
    (tmp_path / "tree.zip").write_bytes(body)
    with pytest.raises(Invalid):
        ZipTree(tmp_path / "tree.zip").read("a.json", 1000)
