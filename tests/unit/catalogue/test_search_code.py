"""A search as code: what it asks is what the panel asked, and nothing in it is more than a literal."""

import ast
from dataclasses import replace
from typing import Any

import pytest
from fakes.searches import API, STATIC, arguments_of, asked, box, where
from fakes.stac_documents import cube_item
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.conformance import Facts
from eohub_catalogue.contract import Area, CatalogueSource
from eohub_catalogue.errors import NothingToOpen
from eohub_catalogue.search import has_words
from eohub_catalogue.search_code import search_code_of
from eohub_toolkit.errors import Invalid

HOSTILE = st.text(alphabet=st.sampled_from("\"'\\{}()#;ab\u2028\u202e\U0001f600 "), min_size=1, max_size=30)


WORDS = Facts(words="basic", cql2="both", post=True)


def code(source: CatalogueSource = API, facts: Facts | None = None, **criteria: Any) -> str:
    return search_code_of(asked(**criteria), source, facts)


def sent(source: str) -> tuple[str, dict[str, Any]]:
    """The method and what is asked, in a cell that has the API look for words."""
    tree = ast.parse(source)
    method = next(
        ast.literal_eval(node.args[1])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("get_pages")
    )
    given = next(node for node in tree.body if isinstance(node, ast.Assign) and "asked" in ast.unparse(node))
    return method, ast.literal_eval(given.value)


def test_a_search_for_everything_is_four_lines() -> None:
    assert code() == (
        "from pystac_client import Client\n\n"
        'catalogue = Client.open("https://stac.example.org/")\n'
        "items = catalogue.search(limit=100, max_items=1000).item_collection()"
        "  # At most 1000; None gives all.\n"
        "items"
    )


def test_all_that_was_asked_is_in_it() -> None:
    source = code(
        collections=("sentinel-2-l2a",),
        ids=("a", "b"),
        start="2020-01-01",
        end="2020-01-31",
        area=box(5, 45, 10.5, 48),
        properties=(where("eo:cloud_cover", "<=", 20), where("platform", "in", ("a", "b"))),
        cql2="gsd = 10",
        limit=50,
    )
    assert arguments_of(source) == {
        "collections": ["sentinel-2-l2a"],
        "ids": ["a", "b"],
        "datetime": "2020-01-01T00:00:00Z/2020-01-31T23:59:59.999Z",
        "bbox": [5, 45, 10.5, 48],
        "filter": {
            "op": "and",
            "args": [
                {"op": "<=", "args": [{"property": "eo:cloud_cover"}, 20]},
                {"op": "in", "args": [{"property": "platform"}, ["a", "b"]]},
                {"op": "=", "args": [{"property": "gsd"}, 10]},
            ],
        },
        "limit": 100,
        "max_items": 1000,
    }


@pytest.mark.parametrize(
    ("start", "end", "interval"),
    [
        ("2020-01-01", None, "2020-01-01T00:00:00Z/.."),
        (None, "2020-01-01T12:00Z", "../2020-01-01T12:00:59.999Z"),
    ],
)
def test_a_time_may_be_open(start: str | None, end: str | None, interval: str) -> None:
    assert arguments_of(code(start=start, end=end))["datetime"] == interval


def test_a_box_across_180_degrees_is_asked_for_as_its_two_sides() -> None:
    shape = arguments_of(code(area=box(170, -10, -170, 10)))["intersects"]
    longitudes = [sorted({x for x, _ in polygon[0]}) for polygon in shape["coordinates"]]
    assert (shape["type"], longitudes) == ("MultiPolygon", [[170, 180], [-180, -170]])


def test_a_drawn_shape_is_repaired_and_of_bounded_length() -> None:
    ring = [[number / 1000, (number % 7) / 100] for number in range(5_000)]
    source = code(area=Area(geometry={"type": "Polygon", "coordinates": [ring]}))
    assert arguments_of(source)["intersects"]["type"] in ("Polygon", "MultiPolygon")
    assert len(source) < 12_000


def test_an_api_that_looks_for_words_is_asked_as_the_panel_asks_it() -> None:
    assert sent(code(facts=WORDS, words="surface temperature")) == (
        "GET",
        {"limit": "100", "q": "surface temperature"},
    )
    advanced = code(facts=replace(WORDS, words="advanced"), words="North tile", start="2020-01-01")
    assert sent(advanced) == (
        "GET",
        {"limit": "100", "q": '"North" AND "tile"', "datetime": "2020-01-01T00:00:00Z/.."},
    )
    method, body = sent(code(facts=WORDS, words="x", area=box(170, -10, -170, 10), cql2="gsd = 10"))
    assert (method, body["q"], body["intersects"]["type"]) == ("POST", "x", "MultiPolygon")
    assert body["filter"] == {"op": "=", "args": [{"property": "gsd"}, 10]}


