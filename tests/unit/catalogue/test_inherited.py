"""What an item leaves to its collection: it is told on the item's page, and never in place of its own."""

from typing import Any

import pytest
from fakes.stac_documents import cube_item

from eohub_catalogue.detail import detail_of
from eohub_catalogue.inherited import leaves_out, with_collection

COLLECTION: dict[str, Any] = {
    "type": "Collection",
    "id": "sentinel-2-l1c",
    "license": "proprietary",
    "providers": [{"name": "ESA", "roles": ["producer"]}, {"name": "Sinergise"}],
    "sci:doi": "10.5270/S2_-742ikth",
    "sci:citation": "Copernicus Sentinel-2 (ESA), 2021.",
    "links": [
        {"rel": "self", "href": "https://example.org/collections/sentinel-2-l1c"},
        {"rel": "license", "href": "https://example.org/licence"},
        {"rel": "cite-as", "href": "https://doi.org/10.5270/S2_-742ikth"},
        "no link",
    ],
}
BARE = cube_item(properties={"datetime": "2025-07-31T00:00:00Z"}, links=[])


def test_an_item_that_tells_nothing_has_what_its_collection_tells() -> None:
    page = detail_of(BARE, "x", COLLECTION)
    assert (page.summary.license, page.summary.license_url) == ("proprietary", "https://example.org/licence")
    assert page.summary.providers == ("ESA (producer)", "Sinergise")
    assert page.summary.attribution == page.citation == "Copernicus Sentinel-2 (ESA), 2021."
    assert page.doi == "https://doi.org/10.5270/S2_-742ikth"
    assert [link.title for link in page.links] == ["How to cite it"]


def test_the_rest_of_its_page_is_the_item_as_it_is() -> None:
    alone, beside = detail_of(BARE, "x"), detail_of(BARE, "x", COLLECTION)
    assert (beside.raw, beside.sections, beside.assets) == (alone.raw, alone.sections, alone.assets)
    assert beside.summary.defects == alone.summary.defects


def test_what_the_item_tells_itself_is_not_replaced() -> None:
    own = cube_item(
        properties={
            "license": "CC-BY-4.0",
            "providers": [{"name": "Me"}],
            "sci:doi": "10.1000/own",
            "sci:citation": "Me",
        },
        links=[],
    )
    page = detail_of(own, "x", COLLECTION)
    assert (page.summary.license, page.summary.providers) == ("CC-BY-4.0", ("Me",))
    assert page.summary.license_url == "https://spdx.org/licenses/CC-BY-4.0.html"
    assert (page.citation, page.doi) == ("Me", "https://doi.org/10.1000/own")
    assert page.links == ()
    assert not leaves_out(own)


def test_a_link_of_its_own_stands_for_the_field() -> None:
    links = [{"rel": "license", "href": "https://example.org/mine"}]
    told = with_collection({"properties": {}, "links": links}, COLLECTION)
    properties = told["properties"]
    assert isinstance(properties, dict)
    assert "license" not in properties
    assert [link["rel"] for link in told["links"] if isinstance(link, dict)] == ["license", "cite-as"]


@pytest.mark.parametrize("broken", [{}, {"properties": 3, "links": 4}, {"properties": None, "links": [None]}])
def test_whatever_is_broken_is_passed_over(broken: dict[str, Any]) -> None:
    assert leaves_out(broken)
    assert detail_of(broken, "x", broken).doi is None
    assert detail_of(broken, "x", COLLECTION).summary.providers == ("ESA (producer)", "Sinergise")
