"""A static catalogue on disk, read by pystac and by our own import."""

import json
from collections.abc import Iterable
from pathlib import Path

import pystac
import pytest

from eohub_catalogue.index.document import collection_record, item_record
from eohub_catalogue.index.ports import StoredCollection, StoredItem
from eohub_catalogue.index.static_catalogue import StaticCatalogue
from eohub_catalogue.naming import file_name_of

EXTENT = {"spatial": {"bbox": [[0, 0, 1, 1]]}, "temporal": {"interval": [["2024-01-01T00:00:00Z", None]]}}


def stored(identity: str, collection: str, *links: dict[str, str]) -> StoredItem:
    document = {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": identity,
        "collection": collection or None,
        "geometry": {"type": "Point", "coordinates": [0, 0]},
        "bbox": [0, 0, 0, 0],
        "properties": {"datetime": "2024-01-01T00:00:00Z"},
        "assets": {},
        "links": list(links),
    }
    record = item_record(document)
    return StoredItem(record.collection, record.id, record.body, record.links)


def write(folder: Path, collections: list[str], items: list[StoredItem]) -> Path:
    def write_file(name: str, parts: Iterable[str]) -> None:
        path = folder / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.writelines(parts)

    catalogue = StaticCatalogue(write_file)
    for name in collections:
        about = {
            "type": "Collection",
            "stac_version": "1.1.0",
            "id": name,
            "description": "x",
            "license": "other",
        }
        catalogue.add_collection(collection_record(about | {"extent": EXTENT}))
    for start in range(0, len(items), 2):
        catalogue.add_items(items[start : start + 2])
    root = {"type": "Catalog", "stac_version": "1.1.0", "id": "root", "description": "All of it"}
    catalogue.finish(root)
    return folder / "out/catalog.json"


def test_pystac_walks_it(tmp_path: Path) -> None:
    path = write(
        tmp_path, ["a", "empty"], [stored("1", "a"), stored("2", "a"), stored("3", "a"), stored("4", "b")]
    )
    root = pystac.Catalog.from_file(str(path))
    found = {child.id: sorted(item.id for item in child.get_items()) for child in root.get_children()}
    assert found == {"a": ["1", "2", "3"], "b": ["4"], "empty": []}
    item = next(item for item in root.get_items(recursive=True) if item.id == "1")
    assert item.collection_id == "a"
    assert item.get_collection() is not None
    assert item.get_root() is not None


def test_items_of_no_collection_hang_on_the_root(tmp_path: Path) -> None:
    root = pystac.Catalog.from_file(str(write(tmp_path, [], [stored("1", ""), stored("items", "")])))
    assert sorted(item.id for item in root.get_items()) == ["1", "items"]


def test_an_items_own_links_are_kept_behind_those_of_the_catalogue(tmp_path: Path) -> None:
    own = {"rel": "license", "href": "https://example.org/licence"}
    write(tmp_path, ["a"], [stored("1", "a", own)])
    links = json.loads((tmp_path / "out/a/items/1.json").read_text())["links"]
    assert [link["rel"] for link in links] == ["root", "parent", "collection", "license"]
    assert links[-1] == own


def test_there_is_one_file_for_each_document(tmp_path: Path) -> None:
    write(tmp_path, ["a"], [stored("1", "a"), stored("2", "")])
    files = sorted(str(path.relative_to(tmp_path / "out")) for path in tmp_path.rglob("*") if path.is_file())
    assert files == ["a/collection.json", "a/items/1.json", "catalog.json", "items/2.json"]


def test_of_a_collection_the_last_is_written_that_was_told(tmp_path: Path) -> None:
    told: dict[str, str] = {}
    catalogue = StaticCatalogue(lambda name, parts: told.update({name: "".join(parts)}))
    catalogue.add_collection(StoredCollection("a", "{}", "[]"))
    catalogue.add_items([stored("1", "a")])
    own = '[{"rel":"license","href":"x"}]'
    catalogue.add_collection(StoredCollection("a", '{"type":"Collection","id":"a"}', own))
    catalogue.finish({"type": "Catalog", "id": "root"})
    collection = json.loads(told["a/collection.json"])
    assert collection["id"] == "a"
    assert [link["rel"] for link in collection["links"]] == ["root", "parent", "license", "item"]
    assert [link["href"] for link in json.loads(told["catalog.json"])["links"]] == [
        "./catalog.json",
        "./a/collection.json",
    ]


@pytest.mark.parametrize(
    "identity",
    [
        "..",
        ".",
        "../../etc/passwd",
        "a/b",
        "ü%20",
        "x" * 1000,
        "items",
        "assets",
        "catalog.json",
        "a\\b",
        ".x",
        "a?b#c",
    ],
)
def test_every_id_has_a_file_within_the_folder(tmp_path: Path, identity: str) -> None:
    name = file_name_of(identity)
    assert len(name) <= 170
    assert "/" not in name
    assert not name.startswith(".")
    path = write(tmp_path, [identity], [stored(identity, identity)])
    root = pystac.Catalog.from_file(str(path))
    assert [item.id for item in root.get_items(recursive=True)] == [identity]


def test_long_ids_that_begin_alike_have_different_files() -> None:
    assert file_name_of("x" * 1000) != file_name_of("x" * 1001)
