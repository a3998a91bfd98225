"""Whatever stands at whatever place of an item, its page is shown: one bad item hides no other."""

from contextlib import suppress
from typing import Any

import pytest
from fakes.stac_documents import cube_item
from fakes.stac_ugliness import UGLY_VALUES, Place, places, replaced
from hypothesis import given, settings
from hypothesis import strategies as st

from eohub_catalogue.code import code_of
from eohub_catalogue.errors import NothingToOpen
from eohub_catalogue.ports import RawPage
from eohub_catalogue.search import has_words, matched_of, next_link
from eohub_catalogue.server.page import PageMarker
from eohub_catalogue.summary import page_of

# With what the good cube lacks: sizes that are told, a shape, links, a projection, storage options.
RICH = cube_item(
    links=[{"rel": "self", "href": "https://stac.example.org/items/a"}],
    collection="climate",
)
RICH["properties"]["cube:dimensions"]["time"]["values"] = ["1860-06-01", "1861-06-01"]
RICH["properties"]["cube:variables"]["air_temperature"]["shape"] = [240, 37, 49]
RICH["properties"]["cube:variables"]["air_temperature"]["attrs"] = {"units": "K", "long_name": "Air"}
RICH["properties"]["cube:variables"]["air_temperature"]["extent"] = [257.3, 306.1]
RICH["properties"] |= {"keywords": ["air"], "proj:code": "EPSG:4326", "attribution": "Crown copyright"}
RICH["properties"]["providers"] = [{"name": "Met Office", "roles": ["producer"]}]
RICH["links"] += [{"rel": "license", "href": "https://stac.example.org/licence"}]
RICH["links"] += [{"rel": "via", "href": "https://stac.example.org/source", "title": "Source"}]
RICH["assets"]["data"]["xarray:storage_options"] = {"client_kwargs": {"region_name": "a"}, "anon": True}
SOUND = cube_item(id="sound")
ITEMS = {"cube": cube_item(), "rich": RICH}
PLACES = [(name, place) for name, item in ITEMS.items() for place in places(item)]
ASKED = PageMarker(method="GET", path="search")
PAGE = {
    "type": "FeatureCollection",
    "numberMatched": 3,
    "context": {"matched": 3},
    "links": [
        {"rel": "next", "href": "https://stac.example.org/search?a=b", "method": "POST", "body": {"a": 1}}
    ],
}


def show(item: Any) -> None:
    """Do with an item everything that the panel may ask for; raises where it should not."""
    page = page_of(RawPage([item, SOUND], None, None), "x")
    assert page.items[1].title == "A1B North America 1860-2100"
    page.model_dump_json()
    has_words(item, "north temperature")
    with suppress(NothingToOpen):
        code_of(item).model_dump_json()


@pytest.mark.parametrize(("name", "place"), PLACES, ids=[f"{name}-{place}" for name, place in PLACES])
def test_no_value_at_any_place_of_an_item_empties_the_page(name: str, place: Place) -> None:
    for value in UGLY_VALUES:
        show(replaced(ITEMS[name], place, value))


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(UGLY_VALUES)), min_size=2, max_size=5))
def test_no_values_at_several_places_do_either(changes: list[tuple[tuple[str, Place], Any]]) -> None:
    item = RICH
    for (_, place), value in changes:
        item = replaced(item, place, value)
    show(item)


@pytest.mark.parametrize("value", UGLY_VALUES, ids=lambda value: repr(value)[:30])
def test_an_item_that_is_anything_at_all_is_a_row(value: Any) -> None:
    show(value)


@pytest.mark.parametrize("place", list(places(PAGE)), ids=str)
def test_no_value_around_the_items_of_a_page_is_a_failure(place: Place) -> None:
    for value in UGLY_VALUES:
        document = replaced(PAGE, place, value)
        matched = matched_of(document)
        link = next_link(document)
        marker = PageMarker.of_link(link, "https://stac.example.org/", ASKED) if link is not None else None
        page_of(RawPage([], marker.encoded() if marker else None, matched), "x").model_dump_json()


@pytest.mark.parametrize(
    ("extent", "step"),
    [([0, 1e300], 1e-10), ([-1.7e308, 1.7e308], 1), ([0, 1], 5e-324), ([0, 0], 5e-324), ([0, 1e19], 1)],
)
def test_a_number_of_steps_beyond_counting_is_unknown(extent: list[float], step: float) -> None:
    dimension = {"time": {"extent": extent, "step": step}}
    item = cube_item()
    item["properties"]["cube:dimensions"] = dimension
    (row,) = page_of(RawPage([item], None, None), "x").items
    assert row.dimensions[0].size in (None, 1)
