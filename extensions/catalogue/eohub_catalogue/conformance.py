"""What a STAC API can do, learned from its landing page: conformance classes and links of any version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from eohub_catalogue.reading import mapping, sequence

type WordSearch = Literal["none", "basic", "advanced"]
type Language = Literal["none", "text", "json", "both"]

_MOST_LINKS = 20_000
_QUERYABLES = ("http://www.opengis.net/def/rel/ogc/1.0/queryables", "queryables")


@dataclass(frozen=True)
class Facts:
    """One API's abilities. `search` and `queryables` are addresses as its links give them, or None."""

    words: WordSearch = "none"
    cql2: Language = "none"
    query: bool = False
    sort: bool = False
    post: bool = False
    collection_words: WordSearch = "none"
    collection_limit: bool = False
    queryables: bool = False
    searchable: bool = True

    @property
    def properties(self) -> bool:
        """Whether conditions on properties can be sent in any form."""
        return self.cql2 != "none" or self.query


def facts_of(landing: Mapping[str, object], conforms_to: Sequence[object]) -> Facts:
    """The abilities behind a landing page, and the classes that it or its `conformance` page declares."""
    declared = [uri.rstrip("/") for uri in conforms_to if isinstance(uri, str)]
    links = [mapping(link) for link in sequence(landing.get("links"))[:_MOST_LINKS]]
    searches = [link for link in links if link.get("rel") == "search"]
    return Facts(
        words=words_of(declared, "item-search"),
        cql2=_language(declared),
        query=_has(declared, "item-search#query"),
        sort=_has(declared, "item-search#sort"),
        post=any(link.get("method") == "POST" for link in searches),
        collection_words=words_of(declared, "collection-search"),
        collection_limit=_has(declared, "collection-search"),
        queryables=any(link.get("rel") in _QUERYABLES for link in links) or _filters(declared),
        # Without a single class or link nothing is known: then the usual address is tried.
        searchable=bool(searches) or any("item-search" in uri for uri in declared) or not declared,
    )


def words_of(declared: Sequence[str], searched: str) -> WordSearch:
    """How words are searched: https://github.com/stac-api-extensions/freetext-search."""
    if _has(declared, f"{searched}#advanced-free-text"):
        return "advanced"
    return "basic" if _has(declared, f"{searched}#free-text") else "none"


def conformance_link(landing: Mapping[str, object]) -> bool:
    """Whether the classes are told on a page of their own."""
    links = (mapping(link) for link in sequence(landing.get("links"))[:_MOST_LINKS])
    return any(link.get("rel") == "conformance" for link in links)


def _language(declared: Sequence[str]) -> Language:
    if not _filters(declared):
        return "none"
    # GeoServer names the requirements where others name the conformance classes.
    text, json = _has(declared, "cql2-text"), _has(declared, "cql2-json")
    return "both" if text and json else "text" if text else "json" if json else "none"


def _filters(declared: Sequence[str]) -> bool:
    return _has(declared, "item-search#filter")


def _has(declared: Sequence[str], ending: str) -> bool:
    return any(uri.endswith(f"/{ending}") for uri in declared)
