"""How an item is cited, and the address of its DOI."""

from collections.abc import Mapping

from eohub_catalogue.origin import doi_url_of, web_address
from eohub_catalogue.reading import instant, mapping, sequence, text

_MOST_NAMED = 5
_MOST_LINKS = 500
_MAKERS = ("producer", "licensor")


def citation_of(item: Mapping[str, object]) -> str | None:
    """The citation that the item asks for, else one made of its providers, year and title, which says so."""
    properties = mapping(item.get("properties"))
    given = text(properties.get("sci:citation"), 1000)
    if given is not None:
        return given
    names = _makers(properties)
    if not names:
        return None
    times = ("datetime", "start_datetime", "created")
    year = next((at.year for name in times if (at := instant(properties.get(name))) is not None), None)
    title = text(properties.get("title"), 200) or text(item.get("id"), 200)
    collection = text(item.get("collection"), 200)
    parts = [f"{', '.join(names)}{f' ({year})' if year else ''}", title, collection]
    told = ". ".join(part for part in parts if part)
    return f"{told}. (EOHub made this citation of the item's metadata, which gives none.)"


def doi_of(item: Mapping[str, object]) -> str | None:
    """The address of the item's DOI, from its own field or from a link."""
    own = doi_url_of(mapping(item.get("properties")).get("sci:doi"))
    links = (mapping(link) for link in sequence(item.get("links"))[:_MOST_LINKS])
    cited = (web_address(link.get("href")) for link in links if link.get("rel") == "cite-as")
    return own or next((address for address in cited if address and "//doi.org/10." in address), None)


def _makers(properties: Mapping[str, object]) -> list[str]:
    providers = [mapping(each) for each in sequence(properties.get("providers"))[:50]]
    named = [(text(each.get("name"), 100), sequence(each.get("roles"))) for each in providers]
    made = [name for name, roles in named if name and any(role in _MAKERS for role in roles)]
    return (made or [name for name, _ in named if name])[:_MOST_NAMED]
