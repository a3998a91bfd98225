"""The small picture of an item: the best of its files, never one that a browser should not be given."""

from typing import Any

import pytest
from fakes.stac_documents import cube_item, real_documents
from fakes.stac_ugliness import UGLY_VALUES

from eohub_catalogue.pictures import MOST_BYTES, PictureAddress, is_picture, picture_address, quicklook_of

HOST = "https://a.example.org/"


def with_assets(*links: Any, **assets: Any) -> dict[str, Any]:
    return cube_item(assets=assets, links=list(links))


def file(name: str, *roles: str, **members: Any) -> dict[str, Any]:
    return {"href": HOST + name, "roles": list(roles), **members}


@pytest.mark.parametrize(
    ("assets", "best"),
    [
        ({"a": file("a.png", "overview"), "b": file("b.jpg", "thumbnail")}, "b"),
        ({"a": file("a.tif", "thumbnail"), "b": file("b.png", "overview")}, "b"),
        ({"a": file("a.tif", "thumbnail"), "b": file("b.tif", "data")}, "a"),
        ({"data": file("b.tif", "data"), "preview": file("c.jpeg")}, "preview"),
        ({"a": file("a.png"), "b": file("b.png", "Thumbnail")}, "b"),
        ({"a": file("a", "thumbnail", type="image/png; x=1")}, "a"),
        ({"a": file("a.jpg", "thumbnail", **{"file:size": 9000}), "b": file("b.jpg", "thumbnail",
          **{"file:size": 900})}, "b"),
        ({"a": file("only.png")}, "a"),
        ({"a": file("only.tif")}, None),
        ({"a": file("a.svg", "thumbnail", type="image/svg+xml")}, None),
        ({"a": file("a.html", "thumbnail", type="text/html")}, None),
        ({"a": file("a.png", "thumbnail", type="text/html")}, None),
        ({"a": file("a.jp2", "thumbnail", type="image/jp2")}, None),
        ({"a": file("a.png", "thumbnail", **{"file:size": MOST_BYTES + 1})}, None),
        ({"a": {"href": "s3://bucket/a.png", "roles": ["thumbnail"]}}, None),
        ({"a": {"href": "a.png", "roles": ["thumbnail"]}}, None),
        ({"a": {"href": "javascript:alert(1)", "type": "image/png", "roles": ["thumbnail"]}}, None),
        ({"a": {"href": "data:image/png;base64,AA", "type": "image/png", "roles": ["thumbnail"]}}, None),
    ],
)  # fmt: skip
def test_the_best_picture_is_taken(assets: Any, best: str | None) -> None:
    assert quicklook_of(with_assets(**assets)) == best


def test_a_link_to_a_picture_will_do() -> None:
    item = with_assets(
        {"rel": "preview", "href": f"{HOST}p.jpg", "type": "image/jpeg"}, a=file("a.tif", "data")
    )
    assert quicklook_of(item) == "link:preview"
    assert picture_address(item, "link:preview") == PictureAddress(f"{HOST}p.jpg")


def test_an_address_is_made_full_by_the_items_own() -> None:
    item = with_assets({"rel": "self", "href": f"{HOST}items/a.json"}, a={"href": "../t.png"})
    assert picture_address(item, "a") == PictureAddress(f"{HOST}t.png")


def test_a_picture_on_the_web_is_known_however_its_scheme_is_written() -> None:
    item = {"assets": {"thumbnail": {"href": "HTTPS://host/a.png", "roles": ["thumbnail"]}}}
    assert picture_address(item, "thumbnail") == PictureAddress("HTTPS://host/a.png")


def test_another_place_of_a_file_is_taken_where_the_first_is_out_of_reach() -> None:
    asset = {"href": "s3://b/t.png", "alternate": {"https": {"href": f"{HOST}t.png"}}, "roles": ["thumbnail"]}
    assert picture_address(with_assets(a=asset), "a") == PictureAddress(f"{HOST}t.png")
    assert quicklook_of(with_assets(a=asset)) == "a"


def test_a_picture_that_is_not_the_best_can_be_asked_for_and_data_cannot() -> None:
    item = with_assets(a=file("a.png"), b=file("b.png", "thumbnail"), c=file("c.nc", "data"))
    assert [is_picture(item, key) for key in ("a", "b", "c", "missing")] == [True, True, False, False]


@pytest.mark.parametrize("value", UGLY_VALUES, ids=lambda value: repr(value)[:30])
def test_no_value_makes_it_raise(value: Any) -> None:
    for item in ({"assets": value}, {"links": value}, {"assets": {"a": value}}, {"links": [value]}):
        quicklook_of(item)
    for member in ("href", "type", "roles", "file:size", "alternate"):
        item = with_assets(a=file("a.png", "thumbnail") | {member: value})
        quicklook_of(item)
        picture_address(item, "a")


def test_most_real_scenes_have_a_picture() -> None:
    found = [quicklook_of(item) for place, item in real_documents() if "landsat-c2-l2-pc" in place]
    assert found == ["rendered_preview"] * 4
