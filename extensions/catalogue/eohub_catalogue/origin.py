"""Where an item's data comes from and what its use asks for: licence, attribution, providers and sources."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from eohub_catalogue.item_contract import Source
from eohub_catalogue.reading import mapping, sequence, text

_MOST_LINKS = 500
_MOST_SHOWN = 10
_LONGEST_ADDRESS = 2_000
# Relations of STAC's best practices for what an item was made from and where it was taken from.
_SOURCES = ("via", "derived_from", "source")


def license_url_of(item: Mapping[str, object]) -> str | None:
    """The address of the licence's text, or None."""
    return next((url for link in _links(item, "license") if (url := _web_address(link)) is not None), None)


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
    named = ((_web_address(link), text(link.get("title"))) for link in _links(item, *_SOURCES))
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


def _web_address(link: Mapping[str, object]) -> str | None:
    """An absolute address that a browser may open: a catalogue must not put a script behind a click."""
    address = link.get("href")
    if not isinstance(address, str) or len(address) > _LONGEST_ADDRESS or not address.isprintable():
        return None
    try:
        parts = urlsplit(address)
        has_host = bool(parts.hostname)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and has_host and "@" not in parts.netloc else None
