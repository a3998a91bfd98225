"""Where an item's data comes from and what its use asks for: licence, attribution, providers and sources."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlsplit

from eohub_catalogue.item_contract import Source
from eohub_catalogue.keys import has_key
from eohub_catalogue.reading import mapping, sequence, text

_MOST_LINKS = 500
_MOST_SHOWN = 10
_LONGEST_ADDRESS = 2_000
_MOST_READ_ON = 20
_DOI = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)?(10\.\d{4,9}/[^\s\x00-\x1f]+)$", re.IGNORECASE)
_SPDX = re.compile(
    r"^(CC-BY(-NC)?(-SA|-ND)?-[1-4]\.\d|CC0-1\.0|CC-PDDC|PDDL-1\.0|ODbL-1\.0|ODC-By-1\.0|OGL-UK-[123]\.0"
    r"|OGL-Canada-2\.0|etalab-2\.0|DL-DE-(BY|ZERO)-2\.0|CDLA-Permissive-[12]\.0|CDLA-Sharing-1\.0|MIT|Apache-2\.0"
    r"|BSD-[23]-Clause|ISC|EUPL-1\.[12]|(A?GPL|LGPL)-[23]\.[01]-(only|or-later)|MPL-2\.0)$"
)
"""Identifiers of SPDX that data in this field carries; the whole list changes several times a year."""
# What a person can read on, in this order.
_READ_ON = {
    "self": "This item in its catalogue",
    "canonical": "This item at its source",
    "via": "Source",
    "source": "Source",
    "derived_from": "Made from",
    "cite-as": "How to cite it",
    "about": "About",
    "describedby": "Description",
    "documentation": "Documentation",
    "handbook": "Handbook",
    "provider": "Provider",
    "alternate": "In another form",
    "latest-version": "Newest version",
    "predecessor-version": "Version before",
    "successor-version": "Version after",
}
# Relations of STAC's best practices for what an item was made from and where it was taken from.
_SOURCES = ("via", "derived_from", "source")


def license_url_of(item: Mapping[str, object]) -> str | None:
    """The address of the licence's text: the item's own link, else SPDX's page of a licence that is known."""
    linked = (web_address(link.get("href")) for link in _links(item, "license"))
    named = text(mapping(item.get("properties")).get("license"), 100) or ""
    spdx = f"https://spdx.org/licenses/{named}.html" if _SPDX.match(named) else None
    return next((url for url in linked if url is not None), spdx)


def attribution_of(item: Mapping[str, object]) -> str | None:
    """What has to be named with the data: its attribution, or else the citation that it asks for."""
    properties = mapping(item.get("properties"))
    return text(properties.get("attribution"), 1000) or text(properties.get("sci:citation"), 1000)


def providers_of(item: Mapping[str, object]) -> tuple[str, ...]:
    """The organisations behind an item, each with its roles."""
    found = (mapping(raw) for raw in sequence(mapping(item.get("properties")).get("providers"))[:_MOST_SHOWN])
    return tuple(_named(provider) for provider in found if text(provider.get("name"), 200))


def sources_of(item: Mapping[str, object]) -> tuple[Source, ...]:
    """What the data was made from or taken from, as the item's links say."""
    named = ((web_address(link.get("href")), text(link.get("title"))) for link in _links(item, *_SOURCES))
    shown = [Source(title=title or url or "", url=url) for url, title in named if title or url]
    return tuple(shown[:_MOST_SHOWN])


def _named(provider: Mapping[str, object]) -> str:
    roles = [role for raw in sequence(provider.get("roles"))[:10] if (role := text(raw, 40))]
    return f"{text(provider.get('name'), 200)}{f' ({", ".join(roles)})' if roles else ''}"


def _links(item: Mapping[str, object], *relations: str) -> Iterator[Mapping[str, object]]:
    for raw in sequence(item.get("links"))[:_MOST_LINKS]:
        link = mapping(raw)
        if link.get("rel") in relations:
            yield link


def web_address(address: object) -> str | None:
    """An absolute address that a browser may open: a catalogue must not put a script behind a click."""
    if not isinstance(address, str) or len(address) > _LONGEST_ADDRESS or not address.isprintable():
        return None
    try:
        parts = urlsplit(address)
        has_host = bool(parts.hostname)
    except ValueError:
        return None
    is_web = parts.scheme in ("http", "https") and has_host and "\\" not in address and " " not in address
    return address if is_web and not has_key(address) else None


def doi_url_of(doi: object) -> str | None:
    """The address of a DOI such as 10.5285/A1B, with or without its resolver before it; None for no DOI."""
    found = _DOI.match(doi.strip()) if isinstance(doi, str) and len(doi) < 500 else None
    return f"https://doi.org/{quote(found[1], safe='/:;()._-')}" if found else None


def links_of(item: Mapping[str, object]) -> tuple[Source, ...]:
    """Where a person can read on: the item in its catalogue, its sources, documentation and other forms."""
    found: dict[str, str] = {}
    for relation, label in _READ_ON.items():
        for link in _links(item, relation):
            address = web_address(link.get("href"))
            if address is not None and len(found) < _MOST_READ_ON:
                found.setdefault(address, text(link.get("title"), 120) or label)
    return tuple(Source(title=title, url=url) for url, title in found.items())
