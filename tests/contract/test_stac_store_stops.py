"""A search that nobody waits for any more ends in the database too."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from anyio import from_thread
from fakes.stac_many import made_items
from sqlalchemy import event

from eohub_catalogue.index.cql2_reading import condition_of_text
from eohub_catalogue.index.document import item_records
from eohub_catalogue.index.ports import ItemQuery
from eohub_catalogue.index.store import SqliteStore
from eohub_toolkit.db import open_engine
from eohub_toolkit.errors import Invalid

_MANY = " OR ".join(f"CASEI(title) LIKE '%nothing {number}%'" for number in range(50))
SLOW = ItemQuery(filter=condition_of_text(_MANY), limit=100)


class Clock:
    """Stands still; SQLite asks it every few thousand steps, and is held up there until it may go on."""

    def __init__(self) -> None:
        self.asked = 0
        self.hold_at: int | None = None
        self.held = anyio.Event()
        self.may_go_on = threading.Event()

    def __call__(self) -> float:
        self.asked += 1
        if self.asked == self.hold_at:
            from_thread.run_sync(self.held.set)
            assert self.may_go_on.wait(60)
        return 0.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[SqliteStore]:
    url = f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
    SqliteStore.open(url).engine.dispose()
    store = SqliteStore(open_engine(url, pool_size=4), clock=clock)
    yield store
    store.engine.dispose()


async def test_a_search_ends_when_its_caller_is_cancelled(store: SqliteStore, clock: Clock) -> None:
    await store.put_items([one for one in item_records(made_items()) if not isinstance(one, Invalid)])
    assert (await store.search(SLOW)).items == ()
    whole = clock.asked
    assert whole > 5, "the search is too short to be stopped within"
    clock.asked, clock.hold_at = 0, 4
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    event.listen(store.engine, "checkin", lambda *_: loop.call_soon_threadsafe(ended.set))
    async with anyio.create_task_group() as group:
        group.start_soon(store.search, SLOW)
        await clock.held.wait()
        group.cancel_scope.cancel()
    clock.may_go_on.set()
    with anyio.fail_after(60):
        await ended.wait()
    assert clock.asked < whole
    assert (await store.search(SLOW)).items == ()
