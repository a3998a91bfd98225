"""How an item is cited."""

from typing import Any

import pytest
from fakes.stac_documents import cube_item, with_properties
from fakes.stac_ugliness import UGLY_VALUES

from eohub_catalogue.citation import citation_of, doi_of

PROVIDERS = [
    {"name": "AWS", "roles": ["host"]},
    {"name": "ESA", "roles": ["producer", "licensor"]},
]


def test_the_citation_that_is_asked_for_is_taken() -> None:
    item = with_properties(**{"sci:citation": "Johns et al. (2011)", "providers": PROVIDERS})
    assert citation_of(item) == "Johns et al. (2011)"


def test_without_one_it_is_made_and_says_so() -> None:
    citation = citation_of(with_properties(providers=PROVIDERS))
    assert citation == (
        "ESA (1860). A1B North America 1860-2100. a1b-e1-north-america. "
        "(EOHub made this citation of the item's metadata, which gives none.)"
    )


def test_hosts_are_named_where_no_producer_is() -> None:
    assert str(citation_of(with_properties(providers=PROVIDERS[:1]))).startswith("AWS (1860). ")
    assert citation_of(cube_item()) is None


@pytest.mark.parametrize(
    ("doi", "address"),
    [
        ("10.5285/A1B", "https://doi.org/10.5285/A1B"),
        ("https://doi.org/10.5285/A1B", "https://doi.org/10.5285/A1B"),
        ("doi:10.5285/a<b>", "https://doi.org/10.5285/a%3Cb%3E"),
        ("10.5285/a b", None),
        ("none", None),
        (7, None),
    ],
)
def test_the_address_of_a_doi(doi: Any, address: str | None) -> None:
    assert doi_of(with_properties(**{"sci:doi": doi})) == address


def test_a_link_may_tell_the_doi() -> None:
    links = [
        {"rel": "cite-as", "href": "https://a.example.org/"},
        {"rel": "cite-as", "href": "https://doi.org/10.1/x"},
    ]
    assert doi_of(cube_item(links=links)) == "https://doi.org/10.1/x"


@pytest.mark.parametrize("value", UGLY_VALUES, ids=lambda value: repr(value)[:30])
def test_no_value_makes_it_raise(value: Any) -> None:
    for name in ("sci:citation", "sci:doi", "providers", "datetime", "title"):
        citation_of(with_properties(**{"providers": PROVIDERS, name: value}))
        doi_of(with_properties(**{name: value}))
