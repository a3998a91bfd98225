"""Is it an item, and can it be asked for again: type, id, version, links."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from eohub_catalogue.reading import identifier, mapping, sequence, text
from eohub_catalogue.wire import LONGEST_ID

# Signs that change their meaning in the path of an address, or that a person does not see.
_ODD: Final = re.compile(r"[/\\?#%]|^\s|\s$")
_VERSION: Final = re.compile(r"^(\d+)\.(\d+)(\.\d+)?(-[A-Za-z0-9.]+)?$")
_MOST_LINKS: Final = 500


def check(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Defects of what names an item."""
    yield from _type(item)
    yield from _id(item)
    if not isinstance(item.get("properties"), dict):
        yield "properties_missing", "It has no properties, so neither its date nor its content is known."
    yield from _collection(item)
    yield from _version(item)
    yield from _links(item)


def _type(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    kind = item.get("type")
    if kind in ("Collection", "Catalog", "FeatureCollection"):
        yield "type_other", f"It is a {kind} and no item, so it has no date and no data of its own."
    elif kind != "Feature":
        yield "type", "It does not say that it is a GeoJSON Feature, so other software may refuse it."


def _id(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    own = item.get("id")
    if isinstance(own, int) and not isinstance(own, bool):
        yield "id_number", "Its id is a number where text is asked for, so it cannot be asked for again."
    elif not isinstance(own, str) or not own:
        yield "id_missing", "It has no id, so it cannot be asked for again."
    elif len(own) > LONGEST_ID:
        yield "id_long", f"Its id is longer than {LONGEST_ID} characters, so it cannot be asked for again."
    elif identifier(own) is None:
        yield "id_control", "Its id holds signs that cannot be sent, so it cannot be asked for again."
    elif _ODD.search(own):
        yield (
            "id_odd",
            "Its id holds a slash, a blank at an end or another sign of addresses, so some catalogues "
            "do not find it by its id.",
        )


def _collection(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    collection = item.get("collection")
    if collection is not None and identifier(collection) is None:
        yield "collection_broken", "The name of its collection cannot be read, so it belongs to none."


def _version(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    version = text(item.get("stac_version"), 20)
    found = _VERSION.match(version or "")
    if version is None:
        yield "version_missing", "It does not say which version of STAC it follows, so 1.1 is assumed."
    elif found is None or int(found[1][:4]) > 1:
        yield (
            "version_unknown",
            f"It follows STAC {version}, which EOHub does not know, so some of it may be missed.",
        )
    elif int(found[1]) == 0 or found[4]:
        yield (
            "version_old",
            f"It follows STAC {version} from before 1.0, so it is read as if it had been brought up to date.",
        )


def _links(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    links = item.get("links")
    if not isinstance(links, list):
        yield "links_missing", "It has no list of links, so it does not tell where it comes from."
        return
    read = [mapping(link) for link in sequence(links)[:_MOST_LINKS]]
    if any(text(link.get("rel"), 100) is None or text(link.get("href"), 4096) is None for link in read):
        yield "link_broken", "One of its links has no address or does not say what it leads to."
