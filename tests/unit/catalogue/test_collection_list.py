"""Collections as the form offers them, whatever they hold."""

import json
from pathlib import Path
from typing import Any

import pytest

from eohub_catalogue.collection_list import by_title, collection_of, has_collection_words

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "stac-api"
FILES = {
    "earth-search-v0-collections": 4, "earth-search-v1-collections": 9, "spacebel-collections-q-mosaics": 1,
    "spacebel-collections-q-sentinel-page1": 10, "spacebel-collections-q-sentinel-page2": 10,
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_real_collections_are_read(name: str) -> None:
    document = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    found = [collection_of(raw, "x") for raw in document["collections"]]
    assert len([each for each in found if each is not None and each.title]) == FILES[name]


@pytest.mark.parametrize("name", ["naip", "fia", "cil-gdpcir-cc-by"])
def test_single_real_collections_are_read(name: str) -> None:
    raw = json.loads((RECORDED / f"planetary-computer-collection-{name}.json").read_text("utf-8"))
    found = collection_of(raw, "x")
    assert found is not None
    assert (found.id, found.start is not None, found.bbox is not None) == (raw["id"], True, True)


def made(**fields: Any) -> dict[str, Any]:
    return {"type": "Collection", "id": "a", **fields}


@pytest.mark.parametrize(
    "raw",
    [
        made(extent=None), made(extent={"spatial": {"bbox": []}, "temporal": {"interval": []}}),
        made(extent={"spatial": {"bbox": [[1, 2, 3]]}, "temporal": {"interval": [[]]}}),
        made(extent={"spatial": {"bbox": [["a", 2, 3, 4]]}, "temporal": {"interval": [["yesterday", 7]]}}),
        made(title=3, description=[], keywords="x", license={}),
    ],
)  # fmt: skip
def test_a_defective_collection_is_still_one_that_can_be_chosen(raw: dict[str, Any]) -> None:
    found = collection_of(raw, "x")
    assert found is not None
    assert (found.id, found.title, found.start, found.end, found.bbox) == ("a", "a", None, None, None)


@pytest.mark.parametrize("raw", [None, [], {}, {"id": 3}, {"id": ""}, {"id": "a\nb"}, {"id": "x" * 2000}])
def test_what_has_no_id_cannot_be_chosen(raw: object) -> None:
    assert collection_of(raw, "x") is None


def test_boxes_may_be_flat_or_have_heights() -> None:
    for box in ([1, 2, 3, 4], [[1, 2, 3, 4]], [[1, 2, -5, 3, 4, 9]]):
        found = collection_of(made(extent={"spatial": {"bbox": box}}), "x")
        assert found is not None
        assert found.bbox == (1, 2, 3, 4)


def test_words_are_looked_for_in_what_is_told() -> None:
    found = collection_of(made(title="Sentinel-2 L2A", keywords=["Optical"], description="Surface"), "x")
    assert found is not None
    assert has_collection_words(found, "optical SENTINEL surface a")
    assert has_collection_words(found, "")
    assert not has_collection_words(found, "radar optical")


def test_they_are_in_the_order_of_titles_each_once() -> None:
    found = [collection_of(made(id=each, title=each.swapcase()), "x") for each in ("b", "A", "c", "b")]
    assert [each.id for each in by_title([each for each in found if each is not None])] == ["A", "b", "c"]


def test_those_that_the_words_name_come_before_those_that_tell_of_them() -> None:
    told = [
        ("meris", "Envisat MERIS", "Before Sentinel-3"),
        ("s2", "Sentinel-2", None),
        ("sentinel-1", "SAR", None),
    ]
    found = [collection_of(made(id=name, title=title, description=text), "x") for name, title, text in told]
    ranked = by_title([each for each in found if each is not None], "SENTINEL")
    assert [each.id for each in ranked] == ["sentinel-1", "s2", "meris"]
