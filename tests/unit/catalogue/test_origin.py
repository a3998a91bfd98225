"""Licence, attribution, providers and sources of an item, whatever a catalogue writes there."""

import pytest
from fakes.stac_documents import cube_item, real_documents, with_properties

from eohub_catalogue.item_contract import Source
from eohub_catalogue.origin import attribution_of, license_url_of, links_of, providers_of, sources_of
from eohub_catalogue.summary import summary_of

LICENCE = "https://licence.example.org/3/"


def with_links(*links: object) -> dict[str, object]:
    return cube_item(links=list(links))


def test_a_row_says_licence_attribution_providers_and_source() -> None:
    item = with_properties(
        attribution="British Crown copyright",
        providers=[{"name": "Met Office", "roles": ["producer", "licensor"]}, {"name": "SciTools"}],
    )
    item["links"] = [
        {"rel": "license", "href": LICENCE},
        {"rel": "via", "href": "https://source.example.org/", "title": "PyPI: A1B.nc"},
    ]
    row = summary_of(item, "x")
    assert (row.license, row.license_url) == ("OGL-UK-3.0", LICENCE)
    assert row.attribution == "British Crown copyright"
    assert row.providers == ("Met Office (producer, licensor)", "SciTools")
    assert row.sources == (Source(title="PyPI: A1B.nc", url="https://source.example.org/"),)


def test_a_citation_stands_in_for_an_attribution() -> None:
    assert attribution_of(with_properties(**{"sci:citation": "Johns et al. (2011)"})) == "Johns et al. (2011)"
    assert attribution_of(cube_item()) is None


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "data:text/html,<script>",
        "\x01javascript:alert(1)",
        "https://user:secret@example.org/",
        "//example.org/",
        "LICENSE.txt",
        "https://[",
        "https://",
        "https://example.org/" + "x" * 3000,
        "https://example.org/\n",
        None,
        7,
    ],
)
def test_an_address_that_a_browser_must_not_open_is_left_out(href: object) -> None:
    unknown = with_properties(license="proprietary") | {"links": [{"rel": "license", "href": href}]}
    assert license_url_of(unknown) is None
    assert sources_of(with_links({"rel": "via", "href": href})) == ()
    (named,) = sources_of(with_links({"rel": "via", "href": href, "title": "Named"}))
    assert named == Source(title="Named", url=None)


def test_a_source_without_a_title_is_its_address_and_other_links_are_no_sources() -> None:
    links = [{"rel": rel, "href": LICENCE} for rel in ("self", "derived_from", "license", ["via"])]
    assert sources_of(with_links(*links)) == (Source(title=LICENCE, url=LICENCE),)


def test_the_lists_are_bounded() -> None:
    links = [{"rel": "derived_from", "href": f"https://example.org/{number}"} for number in range(1000)]
    assert len(sources_of(with_links(*links))) == 10
    assert len(providers_of(with_properties(providers=[{"name": "a"}] * 1000))) == 10


@pytest.mark.parametrize("providers", [None, "ESA", [None], [{"roles": ["producer"]}], [{"name": " "}], {}])
def test_what_is_no_provider_is_left_out(providers: object) -> None:
    assert providers_of(with_properties(providers=providers)) == ()


def test_real_documents_tell_where_they_come_from() -> None:
    rows = [summary_of(document, "x") for _, document in real_documents()]
    assert any(row.providers for row in rows)
    assert any(row.sources for row in rows)
    assert all(source.title for row in rows for source in row.sources)


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ("CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0.html"),
        ("OGL-UK-3.0", "https://spdx.org/licenses/OGL-UK-3.0.html"),
        ("proprietary", None),
        ("CC-BY-4.0/../../x", None),
        ("various", None),
        (["MIT"], None),
    ],
)
def test_a_licence_that_is_known_leads_to_its_text(named: object, address: str | None) -> None:
    assert license_url_of(with_properties(license=named)) == address


def test_the_items_own_link_to_its_licence_comes_first() -> None:
    assert license_url_of(with_links({"rel": "license", "href": LICENCE})) == LICENCE


def test_what_can_be_read_on_is_told_once_and_bounded() -> None:
    links = [{"rel": "via", "href": f"https://example.org/{number % 50}"} for number in range(200)]
    found = links_of(with_links({"rel": "self", "href": "https://example.org/0"}, *links))
    assert len(found) == 20
    assert found[0] == Source(title="This item in its catalogue", url="https://example.org/0")
    assert len({link.url for link in found}) == 20
