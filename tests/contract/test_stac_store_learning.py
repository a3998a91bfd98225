"""What is learned of properties in SQLite: how much is looked at again, and who has to wait for a writer."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from eohub_catalogue.index.document import item_record
from eohub_catalogue.index.learning import is_up_to_date, known, relearn
from eohub_catalogue.index.ports import ItemRecord
from eohub_catalogue.index.queryables import Learned
from eohub_catalogue.index.store import SqliteStore
from eohub_toolkit.db import transaction

MOST = 3


def item(identity: str, collection: str = "scenes", **properties: Any) -> ItemRecord:
    return item_record(
        {"type": "Feature", "id": identity, "collection": collection, "properties": properties}
    )


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """A collection of one item more than is looked at again, all learned."""
    store = SqliteStore.open(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    await store.put_items([item(f"i{number}", gsd=number) for number in range(MOST + 1)])
    await store.put_items([item("other", "others", gsd=100)])
    await store.queryables()
    yield store
    await store.close()


def looked_at_again(store: SqliteStore) -> Learned:
    with transaction(store.engine) as connection:
        assert not is_up_to_date(connection, ["scenes"])
        assert is_up_to_date(connection, ["others"])
        relearn(connection, ["scenes"], MOST)
        assert is_up_to_date(connection, ["scenes"])
        return known(connection, ["scenes"])


async def test_a_large_collection_counts_as_looked_at_and_may_have_been_wider(store: SqliteStore) -> None:
    await store.put_items([item(f"i{MOST}", gsd=1, platform="new")])
    learned = looked_at_again(store)
    assert (learned["gsd"].minimum, learned["gsd"].maximum) == (0, MOST)
    assert learned["platform"].values == {"new"}


async def test_what_is_known_is_right_as_soon_as_few_are_left(store: SqliteStore) -> None:
    await store.put_items([item(f"i{MOST}", gsd=1)])
    looked_at_again(store)
    await store.remove_items([("scenes", "i0")])
    learned = looked_at_again(store)
    assert (learned["gsd"].minimum, learned["gsd"].maximum) == (1, MOST - 1)


async def test_only_who_has_something_to_learn_waits_for_a_writer(store: SqliteStore) -> None:
    locks: list[str] = []

    def count(_: object, __: object, statement: str, *___: object) -> None:
        locks.extend(["lock"] if statement == "BEGIN IMMEDIATE" else [])

    await store.put_items([item("i0", gsd=7)])
    event.listen(store.engine, "before_cursor_execute", count)
    await store.queryables(["others"])
    assert locks == []
    for _ in range(3):
        await store.queryables()
        await store.queryables(["scenes"])
    assert locks == ["lock"]
