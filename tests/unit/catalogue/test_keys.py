"""No key of an address, an option or a member is shown or kept."""

import json
from typing import Any

import pytest
from fakes.stac_ugliness import UGLY_VALUES
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.keys import has_key, without_key, without_keys

SECRET = "wJalrXUtnFEMI-this-is-a-key"
SIGNED = [
    f"https://a.example.org/x.tif?sv=2024&sig={SECRET}",
    f"https://a.example.org/x.tif?X-Amz-Credential=a&X-Amz-Signature={SECRET}",
    f"https://a.example.org/x.tif?token={SECRET}",
    f"https://a.example.org/x.tif?access_token={SECRET}",
    f"https://a.example.org/x.tif?subscription-key={SECRET}",
    f"https://a.example.org/x.tif?Policy={SECRET}&Key-Pair-Id=a",
    f"https://a.example.org/x.tif?jwt={SECRET}",
    f"https://a.example.org/x.tif#access_token={SECRET}",
    f"https://user:{SECRET}@a.example.org/x.tif",
    f"s3://id:{SECRET}@bucket/x.tif",
    f"//user:{SECRET}@a.example.org/x.tif",
    f"zip://a.tif::https://user:{SECRET}@a.example.org/x.tif",
    f"simplecache::https://a.example.org/x.tif?hdnea=exp=1~hmac={SECRET}",
    f"https://a.example.org/x.tif?code={SECRET}",
    f"https://a.example.org/x.tif?user=a&pass={SECRET}",
    f"https://a.example.org/x.tif?sid={SECRET}",
    f"https://a.example.org/x.tif?session={SECRET}",
    f"https://a.example.org/x.tif?ticket={SECRET}",
]


@pytest.mark.parametrize("href", SIGNED)
def test_a_signed_address_keeps_its_place_and_loses_its_key(href: str) -> None:
    assert has_key(href)
    assert SECRET not in without_key(href)
    assert without_key(href).endswith("/x.tif")


@pytest.mark.parametrize(
    "href",
    [
        "https://a.example.org/preview.png?collection=a&item=b&nodata=0",
        "https://a.example.org/x.tif",
        "s3://bucket/x.tif",
        "zip://a.tif::https://a.example.org/x.zip",
        "http://[::1]:8005/x.tif",
        "//a.example.org/x.tif",
        "./x.tif",
        "",
    ],
)
def test_an_address_without_a_key_stays_as_it_is(href: str) -> None:
    assert not has_key(href)
    assert without_key(href) == href


def test_an_address_that_cannot_be_read_is_left_out_where_it_might_hold_a_key() -> None:
    assert without_key(f"https://user:{SECRET}@[bad") == ""
    assert without_key("https://[bad") == "https://[bad"


@pytest.mark.parametrize("href", [*SIGNED, f"./x.tif?sig={SECRET}", f"/vsicurl/{SIGNED[0]}"])
def test_no_place_of_an_item_keeps_a_key(href: str) -> None:
    item: dict[str, Any] = {
        "assets": {"a": {"href": href, "alternate": {"b": {"href": href}}}},
        "links": [{"rel": "self", "href": href}],
        "properties": {"note": f"see {href} or ask", "deep": [[{"x": href}]]},
    }
    assert SECRET not in json.dumps(without_keys(item))


@pytest.mark.parametrize(
    "options",
    [
        {"xarray:storage_options": {"key": SECRET, "secret": SECRET, "anon": False}},
        {"xarray:open_kwargs": {"storage_options": {"account_key": SECRET, "anon": False}}},
        {"sas_token": SECRET, "anon": False},
        {"nested": [{"password": SECRET, "apiKey": SECRET, "anon": False}]},
    ],
)
def test_keys_among_options_are_left_out_and_what_is_harmless_stays(options: dict[str, Any]) -> None:
    shown = json.dumps(without_keys({"assets": {"a": options}}))
    assert SECRET not in shown
    assert '"anon": false' in shown


def test_an_address_where_a_token_is_had_is_no_token() -> None:
    scheme = {"tokenUrl": "https://login.example.org/token", "keywords": ["a"], "key": "a"}
    assert without_keys(scheme) == scheme


@pytest.mark.parametrize("value", UGLY_VALUES, ids=lambda value: repr(value)[:30])
def test_no_value_makes_it_raise(value: Any) -> None:
    without_keys({"a": value, "storage_options": value})
    without_keys(value)


@given(st.text())
def test_no_text_makes_it_raise(value: str) -> None:
    without_keys([value, f"https://{value}"])


def test_a_long_text_is_read_once() -> None:
    long = "a" * 3_000_000
    assert (
        without_keys(f"{long} see https://a.example.org/?token={SECRET}")
        == f"{long} see https://a.example.org/"
    )
