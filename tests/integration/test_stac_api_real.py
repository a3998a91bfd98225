"""Every real STAC document that we have goes into the catalogue and comes out unchanged."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from fakes.stac_service import CatalogueService, catalogue_service

DATA = Path(__file__).parents[3] / "shared" / "data" / "stac"
ITEM_LINKS = {"self", "root", "parent", "collection"}
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
COLLECTION_LINKS = {"self", "root", "parent", "item", "items", "child", QUERYABLES}

type Document = dict[str, Any]
type Wanted = dict[tuple[str, str, str], Document]


def files() -> list[Path]:
    found = sorted(path for path in DATA.rglob("*") if path.suffix in (".json", ".geojson"))
    assert len(found) > 200, f"the real documents are missing: {DATA} should hold more than 200 of them"
    # A catalogue is imported as what its links lead to, which other tests look at.
    return [path for path in found if not is_catalogue(path)]


def is_catalogue(path: Path) -> bool:
    document: object = json.loads(path.read_bytes())
    match document:
        case {"type": "Catalog"}:
            return True
        case {"stac_version": _, "links": _, **others}:
            return not {"type", "extent", "properties", "geometry"} & others.keys()
        case _:
            return False


def documents(path: Path) -> list[object]:
    body: Any = json.loads(path.read_bytes())
    match body:
        case list():
            return body
        case {"type": "FeatureCollection", "features": list(features)}:
            return features
        case {"collections": list(collections), **others} if "type" not in others:
            return collections
        case _:
            return [body]


def kind_of(document: object) -> str:
    """What a person would call it; the last one of two with the same name counts."""
    match document:
        case {"type": "Collection", "id": str()}:
            return "collection"
        case {"extent": _, "id": str(), **others} if "type" not in others and "geometry" not in others:
            return "collection"
        case {"type": "Feature", "id": str() | int()}:
            return "item"
        case {"properties": _, "id": str() | int()}:
            return "item"
        case _:
            return "neither"


def without_links(document: Document) -> Document:
    return {key: value for key, value in document.items() if key != "links"}


def own_links(document: Document, replaced: set[str]) -> list[object]:
    links = document.get("links")
    if not isinstance(links, list):
        return []
    return [link for link in links if not (isinstance(link, dict) and link.get("rel") in replaced)]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogueService]:
    with catalogue_service(tmp_path_factory.mktemp("real")) as running:
        yield running


@pytest.fixture(scope="module")
def ingested(service: CatalogueService) -> str:
    """What the command said about all files."""
    return service.store(*files()).stderr


@pytest.fixture(scope="module")
def wanted() -> Wanted:
    """Each document under its kind, collection and id, as it has to come back."""
    found: Wanted = {}
    for path in files():
        for document in documents(path):
            kind = kind_of(document)
            if kind != "neither" and isinstance(document, dict):
                collection = document.get("collection") or "" if kind == "item" else ""
                found[kind, str(collection), str(document["id"])] = document
    return found


def test_the_command_counts_what_a_person_counts(ingested: str, wanted: Wanted) -> None:
    counts = Counter(kind_of(document) for path in files() for document in documents(path))
    unique = Counter(kind for kind, _, _ in wanted)
    print(f"\n{len(files())} files: {dict(counts)}; by name: {dict(unique)}\n{ingested.splitlines()[-1]}")
    assert f"items: {unique['item']} new" in ingested
    assert f"collections: {unique['collection']} new" in ingested
    assert f"refused: {counts['neither']}" in ingested
    assert unique["item"] > 150
    assert unique["collection"] > 30


def test_every_item_comes_back_equal(service: CatalogueService, ingested: str, wanted: Wanted) -> None:
    items = {key[1:]: document for key, document in wanted.items() if key[0] == "item"}
    seen: dict[tuple[str, str], Document] = {}
    with httpx2.Client(timeout=60) as client:
        url: str | None = f"{service.root}search?limit=100"
        while url:
            page = client.get(url).raise_for_status().json()
            for item in page["features"]:
                seen[item.get("collection") or "", str(item["id"])] = item
            url = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert seen.keys() == items.keys()
    for key, document in items.items():
        assert without_links(seen[key]) == without_links(document), key
        kept = own_links(document, ITEM_LINKS)
        assert seen[key]["links"][len(seen[key]["links"]) - len(kept) :] == kept, key


def test_every_collection_comes_back_equal(service: CatalogueService, ingested: str, wanted: Wanted) -> None:
    collections = {key[2]: document for key, document in wanted.items() if key[0] == "collection"}
    with httpx2.Client(timeout=60) as client:
        listed = client.get(f"{service.root}collections").raise_for_status().json()["collections"]
        assert {one["id"] for one in listed} == collections.keys()
        for identity, document in collections.items():
            found = (
                client.get(f"{service.root}collections/{quote(identity, safe='')}").raise_for_status().json()
            )
            assert without_links(found) == without_links(document), identity
            kept = own_links(document, COLLECTION_LINKS)
            assert found["links"][5:] == kept, identity


def test_every_item_is_found_by_its_own_place_and_time(
    service: CatalogueService, ingested: str, wanted: Wanted
) -> None:
    asked = 0
    with httpx2.Client(timeout=60) as client:
        for (kind, collection, identity), document in wanted.items():
            geometry, time = document.get("geometry"), (document.get("properties") or {}).get("datetime")
            if kind != "item" or not collection or not geometry or not isinstance(time, str):
                continue
            body: Document = {"ids": [identity], "collections": [collection], "intersects": geometry}
            if time.endswith("Z"):
                has_range = "start_datetime" in document["properties"]
                body["datetime"] = f"../{time}" if has_range else time
            answer = client.post(f"{service.root}search", json=body)
            assert answer.status_code == 200, (identity, answer.text)
            assert answer.json()["numberMatched"] == 1, identity
            asked += 1
    assert asked > 80
