"""Filling the store from texts: in batches, each all or nothing, so that it can be stopped and repeated."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field

from anyio import to_thread

from eohub_catalogue.index.document import collection_record, item_records, kind_of
from eohub_catalogue.index.ports import CollectionRecord, ItemRecord, StacStore, Written
from eohub_catalogue.index.reading import Found, Reading, Text, Unreadable, documents_of
from eohub_toolkit.errors import Invalid

# Larger batches are written faster and lost together; these take a second or less, and some 100 MB.
BATCH_DOCUMENTS = 10_000
BATCH_BYTES = 16 * 1024 * 1024
# One is written, one is ready, one is prepared: more would only take memory.
_BATCHES_AHEAD = 2

type Source = Text | Reading
type Refuse = Callable[[Unreadable], None]


@dataclass
class Report:
    """What came of it; `refused` counts the documents that could not be kept."""

    items: Written = field(default_factory=Written)
    collections: Written = field(default_factory=Written)
    refused: int = 0


@dataclass(frozen=True)
class Batch:
    """Documents ready to be stored, and those that cannot be."""

    items: list[ItemRecord]
    collections: list[CollectionRecord]
    refused: list[Unreadable]


async def import_documents(
    store: StacStore,
    sources: Iterable[Source],
    *,
    refuse: Refuse,
    collections_only: bool = False,
    pool: Executor | None = None,
) -> Report:
    """Store every document of `sources` in their order; what cannot be kept goes to `refuse` and is counted.

    `collections_only` takes every document for a collection, whatever its `type` says. Items are told from
    collections by their `type` otherwise. While one batch is written, the next ones are prepared: in the
    processes of `pool` where one is given, else in a thread. The first is prepared here in any case, while
    those processes start.
    """
    report = Report()
    chunks = _chunks(sources)
    waiting: deque[Awaitable[Batch]] = deque()
    place: Executor | None = None
    is_at_end = False
    try:
        while waiting or not is_at_end:
            while not is_at_end and len(waiting) < _BATCHES_AHEAD:
                chunk = await to_thread.run_sync(next, chunks, None)
                is_at_end = chunk is None
                if chunk is not None:
                    waiting.append(_prepared(chunk, collections_only, place))
                    place = pool
            if waiting:
                await _store(store, await waiting.popleft(), report, refuse)
    finally:
        for left in waiting:
            asyncio.ensure_future(left).cancel()
    return report


def prepare(sources: Sequence[Source], collections_only: bool) -> Batch:
    """What is stored of each document of these texts."""
    readings: list[Reading] = []
    for source in sources:
        readings.extend(documents_of(source) if isinstance(source, Text) else [source])
    batch = Batch([], [], [reading for reading in readings if isinstance(reading, Unreadable)])
    items: list[Found] = []
    for found in readings:
        if isinstance(found, Unreadable):
            continue
        match "collection" if collections_only else kind_of(found.document):
            case "collection":
                _add_collection(batch, found)
            case "item":
                items.append(found)
            case _:
                batch.refused.append(Unreadable(found.where, "It is neither an item nor a collection."))
    for found, record in zip(items, item_records([item.document for item in items]), strict=True):
        if isinstance(record, Invalid):
            batch.refused.append(Unreadable(found.where, record.detail))
        else:
            batch.items.append(record)
    return batch


def _prepared(chunk: list[Source], collections_only: bool, pool: Executor | None) -> Awaitable[Batch]:
    if pool is None:
        return asyncio.ensure_future(to_thread.run_sync(prepare, chunk, collections_only))
    running: Future[Batch] = pool.submit(prepare, chunk, collections_only)
    return asyncio.wrap_future(running)


async def _store(store: StacStore, batch: Batch, report: Report, refuse: Refuse) -> None:
    if batch.collections:
        report.collections += await store.put_collections(batch.collections)
    if batch.items:
        report.items += await store.put_items(batch.items)
    for refused in batch.refused:
        refuse(refused)
    report.refused += len(batch.refused)


def _chunks(sources: Iterable[Source]) -> Iterator[list[Source]]:
    chunk: list[Source] = []
    size = 0
    for source in sources:
        chunk.append(source)
        size += len(source.text) if isinstance(source, Text) else 0
        if len(chunk) >= BATCH_DOCUMENTS or size >= BATCH_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _add_collection(batch: Batch, found: Found) -> None:
    try:
        batch.collections.append(collection_record(found.document))
    except Invalid as error:
        batch.refused.append(Unreadable(found.where, error.detail))
