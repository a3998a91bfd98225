"""Properties by extension, in words that a person reads."""

import json
from typing import Any

import pytest
from fakes.stac_documents import cube_item, real_documents, with_properties
from fakes.stac_ugliness import UGLY_VALUES
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.item_contract import MetadataField
from eohub_catalogue.metadata import sections_of, size_in_words

POLYGON = {"type": "Polygon", "coordinates": [[[1, 2]]]}
BANDS = [{"name": "B04", "common_name": "red"}, {"name": "B8A"}]
SECRET = "wJalrXUtnFEMI-this-is-a-key"


def shown(name: str, value: Any) -> MetadataField | None:
    """The field of one property, wherever it stands."""
    sections = sections_of({"properties": {name: value}})
    return next((field for section in sections for field in section.fields), None)


@pytest.mark.parametrize(
    ("name", "value", "label", "words", "unit"),
    [
        ("eo:cloud_cover", 97.54, "Cloud cover", "97.54", "%"),
        ("sar:center_frequency", 5.405, "Centre frequency", "5.405", "GHz"),
        ("sar:polarizations", ["VV", "VH"], "Polarisations", "VV, VH", None),
        ("view:off_nadir", 0, "Off nadir", "0", "°"),
        ("gsd", "ten", "Ground sample distance", "ten", None),
        ("datetime", "2020-01-01T00:00:00Z", "Date", "2020-01-01 00:00:00 UTC", None),
        ("datetime", "2020-01-01T02:30:00+02:00", "Date", "2020-01-01 00:30:00 UTC", None),
        ("datetime", "around 1850", "Date", "around 1850", None),
        ("storage:requester_pays", True, "Requester pays", "yes", None),
        ("file:size", 13_002_342, "Size", "12.4 MiB", None),
        ("proj:shape", [10980, 10980], "Shape (rows, columns)", "10980, 10980", "px"),
        ("proj:geometry", POLYGON, "Footprint in the projection", "Polygon", None),
        ("processing:software", {"esa2stac": "1.2", "x": None}, "Software", "esa2stac: 1.2 and 1 more", None),
        ("eo:bands", BANDS, "Bands", "B04 (red), B8A", None),
        ("acme:peak_power", 1e-9, "Peak power", "1e-09", None),
        ("acme:matrix", [[1, 2], [3, 4]], "Matrix", "[1, 2], [3, 4]", None),
        ("acme:huge", 10**40, "Huge", "about 10^40", None),
    ],
)  # fmt: skip
def test_a_value_in_words(name: str, value: Any, label: str, words: str, unit: str | None) -> None:
    field = shown(name, value)
    assert field is not None
    assert (field.label, field.value, field.unit) == (label, words, unit)


@pytest.mark.parametrize("value", [None, "", " ", [], {}, float("nan"), [None]])
def test_what_says_nothing_is_left_out(value: Any) -> None:
    assert shown("eo:cloud_cover", value) is None


def test_sections_stand_in_a_known_order_and_unknown_prefixes_last() -> None:
    names = ("zoo:a", "quadkey", "proj:code", "acme:x", "eo:cloud_cover", "mgrs:utm_zone")
    times = {"end_datetime": "2020-01-02T00:00:00Z", "start_datetime": "2020-01-01T00:00:00Z"}
    properties = {**dict.fromkeys(names, 1), **times}
    sections = sections_of({"properties": properties})
    assert [section.title for section in sections] == [
        "General", "Optical", "Projection", "MGRS", "Other", "acme", "zoo",
    ]  # fmt: skip
    assert [field.label for field in sections[0].fields] == ["Start", "End"]


def test_a_cube_is_told_in_a_line_each() -> None:
    (cube,) = [section for section in sections_of(cube_item()) if section.title == "Data cube"]
    assert [field.value for field in cube.fields] == [
        "time (temporal, 240 steps), latitude (spatial, 37 steps), longitude (spatial, 49 steps)",
        "air_temperature (K)",
    ]


def test_what_stands_at_the_head_of_the_page_is_not_repeated() -> None:
    names = {field.name for section in sections_of(cube_item()) for field in section.fields}
    assert not names & {"title", "description", "license", "providers", "keywords"}
    assert "collection" in names


def test_an_address_can_be_followed_and_a_doi_too() -> None:
    page = shown("acme:page", "https://a.example.org/x")
    doi = shown("sci:doi", "10.5066/P9OGBGM6")
    script = shown("acme:page", "javascript:alert(1)")
    assert page is not None
    assert doi is not None
    assert script is not None
    assert (page.url, doi.url, script.url) == (
        "https://a.example.org/x",
        "https://doi.org/10.5066/P9OGBGM6",
        None,
    )


def test_no_key_is_shown() -> None:
    sections = sections_of(
        {
            "properties": {
                "acme:page": f"https://u:{SECRET}@a.example.org/x?token={SECRET}",
                "acme:list": [{"href": f"https://a.example.org/x?sig={SECRET}"}],
                "storage:schemes": {"a": {"secret": SECRET, "platform": "https://a.example.org"}},
            }
        }
    )
    assert sections
    assert SECRET not in json.dumps([section.model_dump() for section in sections])


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (13_002_342, "12.4 MiB"), (2**60, "1024 PiB")],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert size_in_words(size) == words


def test_long_values_and_many_fields_are_cut() -> None:
    field = shown("acme:list", list(range(100_000)))
    assert field is not None
    assert field.value.endswith("18, 19 and 99980 more")
    assert len(shown("acme:text", "x" * 100_000).value) <= 600  # type: ignore[union-attr]
    many = sections_of({"properties": {f"acme:{number}": number for number in range(5_000)}})
    assert len(many[0].fields) == 400


@pytest.mark.parametrize("value", UGLY_VALUES, ids=lambda value: repr(value)[:30])
def test_no_value_makes_it_raise(value: Any) -> None:
    for name in (
        "eo:cloud_cover",
        "file:size",
        "cube:dimensions",
        "sci:doi",
        "datetime",
        "acme:x",
        "\ud800:\ud800",
    ):
        for section in sections_of(with_properties(**{name: value})):
            section.model_dump_json()


@given(st.dictionaries(st.text(max_size=12), st.text() | st.integers() | st.floats(), max_size=5))
def test_no_property_makes_it_raise(properties: dict[str, Any]) -> None:
    for section in sections_of({"properties": properties}):
        section.model_dump_json()


def test_real_items_are_told_in_full_sections() -> None:
    found = {section.title for _, item in real_documents() for section in sections_of(item)}
    assert {
        "General",
        "Optical",
        "Radar",
        "Satellite",
        "View",
        "Projection",
        "Data cube",
        "Sentinel-2",
    } <= found
