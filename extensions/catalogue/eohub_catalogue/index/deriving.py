"""What is made from the stored documents, made anew where an older version of the code has made it."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, func, select, update

from eohub_catalogue.index import tables
from eohub_catalogue.index.document import collection_record, item_record
from eohub_catalogue.index.facts import cloud_cover_of, facts_text
from eohub_catalogue.index.interval import moment
from eohub_catalogue.index.jsontext import parse_json
from eohub_catalogue.index.ports import ItemRecord
from eohub_catalogue.index.rows import (
    FactsRow,
    add_collections,
    add_items,
    remove_collections,
    remove_items,
    replace_facts,
)
from eohub_catalogue.reading import mapping

VERSION = 2
"""To be raised when `facts_of`, `learn` or `collection_record` make something else of a document, or
`footprint_of` of one that is wider than half the Earth."""

ITEMS_AT_ONCE = 2_000
COMPLETE = 100
_MOST_CHARACTERS = 16 * 1024 * 1024
_ROWS_AT_ONCE = 100
_WIDE_DEGREES = 180


def is_derived(connection: Connection) -> bool:
    """Whether this version of the code has made everything."""
    return connection.execute(select(tables.derived.c.version)).scalar_one() == VERSION


def derive_more(connection: Connection, items_at_once: int = ITEMS_AT_ONCE) -> int:
    """Make the next part anew, in one transaction; returns how much of it is made now, in percent.

    A part is of so many items, or fewer where they are large. What it has come to is kept with it, so that
    this is repeated until it is `COMPLETE`, also by another process after this one has ended.
    """
    if is_derived(connection):
        return COMPLETE
    derived = tables.derived
    begun, after = connection.execute(select(derived.c.begun, derived.c.derived_to)).one()
    after = after if begun == VERSION else 0
    last = _derive_items(connection, after, items_at_once)
    if last is None:
        _derive_collections(connection)
        connection.execute(delete(tables.learned))
        connection.execute(update(derived).values(version=VERSION, learned_to=0, begun=0, derived_to=0))
        return COMPLETE
    connection.execute(update(derived).values(begun=VERSION, derived_to=last))
    highest = connection.execute(select(func.max(tables.item.c.pk))).scalar_one()
    return min(COMPLETE * last // highest, COMPLETE - 1)


def _derive_items(connection: Connection, after: int, most: int) -> int | None:
    """Those of the next items; returns the key of the last one, None at the end."""
    item = tables.item
    asked = select(item.c.pk, item.c.body, item.c.links, (item.c.east - item.c.west) > _WIDE_DEGREES)
    asked = asked.where(item.c.pk > after).order_by(item.c.pk).limit(most)
    facts: list[FactsRow] = []
    wide: dict[int, ItemRecord] = {}
    characters = 0
    with connection.execute(asked, execution_options={"yield_per": _ROWS_AT_ONCE}) as rows:
        for pk, body, links, is_wide in rows:
            document = _object(body)
            properties = mapping(document.get("properties"))
            instant = moment(properties.get("datetime"))
            facts.append((pk, cloud_cover_of(properties), instant, facts_text(properties)))
            if is_wide and (whole := _with_links(document, links)):
                wide[pk] = item_record(whole)
            characters += len(body)
            if characters > _MOST_CHARACTERS:
                break
    if not facts:
        return None
    replace_facts(connection, facts)
    remove_items(connection, list(wide))
    add_items(connection, wide)
    return facts[-1][0]


def _derive_collections(connection: Connection) -> None:
    table = tables.collection
    for pk in connection.execute(select(table.c.pk).order_by(table.c.pk)).scalars().all():
        body, links = connection.execute(select(table.c.body, table.c.links).where(table.c.pk == pk)).one()
        if whole := _with_links(_object(body), links):
            record = collection_record(whole)
            remove_collections(connection, [pk])
            add_collections(connection, {pk: record})


def _with_links(document: Mapping[str, object], links: str) -> Mapping[str, object]:
    """A stored document with its links, to be stored anew; empty where one of them is damaged."""
    found = _value(links)
    return {**document, "links": found} if "id" in document and isinstance(found, list) else {}


def _object(text: str) -> Mapping[str, object]:
    """A stored document; empty where it is damaged, which is for the command `check` to find."""
    return mapping(_value(text))


def _value(text: str) -> object:
    try:
        return parse_json(text.encode())
    except ValueError:
        return None
