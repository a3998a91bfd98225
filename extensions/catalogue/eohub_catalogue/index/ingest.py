"""Filling the store from files: in batches, each all or nothing, so that it can be stopped and repeated."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from anyio import create_task_group, to_thread

from eohub_catalogue.index.document import collection_record, is_collection, is_item, item_records
from eohub_catalogue.index.ports import CollectionRecord, ItemRecord, StacStore, Written
from eohub_catalogue.index.reading import Found, Reading, Unreadable, read_documents
from eohub_toolkit.errors import Invalid

# Larger batches are written faster and lost together; these take a second or two, and some 100 MB.
BATCH_DOCUMENTS = 10_000
BATCH_BYTES = 32 * 1024 * 1024
_BYTES_BETWEEN_TELLING = 256 * 1024

type Refuse = Callable[[Unreadable], None]
type Progress = Callable[[int], None]


@dataclass
class Report:
    """What came of it; `refused` counts the documents that could not be kept."""

    items: Written = field(default_factory=Written)
    collections: Written = field(default_factory=Written)
    refused: int = 0


@dataclass(frozen=True)
class _Batch:
    items: list[ItemRecord]
    collections: list[CollectionRecord]
    refused: list[Unreadable]


async def ingest(
    store: StacStore, files: Iterable[Path], *, collections_only: bool, refuse: Refuse, progress: Progress
) -> Report:
    """Store every document of `files`; what cannot be kept is handed to `refuse` and counted.

    `collections_only` takes every document for a collection, whatever its `type` says. Items are told from
    collections by their `type` otherwise. While one batch is written, the next one is prepared.
    """
    report = Report()
    batches = _batches(files, collections_only, progress)
    batch = await to_thread.run_sync(next, batches, None)
    while batch is not None:
        following: _Batch | None = None
        async with create_task_group() as group:
            group.start_soon(_write, store, batch, report)
            following = await to_thread.run_sync(next, batches, None)
        for refused in batch.refused:
            refuse(refused)
        report.refused += len(batch.refused)
        batch = following
    return report


async def _write(store: StacStore, batch: _Batch, report: Report) -> None:
    if batch.collections:
        report.collections += await store.put_collections(batch.collections)
    if batch.items:
        report.items += await store.put_items(batch.items)


def _batches(files: Iterable[Path], collections_only: bool, progress: Progress) -> Iterator[_Batch]:
    readings: list[Reading] = []
    pending = untold = 0

    def count(size: int) -> None:
        nonlocal pending, untold
        pending += size
        untold += size
        # A bar that moves with every line takes longer than the line.
        if untold >= _BYTES_BETWEEN_TELLING:
            progress(untold)
            untold = 0

    for path in files:
        for reading in read_documents(path, count):
            readings.append(reading)
            if len(readings) >= BATCH_DOCUMENTS or pending >= BATCH_BYTES:
                yield _batch(readings, collections_only)
                readings, pending = [], 0
    progress(untold)
    yield _batch(readings, collections_only)


def _batch(readings: Sequence[Reading], collections_only: bool) -> _Batch:
    batch = _Batch([], [], [reading for reading in readings if isinstance(reading, Unreadable)])
    items: list[Found] = []
    for found in readings:
        if isinstance(found, Unreadable):
            continue
        if collections_only or is_collection(found.document):
            _add_collection(batch, found)
        elif is_item(found.document):
            items.append(found)
        else:
            batch.refused.append(Unreadable(found.where, "It is neither an item nor a collection."))
    for found, record in zip(items, item_records([item.document for item in items]), strict=True):
        if isinstance(record, Invalid):
            batch.refused.append(Unreadable(found.where, record.detail))
        else:
            batch.items.append(record)
    return batch


def _add_collection(batch: _Batch, found: Found) -> None:
    try:
        batch.collections.append(collection_record(found.document))
    except Invalid as error:
        batch.refused.append(Unreadable(found.where, error.detail))
