"""From a STAC document, however defective, to what the store keeps of it, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from eohub_catalogue.index.facts import cloud_cover_of, facts_text
from eohub_catalogue.index.footprint import Box, Footprint, bounds_of, boxes_of, footprints_of
from eohub_catalogue.index.interval import BEGINNING, END, Interval, interval_of, moment
from eohub_catalogue.index.jsontext import to_json
from eohub_catalogue.index.ports import CollectionRecord, ItemRecord, StoredCollection, StoredItem
from eohub_catalogue.index.query import is_text
from eohub_catalogue.wire import LONGEST_ID
from eohub_toolkit.errors import Invalid

# The API makes these from the URL it is asked at; the document's own would lead elsewhere or nowhere.
_ITEM_LINKS = ("self", "root", "parent", "collection")
_QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
_COLLECTION_LINKS = ("self", "root", "parent", "item", "items", "child", _QUERYABLES)
_LONGEST_WORDS = 20_000
_MOST_BOXES = 100


type Kind = Literal["item", "collection", "catalogue"]


@dataclass(frozen=True)
class _Item:
    """An item on its way to the store, all but its place."""

    collection: str
    id: str
    body: str
    links: str
    properties: Mapping[str, Any]


def item_records(documents: Sequence[Mapping[str, object]]) -> list[ItemRecord | Invalid]:
    """What is stored of each item, in the same order; an Invalid for one that has no usable id.

    Many at once are faster than one by one: geometries are handed to GEOS together.
    """
    items = [_item(document) for document in documents]
    places = footprints_of([(one.get("geometry"), one.get("bbox")) for one in documents])
    return [
        item if isinstance(item, Invalid) else _item_record(item, place)
        for item, place in zip(items, places, strict=True)
    ]


def item_record(document: Mapping[str, object]) -> ItemRecord:
    """What is stored of an item; only one without a usable id raises Invalid."""
    (record,) = item_records([document])
    if isinstance(record, Invalid):
        raise record
    return record


def collection_record(document: Mapping[str, object]) -> CollectionRecord:
    """What is stored of a collection; only one without a usable id raises Invalid."""
    identity = _identity(document.get("id"), "collection")
    extent = _mapping(document.get("extent"))
    return CollectionRecord(
        id=identity,
        body=_body(document),
        links=_links(document.get("links"), _COLLECTION_LINKS),
        interval=_whole_interval(_list(_mapping(extent.get("temporal")).get("interval"))),
        boxes=_extent_boxes(_list(_mapping(extent.get("spatial")).get("bbox"))),
        words=_words(identity, document),
    )


def document_text(record: StoredItem | StoredCollection, made_links: str = "") -> str:
    """The JSON text of an item or a collection; `made_links` are link objects to put before its own."""
    own = record.links.strip()[1:-1]
    links = ",".join(part for part in (made_links, own) if part)
    return f'{record.body.rstrip()[:-1]},"links":[{links}]}}'


def kind_of(document: Mapping[str, object]) -> Kind | None:
    """What a document is, an item also where it is only close enough to be kept as one; None for no STAC.

    STAC before 1.0 gave collections and catalogues no `type`.
    """
    match document.get("type"):
        case "Feature":
            return "item"
        case "Collection":
            return "collection"
        case "Catalog":
            return "catalogue"
        case None if "geometry" not in document:
            if "extent" in document:
                return "collection"
            if "properties" not in document and _is_old_catalogue(document):
                return "catalogue"
        case _:
            pass
    return "item" if "properties" in document else None


def _is_old_catalogue(document: Mapping[str, object]) -> bool:
    links = document.get("links")
    if not isinstance(links, list):
        return False
    relations = (_mapping(link).get("rel") for link in cast("list[object]", links))
    return "stac_version" in document or any(relation in ("child", "item") for relation in relations)


def _item(document: Mapping[str, object]) -> _Item | Invalid:
    collection = document.get("collection")
    try:
        return _Item(
            collection="" if collection in (None, "") else _identity(collection, "item's collection"),
            id=_identity(document.get("id"), "item"),
            body=_body(document),
            links=_links(document.get("links"), _ITEM_LINKS),
            properties=_mapping(document.get("properties")),
        )
    except Invalid as error:
        return error


def _item_record(item: _Item, place: Footprint | None) -> ItemRecord:
    interval = interval_of(item.properties)
    if interval and "start_datetime" not in item.properties and "end_datetime" not in item.properties:
        instant = interval[0]
    else:
        instant = moment(item.properties.get("datetime"))
    return ItemRecord(
        collection=item.collection,
        id=item.id,
        body=item.body,
        links=item.links,
        interval=interval,
        footprint=place,
        words=_words(item.id, item.properties),
        facts=facts_text(item.properties),
        cloud_cover=cloud_cover_of(item.properties),
        instant=instant,
    )


def _identity(value: object, what: str) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_ID or not is_text(text):
        raise Invalid(
            f"The {what} has no usable id.", hint=f"An id is a text of 1 to {LONGEST_ID} characters."
        )
    return text


def _body(document: Mapping[str, object]) -> str:
    return to_json({key: value for key, value in document.items() if key != "links"})


def _links(links: object, replaced: tuple[str, ...]) -> str:
    if not isinstance(links, list):
        return "[]"
    # A tuple, because a defective `rel` may be of a kind that a set cannot be asked about.
    kept = [link for link in cast("list[object]", links) if _mapping(link).get("rel") not in replaced]
    return to_json(kept) if kept else "[]"


def _words(identity: str, properties: Mapping[str, Any]) -> str:
    keywords = properties.get("keywords")
    texts: list[object] = [properties.get("title"), properties.get("description")]
    if isinstance(keywords, Sequence) and not isinstance(keywords, str):
        texts.extend(cast("Sequence[object]", keywords))
    # People look for "air_temperature" as often as for a title.
    texts.extend(_mapping(properties.get("cube:variables")))
    words = "\n".join([identity, *(text for text in texts if isinstance(text, str))])
    sound = words if words.isascii() else words.encode(errors="replace").decode()
    return sound[:_LONGEST_WORDS].replace("\x00", " ")


def _whole_interval(intervals: list[object]) -> Interval | None:
    """The first interval, which STAC has for the whole of the collection; open where an end is null."""
    ends = _list(intervals[0]) if intervals else []
    if len(ends) != 2:
        return None
    start, end = (
        BEGINNING if ends[0] is None else moment(ends[0]),
        END if ends[1] is None else moment(ends[1]),
    )
    return (start, end) if start is not None and end is not None and start <= end else None


def _extent_boxes(boxes: list[object]) -> tuple[Box, ...]:
    # The first is around all the others, if there are others.
    bounds = [found for box in boxes[1 : _MOST_BOXES + 1] or boxes[:1] if (found := bounds_of(box))]
    return tuple(box for one in bounds for box in boxes_of(one))


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
