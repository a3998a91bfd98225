"""The page of an item: all that is told about it, and no key."""

import json
from typing import Any

import pytest
from fakes.stac_documents import cube_item, real_documents, with_asset
from fakes.stac_ugliness import UGLY_VALUES, places, replaced
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.detail import detail_of
from eohub_catalogue.item_contract import AssetDetail

SECRET = "wJalrXUtnFEMI-this-is-a-key"
HOST = "https://a.example.org/"
PLACES = list(places(cube_item()))


def asset_of(**members: Any) -> AssetDetail:
    (asset,) = detail_of(with_asset(**members), "x").assets
    return asset


def test_the_page_of_a_cube() -> None:
    page = detail_of(cube_item(), "embedded")
    assert page.summary.title == "A1B North America 1860-2100"
    assert [section.title for section in page.sections] == ["General", "Data cube"]
    assert page.assets == (
        AssetDetail(
            key="data",
            title=None,
            description=None,
            media_type="application/vnd.zarr; version=3",
            roles=("data",),
            href="s3://climate/a1b-north-america.zarr",
            openable=False,
            size_bytes=13_002_342,
            picture=False,
            data=True,
            data_refusal=None,
        ),
    )
    assert (page.stac_version, page.raw) == ("1.1.0", cube_item())
    assert (page.citation, page.doi, page.links) == (None, None, ())
    assert page.summary.license_url == "https://spdx.org/licenses/OGL-UK-3.0.html"


def test_an_asset_on_the_web_can_be_opened_and_one_with_a_key_cannot() -> None:
    plain = asset_of(href=f"{HOST}x.tif")
    signed = asset_of(href=f"{HOST}x.tif?sig={SECRET}")
    assert (plain.href, plain.openable) == (f"{HOST}x.tif", True)
    assert (signed.href, signed.openable) == (f"{HOST}x.tif", False)
    assert asset_of(href="javascript:alert(1)").openable is False


def test_a_relative_address_is_made_full() -> None:
    item = with_asset(href="../x.png", roles=["thumbnail"], type="image/png")
    item["links"] = [{"rel": "self", "href": f"{HOST}items/a"}]
    (asset,) = detail_of(item, "x").assets
    assert (asset.href, asset.openable, asset.picture) == (f"{HOST}x.png", True, True)


def test_an_old_item_shows_the_version_that_it_follows_and_stays_as_it_came() -> None:
    item = cube_item(stac_version="0.8.1")
    item["properties"] |= {"eo:platform": "sentinel-2a"}
    item["stac_extensions"] = ["eo"]
    page = detail_of(item, "x")
    assert page.stac_version == page.raw["stac_version"] == "0.8.1"
    assert "sentinel-2a" in [field.value for field in page.sections[0].fields if field.name == "platform"]


def test_links_lead_to_where_more_is_told() -> None:
    links = [
        {"rel": "self", "href": f"{HOST}items/a"},
        {"rel": "parent", "href": f"{HOST}parent"},
        {"rel": "via", "href": f"{HOST}via", "title": "USGS"},
        {"rel": "about", "href": "javascript:alert(1)"},
        {"rel": "about", "href": f"{HOST}about?token={SECRET}"},
    ]
    page = detail_of(cube_item(links=links), "x")
    assert [(link.title, link.url) for link in page.links] == [
        ("This item in its catalogue", f"{HOST}items/a"),
        ("USGS", f"{HOST}via"),
    ]


def test_no_key_is_on_the_page() -> None:
    href = f"https://user:{SECRET}@a.example.org/x.png?X-Amz-Signature={SECRET}"
    item = with_asset(href=href, **{"xarray:storage_options": {"secret": SECRET}})
    item["links"] = [{"rel": relation, "href": href} for relation in ("self", "via", "license", "preview")]
    item["properties"] |= {
        "note": href,
        "sci:publications": [{"doi": href}],
        "providers": [{"name": "a", "url": href}],
    }
    assert SECRET not in detail_of(item, "x").model_dump_json()


@pytest.mark.parametrize("thing", UGLY_VALUES, ids=lambda value: repr(value)[:30])
def test_an_item_that_is_anything_at_all_has_a_page(thing: Any) -> None:
    detail_of(thing, "x").model_dump_json().encode()


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(UGLY_VALUES)), min_size=1, max_size=4))
def test_no_value_at_any_place_takes_the_page_away(changes: list[Any]) -> None:
    item = cube_item()
    for place, value in changes:
        item = replaced(item, place, value)
    page = detail_of(item, "x").model_dump_json()
    json.loads(page)


def test_every_real_document_has_a_page_of_bounded_size() -> None:
    sizes = [len(detail_of(item, "x").model_dump_json()) for _, item in real_documents()]
    assert len(sizes) > 300
    assert max(sizes) < 1_000_000
