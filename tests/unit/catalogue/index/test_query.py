import json
from typing import Any

import pytest

from eohub_catalogue.index.ports import ItemQuery
from eohub_catalogue.index.query import check_id, id_list, is_text, item_query, json_query, page_limit
from eohub_toolkit.errors import Invalid

POINT = {"type": "Point", "coordinates": [3, 4]}


def test_nothing_asked_is_the_newest_page_of_ten() -> None:
    assert item_query({}) == ItemQuery(limit=10)
    nothing = dict.fromkeys(("collections", "ids", "bbox", "intersects", "datetime", "q", "limit", "token"))
    assert item_query(nothing) == ItemQuery(limit=10)


@pytest.mark.parametrize(
    ("value", "limit"),
    [
        (None, 10),
        (1, 1),
        ("1", 1),
        (100, 100),
        (101, 100),
        ("250", 100),
        (10_000, 100),
        ("1000000", 100),
        (" 7 ", 7),
    ],
)
def test_a_limit_is_brought_down_to_a_page(value: object, limit: int) -> None:
    assert page_limit(value) == limit


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        "0",
        "-1",
        10**9,
        "1000000000",
        1_000_001,
        1.0,
        "1.5",
        "ten",
        "",
        True,
        [],
        {},
        "9" * 5_000,
        "0x10",
        "١٢",
        "1_0",
    ],
)
def test_a_limit_that_is_no_page_size_is_refused(value: object) -> None:
    with pytest.raises(Invalid, match="limit has to be a whole number from 1 to 1000000"):
        page_limit(value)


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        (None, ()),
        ("", ()),
        ([], ()),
        ("a", ("a",)),
        ("a,b,a", ("a", "b")),
        (["a", "b,c"], ("a", "b,c")),
        ("ü/1 2", ("ü/1 2",)),
    ],
)
def test_ids_come_as_text_or_list(value: object, ids: tuple[str, ...]) -> None:
    assert id_list("ids", value) == ids


@pytest.mark.parametrize(
    "value",
    [5, {}, [5], [None], [""], "a,,b", ",", ["a\x00"], ["\ud800"], ["x" * 1_025], ["a\nb"], ["a"] * 1_001],
)
def test_what_is_no_list_of_ids_is_refused(value: object) -> None:
    with pytest.raises(Invalid, match="ids"):
        id_list("ids", value)


def test_an_id_in_a_path_is_checked_like_any_other() -> None:
    assert check_id("a b/ü") == "a b/ü"
    for wrong in ("", "a\x00", "x" * 1_025):
        with pytest.raises(Invalid):
            check_id(wrong)


def test_text_has_no_control_characters_and_no_half_characters() -> None:
    assert is_text("Zürich 東京 \U0001f30d")
    assert not any(is_text(text) for text in ("\x00", "a\tb", "\x7f", "\ud83c"))


@pytest.mark.parametrize("value", ["1,2,3,4", "1.0, 2.0, 3.0, 4.0", [1, 2, 3, 4], [1.0, 2.0, 3.0, 4.0]])
def test_a_bbox_is_an_area_of_one_box(value: object) -> None:
    area = item_query({"bbox": value}).area
    assert area is not None
    assert (area.boxes, area.is_boxes, area.heights) == (((1, 2, 3, 4),), True, None)
    assert area.shape.bounds == (1, 2, 3, 4)


def test_a_bbox_in_json_is_a_list() -> None:
    assert json_query({"bbox": [1, 2, 3, 4], "q": "ice"}) == item_query({"bbox": [1, 2, 3, 4], "q": "ice"})
    with pytest.raises(Invalid, match="list of numbers"):
        json_query({"bbox": "1,2,3,4"})


def test_a_bbox_over_the_antimeridian_is_an_area_of_two_boxes() -> None:
    area = item_query({"bbox": "170,-10,-170,10"}).area
    assert area is not None
    assert area.boxes == ((170, -10, 180, 10), (-180, -10, -170, 10))


