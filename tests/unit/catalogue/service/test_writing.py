"""What may be stored over HTTP."""

import json
from typing import Any

import pytest

from eohub_catalogue.service.writing import (
    NotStac,
    WrongType,
    collection_of,
    document_of,
    item_of,
    items_of,
    merged,
    record_of,
    records_of,
)
from eohub_toolkit.errors import Invalid

JSON = "application/json"


def item(**changes: Any) -> dict[str, Any]:
    document = {
        "type": "Feature",
        "id": "a",
        "geometry": None,
        "properties": {"datetime": "2020-01-01T00:00:00Z"},
    }
    return document | changes


def collection(**changes: Any) -> dict[str, Any]:
    extent = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}}
    document = {"type": "Collection", "id": "c", "description": "d", "license": "CC0-1.0", "extent": extent}
    return document | changes


@pytest.mark.parametrize("kind", [JSON, "application/geo+json", "Application/JSON; charset=utf-8"])
def test_a_json_object_is_read(kind: str) -> None:
    assert document_of(b'{"id": 1}', kind) == {"id": 1}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b"null", b'"text"', b"\xff", b"[" * 50_000, b'{"a": NaN}']
)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid, match=r"\.$"):
        document_of(body, JSON)


@pytest.mark.parametrize(
    ("kind", "patch"),
    [
        ("", False),
        ("text/plain", False),
        ("application/merge-patch+json", False),
        ("application/json-patch+json", True),
    ],
)
def test_a_body_of_another_type_is_refused(kind: str, patch: bool) -> None:
    with pytest.raises(WrongType):
        document_of(b"{}", kind, patch=patch)


def test_the_path_completes_an_item() -> None:
    found = item_of(item(), "c")
    assert found["collection"] == "c"
    assert (found["links"], found["assets"], found["stac_version"]) == ([], {}, "1.1.0")
    assert item_of({name: value for name, value in item().items() if name != "id"}, "c", "b")["id"] == "b"


def test_a_body_that_contradicts_its_path_is_wrong() -> None:
    for document, identity in ((item(collection="d"), None), (item(id="b"), "a")):
        with pytest.raises(Invalid, match="not the one in the path"):
            item_of(document, "c", identity)
    with pytest.raises(Invalid, match="not the one in the path"):
        collection_of(collection(id="d"), "c")


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "Item"},
        {"type": None},
        {"id": 5},
        {"id": None},
        {"properties": None},
        {"properties": {}},
        {"properties": {"datetime": "2020-02-30T00:00:00Z"}},
        {"properties": {"datetime": None}},
        {"geometry": 5},
        {"geometry": {"type": "Point", "coordinates": [0, 0]}},
        {"geometry": {"type": "Point", "coordinates": ["x", 0]}, "bbox": [0, 0, 0, 0]},
        {"bbox": [0, 0]},
        {"links": {}},
        {"assets": []},
        {"assets": {"a": {}}},
    ],
    ids=str,
)
def test_what_is_no_item_is_a_sentence(changes: dict[str, Any]) -> None:
    with pytest.raises(NotStac, match=r"not a valid STAC item.*\.$"):
        item_of(item(**changes), "c")


def test_a_feature_collection_gives_all_of_its_items() -> None:
    found, many = items_of({"type": "FeatureCollection", "features": [item(), item(id="b")]}, "c")
    assert many
    assert [(one["id"], one["collection"]) for one in found] == [("a", "c"), ("b", "c")]
    assert items_of(item(), "c")[1] is False


@pytest.mark.parametrize(
    "features", [None, [], [5], [item(), item()], [item(), item(id="b", properties=None)], {}]
)
def test_one_bad_feature_spoils_the_whole(features: object) -> None:
    with pytest.raises(NotStac, match=r"\.$"):
        items_of({"type": "FeatureCollection", "features": features}, "c")


@pytest.mark.parametrize("changes", [{"type": "Feature"}, {"extent": None}, {"license": None}, {"id": 7}])
def test_what_is_no_collection_is_a_sentence(changes: dict[str, Any]) -> None:
    with pytest.raises(NotStac, match="not a valid STAC collection"):
        collection_of(collection(**changes))


def test_an_id_that_cannot_be_kept_is_refused() -> None:
    for identity in ("a\x00b", "x" * 1_025):
        with pytest.raises(NotStac, match="no usable id"):
            records_of([item_of(item(id=identity), "c")])
        with pytest.raises(NotStac, match="no usable id"):
            record_of(collection_of(collection(id=identity)))


def test_what_is_stored_is_what_was_sent() -> None:
    document = item(properties={"datetime": "2020-01-01T00:00:00Z", "big": 2**70, "x:y": [None]})
    (record,) = records_of([item_of(document, "c")])
    assert json.loads(record.body)["properties"] == document["properties"]


@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({"a": "b"}, {"a": {"c": 1}}, {"a": {"c": 1}}),
    ],
)
def test_a_merge_patch_does_what_its_rfc_says(document: Any, patch: Any, result: Any) -> None:
    assert merged(document, patch) == result