@pytest.mark.parametrize("facts", [None, Facts(), Facts(words="basic"), Facts(words="none", cql2="both")])
def test_words_that_an_api_does_not_look_for_are_looked_for_in_what_it_gives(facts: Facts | None) -> None:
    source = code(facts=facts, words="North tile", properties=(where("gsd", "=", 10),))
    assert "# The API does not look for these words: it is done here, in its first 1000 items." in source
    assert 'words = ["north", "tile"]' in source
    assert arguments_of(source)["max_items"] == 1000
    room: dict[str, Any] = {"words": ["north", "tile"]}
    exec(source[source.index("def tells") : source.index("items = ")], room)
    item = cube_item(properties={"title": "Northern", "keywords": ["tile"]})
    assert room["tells"](item) is has_words(item, "North tile") is True
    for other in (cube_item(properties={"title": "North", "comment": "tile"}), cube_item(properties={})):
        assert room["tells"](other) is has_words(other, "North tile") is False


def test_wrong_cql2_is_refused() -> None:
    with pytest.raises(Invalid):
        code(cql2="eo:cloud_cover <")


@given(HOSTILE, HOSTILE)
def test_nothing_that_is_asked_can_leave_its_literal(first: str, second: str) -> None:
    source = code(collections=(first,), words=second, properties=(where(first, "=", second),))
    assert source.isascii()
    found = arguments_of(source)
    assert found["collections"] == [first]
    assert found["filter"]["args"] == [{"property": first}, second]
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    ours = {"Client", "ItemCollection", "all", "catalogue", "found", "item", "items", "tells"}
    assert names <= ours | {"part", "parts", "str", "text", "told", "word", "words"}
    method, asked_for = sent(code(facts=WORDS, collections=(first,), words=f"x {second}"))
    assert (method == "POST") is ("," in first)
    assert asked_for.get("collections") in ([first], first)


def test_a_catalogue_of_files_is_searched_with_pystac() -> None:
    source = code(
        STATIC,
        collections=("a",),
        ids=("b",),
        words="x",
        start="2020-01-01",
        end="2020-01-02",
        area=box(170, -10, -170, 10),
        properties=(
            where("eo:cloud_cover", "<", 20),
            where("platform", "=", "p"),
            where("gsd", "in", (10, 20)),
        ),
    )
    ast.parse(source)
    assert 'pystac.Catalog.from_file("https://stac.example.org/catalog.json")' in source
    for part in (
        'item.collection_id in ["a"]', 'item.id in ["b"]',
        "boxes = [[170, -10, 180, 10], [-180, -10, -170, 10]]",
        'item.properties["eo:cloud_cover"] < 20', 'item.properties.get("platform") == "p"',
        'item.properties.get("gsd") in [10, 20]', '"2020-01-02T23:59:59.999Z"',
    ):  # fmt: skip
        assert part in source


def test_a_frozen_search_lies_in_the_home_folder() -> None:
    frozen = CatalogueSource(id="f", title="Frozen", path="data/frozen", kind="frozen", own=True)
    assert 'str(Path.home() / "data/frozen/catalog.json")' in code(frozen)
    assert "items = list(catalogue.get_items(recursive=True))" in code(frozen)


@pytest.mark.parametrize(
    "source",
    [
        CatalogueSource(id="a", title="Mine", path="data", kind="folder", own=True),
        CatalogueSource(id="a", title="Mine", path="edh", kind="earthdatahub"),
        CatalogueSource(id="a", title="Mine", path="frozen.zip", kind="frozen", own=True),
    ],
)
def test_where_no_library_searches_it_is_said(source: CatalogueSource) -> None:
    with pytest.raises(NothingToOpen) as caught:
        code(source)
    assert caught.value.detail.startswith("Mine ")
    assert caught.value.hint


@pytest.mark.parametrize(
    "criteria", [{"cql2": "gsd = 10"}, {"properties": (where("platform", "like", "S%"),)}]
)
def test_what_files_cannot_be_searched_for_in_code_is_said(criteria: Any) -> None:
    with pytest.raises(NothingToOpen):
        code(STATIC, **criteria)
