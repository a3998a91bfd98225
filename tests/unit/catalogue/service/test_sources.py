"""Which documents are found below a path."""

import json
from pathlib import Path

import pytest

from eohub_catalogue.index.importing import Source
from eohub_catalogue.index.reading import Found, Text, Unreadable, documents_of
from eohub_catalogue.service.sources import files_below, read_sources


def write(path: Path, document: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return path


def item(identity: str) -> dict[str, object]:
    return {"type": "Feature", "id": identity, "geometry": None, "properties": {}}


def collection(identity: str, *links: dict[str, str]) -> dict[str, object]:
    return {"type": "Collection", "id": identity, "extent": {}, "links": list(links)}


def catalog(*links: dict[str, str]) -> dict[str, object]:
    return {"type": "Catalog", "id": "root", "stac_version": "1.0.0", "links": list(links)}


def to(rel: str, href: str) -> dict[str, str]:
    return {"rel": rel, "href": href}


def read(*paths: Path) -> tuple[list[str], list[Unreadable]]:
    """The ids of all documents in their order, and what could not be read."""
    sources: list[Source] = list(read_sources(paths, lambda _: None))
    readings = [
        reading
        for source in sources
        for reading in (documents_of(source) if isinstance(source, Text) else [source])
    ]
    ids = [str(one.document["id"]) for one in readings if isinstance(one, Found)]
    return ids, [one for one in readings if isinstance(one, Unreadable)]


def test_a_folder_gives_its_files_in_order_without_hidden_ones(tmp_path: Path) -> None:
    for name in (
        "b/2.json",
        "b/1.geojson",
        "a.ndjson",
        ".hidden/3.json",
        "b/.4.json",
        "notes.txt",
        "c.parquet",
    ):
        write(tmp_path / name, item(name))
    found = [str(path.relative_to(tmp_path)) for path in files_below([tmp_path])]
    assert found == ["a.ndjson", "c.parquet", "b/1.geojson", "b/2.json"]


def test_a_folder_gives_every_document_and_passes_over_catalogues(tmp_path: Path) -> None:
    write(tmp_path / "catalog.json", catalog(to("child", "c/collection.json")))
    write(tmp_path / "old.json", {"id": "old", "stac_version": "0.8.1", "links": []})
    write(tmp_path / "c/collection.json", collection("c"))
    write(tmp_path / "c/unlinked.json", item("i"))
    assert read(tmp_path) == (["c", "i"], [])


def test_a_catalogue_gives_what_its_links_lead_to(tmp_path: Path) -> None:
    write(tmp_path / "c/items/a b.json", item("a b"))
    write(tmp_path / "c/items/unlinked.json", item("no"))
    write(
        tmp_path / "c/collection.json",
        collection("c", to("item", "./items/a%20b.json"), to("root", "../x.json")),
    )
    write(
        tmp_path / "deep/catalog.json", catalog(to("item", "../i.json#part"), to("parent", "../missing.json"))
    )
    write(tmp_path / "i.json", item("i"))
    root = catalog(
        to("child", "deep/catalog.json"), to("child", "c/collection.json"), to("license", "no.json")
    )
    assert read(write(tmp_path / "catalog.json", root)) == (["i", "c", "a b"], [])


def test_a_catalogue_that_leads_back_to_itself_ends(tmp_path: Path) -> None:
    links = (to("child", "catalog.json"), to("child", "c.json"), to("child", "c.json"))
    write(tmp_path / "c.json", collection("c", to("child", "catalog.json"), to("item", "c.json")))
    assert read(write(tmp_path / "catalog.json", catalog(*links))) == (["c"], [])


def test_absolute_links_below_a_documents_own_address_are_files_here(tmp_path: Path) -> None:
    own = to("self", "https://stac.example.org/data/catalog.json")
    links = (
        own,
        to("item", "https://stac.example.org/data/i.json"),
        to("item", "https://other.example.org/j.json"),
    )
    write(tmp_path / "i.json", item("i"))
    ids, unreadable = read(write(tmp_path / "catalog.json", catalog(*links)))
    assert ids == ["i"]
    assert [one.reason for one in unreadable] == [
        "It links to https://other.example.org/j.json, which is not on this machine."
    ]


def test_a_link_to_nothing_is_named_and_the_others_are_followed(tmp_path: Path) -> None:
    write(tmp_path / "i.json", item("i"))
    (tmp_path / "broken.json").write_text("{")
    links = (to("item", "missing.json"), to("item", "broken.json"), to("item", "i.json"), {"rel": "item"})
    ids, unreadable = read(write(tmp_path / "catalog.json", catalog(*links)))
    assert ids == ["i"]
    assert [Path(one.where.split(",")[0]).name for one in unreadable] == ["missing.json", "broken.json"]


@pytest.mark.parametrize("links", [None, "x", [5], {}])
def test_odd_links_of_a_catalogue_lead_nowhere(tmp_path: Path, links: object) -> None:
    assert read(write(tmp_path / "catalog.json", catalog() | {"links": links})) == ([], [])


def test_a_single_collection_is_one_document_whatever_it_links_to(tmp_path: Path) -> None:
    path = write(tmp_path / "collection.json", collection("c", to("item", "missing.json")))
    assert read(path) == (["c"], [])


def test_progress_reaches_the_size_of_all_files(tmp_path: Path) -> None:
    write(tmp_path / "catalog.json", catalog(to("item", "i.json")))
    write(tmp_path / "i.json", item("i"))
    steps: list[int] = []
    list(read_sources([tmp_path], steps.append))
    assert sum(steps) == sum(path.stat().st_size for path in files_below([tmp_path]))
