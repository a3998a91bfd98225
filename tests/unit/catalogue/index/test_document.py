import json
from typing import Any

import pytest

from eohub_catalogue.index.document import (
    collection_record,
    item_record,
    item_records,
    kind_of,
)
from eohub_catalogue.index.ports import ItemRecord
from eohub_toolkit.errors import Invalid

ITEM: dict[str, Any] = {
    "type": "Feature",
    "id": "a",
    "collection": "c",
    "geometry": {"type": "Point", "coordinates": [1, 2]},
    "properties": {
        "datetime": "1970-01-01T00:00:00Z",
        "title": "Title",
        "description": "Text",
        "keywords": ["k", 5],
    },
    "links": [{"rel": "self", "href": "x"}, {"rel": "license", "href": "y"}, {"rel": "next", "href": "z"}],
    "assets": {},
}


def test_an_item_is_kept_with_what_it_is_found_by() -> None:
    record = item_record(ITEM)
    assert (record.collection, record.id, record.interval) == ("c", "a", (0, 0))
    assert record.footprint is not None
    assert record.footprint.boxes == ((1, 2, 1, 2),)
    assert record.words == "a\nTitle\nText\nk"
    assert json.loads(record.body) == {key: value for key, value in ITEM.items() if key != "links"}


def test_links_that_the_api_makes_are_dropped_and_others_kept_in_order() -> None:
    odd = [{"rel": "next"}, 5, None, {"rel": ["self"]}, {"href": "only"}, {"rel": {"a": 1}}]
    record = item_record(
        ITEM | {"links": [{"rel": rel} for rel in ("self", "root", "parent", "collection")] + odd}
    )
    assert json.loads(record.links) == odd


def test_names_of_cube_variables_are_among_the_words() -> None:
    cube = ITEM["properties"] | {"cube:variables": {"air_temperature": {"unit": "K"}, "sst": None}}
    assert item_record(ITEM | {"properties": cube}).words.endswith("\nair_temperature\nsst")
    broken = item_record(ITEM | {"properties": {"cube:variables": ["not", "named"]}})
    assert broken.words == "a"


@pytest.mark.parametrize("links", [None, "none", {}, 5, []])
def test_links_that_are_no_list_are_none(links: object) -> None:
    assert item_record(ITEM | {"links": links}).links == "[]"


@pytest.mark.parametrize("identity", [None, "", 5.5, True, [], {}, "a\x00", "\ud800", "x" * 1_025])
def test_an_item_without_a_usable_id_is_refused(identity: object) -> None:
    with pytest.raises(Invalid, match="no usable id"):
        item_record(ITEM | {"id": identity})
    with pytest.raises(Invalid, match="no usable id"):
        collection_record({"type": "Collection", "id": identity})


def test_a_number_as_an_id_is_its_digits() -> None:
    record = item_record(ITEM | {"id": 20201211, "collection": 7})
    assert (record.id, record.collection) == ("20201211", "7")
    assert json.loads(record.body)["id"] == 20201211


@pytest.mark.parametrize("collection", [None, ""])
def test_an_item_may_have_no_collection(collection: object) -> None:
    assert item_record(ITEM | {"collection": collection}).collection == ""
    assert item_record({"id": "a", "properties": {}}).collection == ""


@pytest.mark.parametrize(
    "defect",
    [
        {"properties": None},
        {"properties": "none"},
        {"properties": {"title": 5, "description": ["x"], "keywords": "one text"}},
        {"properties": {"keywords": {"a": 1}}},
        {"geometry": None},
        {"geometry": 5, "bbox": "x"},
        {"assets": None, "stac_version": {}, "bbox": [[1, 2], [3, 4]]},
    ],
)
def test_any_other_defect_is_kept_as_it_is(defect: dict[str, object]) -> None:
    record = item_record(ITEM | defect)
    assert json.loads(record.body) == {key: value for key, value in (ITEM | defect).items() if key != "links"}


def test_words_are_bounded_and_can_be_stored() -> None:
    words = item_record(ITEM | {"properties": {"title": "\ud800\x00" + "x" * 100_000}}).words
    assert len(words) <= 20_000
    assert "\x00" not in words
    words.encode()


def test_one_that_is_refused_does_not_shift_the_others() -> None:
    first, second, third = item_records([ITEM, ITEM | {"id": None}, ITEM | {"id": "b", "geometry": None}])
    assert isinstance(first, ItemRecord)
    assert isinstance(second, Invalid)
    assert isinstance(third, ItemRecord)
    assert first.footprint is not None
    assert (third.id, third.footprint) == ("b", None)
    assert item_records([]) == []


def test_a_collection_loses_the_links_into_its_old_home() -> None:
    rels = ["self", "root", "parent", "item", "items", "child", "license", "cite-as"]
    record = collection_record({"id": "c", "links": [{"rel": rel} for rel in rels], "title": "Ü"})
    assert json.loads(record.links) == [{"rel": "license"}, {"rel": "cite-as"}]
    assert json.loads(record.body) == {"id": "c", "title": "Ü"}


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"type": "Feature"}, "item"),
        ({"type": "Collection"}, "collection"),
        ({"type": "Collection", "properties": {}}, "collection"),
        ({"type": "Catalog"}, "catalogue"),
        ({"type": "Catalog", "properties": {}}, "catalogue"),
        ({"extent": {}, "license": "x"}, "collection"),
        ({"extent": {}, "properties": {}, "links": []}, "collection"),
        ({"extent": {}, "geometry": None, "properties": {}}, "item"),
        ({"properties": {}, "stac_version": "0.9.0", "links": []}, "item"),
        ({"type": "Scene", "properties": {}}, "item"),
        ({"stac_version": "0.8.1", "links": []}, "catalogue"),
        ({"links": [{"rel": "child"}]}, "catalogue"),
        ({"links": [{"rel": "next"}, 1]}, None),
        ({"stac_version": "0.8.1", "links": {}}, None),
        ({"stac_version": "0.8.1", "links": [], "geometry": None}, None),
        ({"type": "FeatureCollection", "links": [{"rel": "child"}]}, None),
        ({"type": ["Feature"]}, None),
        ({}, None),
    ],
)
def test_what_a_document_is_told(document: dict[str, object], kind: str | None) -> None:
    assert kind_of(document) == kind