def test_a_bbox_of_six_numbers_has_heights() -> None:
    area = item_query({"bbox": [1, 2, -5, 3, 4, 100]}).area
    assert area is not None
    assert (area.boxes, area.heights) == (((1, 2, 3, 4),), (-5, 100))


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("1,2,3", "4 numbers, or 6"),
        ("1,2,3,4,5", "4 numbers, or 6"),
        ("1,2,3,4,5,6,7", "4 numbers, or 6"),
        ("1,2,3,4,", "4 numbers, or 6"),
        ("", "4 numbers, or 6"),
        ("[1,2,3,4]", "4 numbers, or 6"),
        ("nan,2,3,4", "4 numbers, or 6"),
        ("1,2,inf,4", "4 numbers, or 6"),
        ("1_0,2,3,4", "4 numbers, or 6"),
        ("1,2,1e999,4", "4 numbers, or 6"),
        ([1, 2, 3, "4"], "4 numbers, or 6"),
        ([1, 2, 3, True], "4 numbers, or 6"),
        ([1, 2, 3, float("nan")], "4 numbers, or 6"),
        ([1, 2, 10**400, 4], "4 numbers, or 6"),
        ([[1, 2], [3, 4]], "4 numbers, or 6"),
        ([1] * 100_000, "4 numbers, or 6"),
        ("1," * 100_000, "4 numbers, or 6"),
        ({}, "4 numbers, or 6"),
        (5, "4 numbers, or 6"),
        ("1,4,3,2", "south"),
        ("1,2,9,3,4,8", "bottom above its top"),
        ("1,-91,3,4", "outside the earth"),
        ("1,2,3,90.1", "outside the earth"),
        ("-361,2,3,4", "outside the earth"),
    ],
)
def test_a_wrong_bbox_is_refused_with_what_is_wrong(value: object, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refusal:
        item_query({"bbox": value})
    assert refusal.value.hint
    assert len(refusal.value.detail) < 200


@pytest.mark.parametrize("value", [POINT, json.dumps(POINT)])
def test_intersects_is_a_geometry_or_its_text(value: object) -> None:
    area = item_query({"intersects": value}).area
    assert area is not None
    assert (area.boxes, area.is_boxes) == (((3, 4, 3, 4),), False)
    assert area.shape.geom_type == "Point"


def test_an_intersects_beyond_the_antimeridian_is_brought_back() -> None:
    line = {"type": "LineString", "coordinates": [[175, 0], [185, 0]]}
    area = item_query({"intersects": line}).area
    assert area is not None
    assert sorted(area.boxes) == [(-180, 0, -175, 0), (175, 0, 180, 0)]


@pytest.mark.parametrize(
    "value",
    ["{", "", "null", "5", "[" * 50_000, 5, [], {}, {"type": "Point"}, {"type": "Feature", "geometry": POINT},
     {"type": "Point", "coordinates": [0, 95]}, {"type": "MultiPoint", "coordinates": [[0, 0]] * 5_001},
     {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_a_wrong_intersects_is_refused(value: object) -> None:
    with pytest.raises(Invalid, match="intersects"):
        item_query({"intersects": value})


def test_bbox_and_intersects_exclude_each_other() -> None:
    with pytest.raises(Invalid, match="cannot be used together"):
        item_query({"bbox": "1,2,3,4", "intersects": POINT})


@pytest.mark.parametrize(
    ("value", "terms"),
    [
        ("", ()),
        ("  ,  ", ()),
        ("ice", (("ice",),)),
        ("sea ice,land", (("sea", "ice"), ("land",))),
        (["sea ice", "a,b"], (("sea", "ice"), ("a,b",))),
        ('"quoted" -- (*)', (('"quoted"',),)),
        ("a\x00b\tc", (("a", "b", "c"),)),
        ("\ud800 x", (("x",),)),
    ],
)
def test_free_text_is_terms_of_words(value: object, terms: tuple[tuple[str, ...], ...]) -> None:
    assert item_query({"q": value}).terms == terms


@pytest.mark.parametrize(
    "value", [5, {}, [5], [None], "x" * 1_001, ["x" * 600, "y" * 600], "a " * 33, "x" * 100_000]
)
def test_free_text_that_is_too_much_or_none_is_refused(value: Any) -> None:
    with pytest.raises(Invalid, match="q "):
        item_query({"q": value})


@pytest.mark.parametrize("value", [5, [], ["2020-01-01T00:00:00Z"], {}])
def test_a_datetime_that_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(Invalid, match="datetime has to be a text"):
        item_query({"datetime": value})
