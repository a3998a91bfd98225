"""How a search is asked of a STAC API, and what is done here for those that cannot search words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from eohub_catalogue.contract import SearchQuery
from eohub_catalogue.reading import count, mapping, sequence, text

type WordSearch = Literal["none", "basic", "advanced"]

# Conformance classes of the free-text extension, https://github.com/stac-api-extensions/freetext-search
_BASIC = "/item-search#free-text"
_ADVANCED = "/item-search#advanced-free-text"


def word_search_of(conforms_to: Iterable[object]) -> WordSearch:
    """How a STAC API searches words of items, from the conformance classes that it declares."""
    declared = [uri for uri in conforms_to if isinstance(uri, str)]
    if any(uri.endswith(_ADVANCED) for uri in declared):
        return "advanced"
    return "basic" if any(uri.endswith(_BASIC) for uri in declared) else "none"


def parameters_of(query: SearchQuery, word_search: WordSearch) -> dict[str, str]:
    """Query parameters of `GET /search`; words are left out where the catalogue cannot search them."""
    parameters = {"limit": str(query.limit)}
    if query.start or query.end:
        parameters["datetime"] = interval(query.start, query.end)
    # A comma means "or" in basic free text, and a quotation mark opens a phrase in advanced free text.
    words = query.words.replace(",", " ").replace('"', " ").split()
    if words and word_search == "basic":
        parameters["q"] = " ".join(words)
    elif words and word_search == "advanced":
        parameters["q"] = " AND ".join(f'"{word}"' for word in words)
    return parameters


def interval(start: str | None, end: str | None) -> str:
    """A STAC time interval over days or times in UTC, both included, open where one is missing."""
    return f"{_whole(start, 'T00:00:00Z', ':00Z')}/{_whole(end, 'T23:59:59.999Z', ':59.999Z')}"


def _whole(moment: str | None, of_a_day: str, of_a_minute: str) -> str:
    if moment is None:
        return ".."
    if "T" not in moment:
        return moment + of_a_day
    # RFC 3339 knows no time without seconds.
    return moment.removesuffix("Z") + of_a_minute if moment.count(":") == 1 else moment


def has_words(item: object, words: str) -> bool:
    """Whether every word occurs in an item's id, collection, title, description, keywords or variables."""
    raw = mapping(item)
    properties = mapping(raw.get("properties"))
    parts = [raw.get("id"), raw.get("collection"), properties.get("title"), properties.get("description")]
    parts += sequence(properties.get("keywords"))[:200]
    parts += list(mapping(properties.get("cube:variables")))[:200]
    where = " ".join(found for part in parts if (found := text(part, 4000))).casefold()
    return all(word in where for word in words.casefold().split())


def next_link(document: Mapping[str, object]) -> Mapping[str, object] | None:
    """The link to the page after this one, or None."""
    links: Sequence[object] = sequence(document.get("links"))[:100]
    return next((mapping(link) for link in links if mapping(link).get("rel") == "next"), None)


def matched_of(document: Mapping[str, object]) -> int | None:
    """The total that a catalogue tells, if it tells one."""
    return count(document.get("numberMatched", mapping(document.get("context")).get("matched")))
