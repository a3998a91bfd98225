"""What is made from the stored documents, made anew where an older version of the code has made it."""

import json
from typing import cast

from sqlalchemy import Connection, delete, select, update

from eohub_catalogue.index import tables
from eohub_catalogue.index.document import collection_record
from eohub_catalogue.index.facts import cloud_cover_of, facts_text
from eohub_catalogue.index.interval import moment
from eohub_catalogue.index.jsontext import parse_json
from eohub_catalogue.index.ports import CollectionRecord
from eohub_catalogue.index.rows import add_collections, add_facts, remove_collections
from eohub_catalogue.reading import mapping

VERSION = 1
"""To be raised when `facts_of`, `learn` or `collection_record` make something else of a document."""

_ITEMS_AT_ONCE = 2_000


def derive(connection: Connection) -> None:
    """Make everything anew, unless this version of the code has made it."""
    made_by = connection.execute(select(tables.derived.c.version)).scalar_one()
    if made_by == VERSION:
        return
    connection.execute(delete(tables.item_facts))
    connection.execute(delete(tables.learned))
    last: int | None = 0
    while last is not None:
        last = _derive_items(connection, last)
    _derive_collections(connection)
    connection.execute(update(tables.derived).values(version=VERSION, learned_to=0))


def _derive_items(connection: Connection, after: int) -> int | None:
    """Those of the next items; returns the key of the last one, None at the end."""
    item = tables.item
    asked = select(item.c.pk, item.c.body).where(item.c.pk > after)
    rows = connection.execute(asked.order_by(item.c.pk).limit(_ITEMS_AT_ONCE)).all()
    properties = {pk: mapping(_object(body).get("properties")) for pk, body in rows}
    facts = [
        (pk, cloud_cover_of(one), moment(one.get("datetime")), facts_text(one))
        for pk, one in properties.items()
    ]
    add_facts(connection, facts)
    return rows[-1][0] if rows else None


def _derive_collections(connection: Connection) -> None:
    table = tables.collection
    rows = connection.execute(select(table.c.pk, table.c.body, table.c.links).order_by(table.c.pk)).all()
    records: dict[int, CollectionRecord] = {}
    for pk, body, links in rows:
        records[pk] = collection_record(_object(body) | {"links": json.loads(links)})
    remove_collections(connection, list(records))
    add_collections(connection, records)


def _object(text: str) -> dict[str, object]:
    return cast("dict[str, object]", parse_json(text.encode()))
