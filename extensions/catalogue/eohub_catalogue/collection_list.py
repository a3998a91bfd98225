"""Collections as the form offers them: raw JSON becomes a line, and words are looked for in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from eohub_catalogue.contract import CollectionSummary
from eohub_catalogue.reading import identifier, instant, mapping, number, sequence, text
from eohub_catalogue.wire import Bbox

_MOST_KEYWORDS = 50


def collection_of(raw: object, catalogue: str) -> CollectionSummary | None:
    """One collection's line; None for what has no id that could be asked for."""
    found = mapping(raw)
    name = identifier(found.get("id"))
    if name is None:
        return None
    start, end = _times(mapping(found.get("extent")))
    keywords = (text(each, 100) for each in sequence(found.get("keywords"))[:_MOST_KEYWORDS])
    return CollectionSummary(
        catalogue=catalogue,
        id=name,
        title=text(found.get("title"), 300) or name,
        description=text(found.get("description"), 1000),
        keywords=tuple(each for each in keywords if each),
        license=text(found.get("license"), 100),
        start=start,
        end=end,
        bbox=_bbox(mapping(found.get("extent"))),
    )


def has_collection_words(collection: CollectionSummary, words: str) -> bool:
    """Whether every word occurs in the id, title, description or keywords."""
    parts = [collection.id, collection.title, collection.description or "", *collection.keywords]
    where = " ".join(parts).casefold()
    return all(word in where for word in words.casefold().split())


def by_title(collections: Sequence[CollectionSummary], words: str = "") -> list[CollectionSummary]:
    """Collections in the order of their titles, each id once; those named by the searched words first."""
    once = {each.id: each for each in collections}
    searched = words.casefold().split()

    def place(each: CollectionSummary) -> tuple[bool, str, str]:
        name = f"{each.title} {each.id}".casefold()
        return (not all(word in name for word in searched), each.title.casefold(), each.id)

    return sorted(once.values(), key=place)


def _times(extent: Mapping[str, object]) -> tuple[datetime | None, datetime | None]:
    """The first interval is that of the whole, the others are its parts."""
    intervals = sequence(mapping(extent.get("temporal")).get("interval"))
    first = sequence(intervals[0]) if intervals else ()
    start = instant(first[0]) if first else None
    return start, instant(first[1]) if len(first) > 1 else None


def _bbox(extent: Mapping[str, object]) -> Bbox | None:
    boxes = sequence(mapping(extent.get("spatial")).get("bbox"))
    flat = sequence(boxes[0]) if boxes and isinstance(boxes[0], list) else boxes
    half = len(flat) // 2
    if len(flat) not in (4, 6):
        return None
    west, south, east, north = (number(flat[place]) for place in (0, 1, half, half + 1))
    if west is None or south is None or east is None or north is None:
        return None
    return (west, south, east, north)
