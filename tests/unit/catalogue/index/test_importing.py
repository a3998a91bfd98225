import json
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fakes.stac_store import MemoryStacStore

from eohub_catalogue.index import importing as module
from eohub_catalogue.index.importing import BATCH_DOCUMENTS, Report, import_documents
from eohub_catalogue.index.ports import ItemRecord, Written
from eohub_catalogue.index.reading import Unreadable, read_texts
from eohub_toolkit.errors import Unavailable


class CountingStore(MemoryStacStore):
    """Remembers the size of each batch, and fails after some."""

    def __init__(self, fails_after: int | None = None) -> None:
        super().__init__()
        self.batches: list[int] = []
        self._fails_after = fails_after

    async def put_items(self, records: Sequence[ItemRecord]) -> Written:
        if len(self.batches) == self._fails_after:
            raise Unavailable("The disk is full.")
        self.batches.append(len(records))
        return await super().put_items(records)


def item(identity: object, **more: object) -> dict[str, object]:
    return {"type": "Feature", "id": identity, "collection": "c", "geometry": None, "properties": {}, **more}


def write(path: Path, *documents: object) -> Path:
    path.write_text("".join(json.dumps(document) + "\n" for document in documents))
    return path


async def run(
    store: MemoryStacStore, *files: Path, collections: bool = False, pool: Executor | None = None
) -> tuple[Report, list[Unreadable]]:
    refused: list[Unreadable] = []
    sources = (source for file in files for source in read_texts(file, lambda _: None))
    report = await import_documents(
        store, sources, collections_only=collections, refuse=refused.append, pool=pool
    )
    return report, refused


async def test_items_and_collections_find_their_places(tmp_path: Path) -> None:
    store = MemoryStacStore()
    path = write(tmp_path / "a.ndjson", item("a"), {"type": "Collection", "id": "c"}, item("b"))
    report, refused = await run(store, path)
    assert report == Report(items=Written(added=2), collections=Written(added=1), refused=0)
    assert not refused
    assert await store.item("c", "b") is not None
    assert await store.collection("c") is not None


async def test_a_repeat_changes_nothing(tmp_path: Path) -> None:
    store = MemoryStacStore()
    path = write(tmp_path / "a.ndjson", item("a"), item("b"))
    await run(store, path)
    report, _ = await run(store, path)
    assert report == Report(items=Written(same=2))


async def test_what_is_refused_is_told_with_its_place_and_counted(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.ndjson",
        item(None),
        item("a"),
        {"type": "Catalog", "id": "x"},
        5,
        {"type": "Collection"},
    )
    report, refused = await run(MemoryStacStore(), path, tmp_path / "missing.json")
    assert (report.refused, report.items) == (5, Written(added=1))
    assert {one.where for one in refused} == {
        *(f"{path}:{line}" for line in (1, 3, 4, 5)),
        f"{tmp_path}/missing.json",
    }
    reasons = {one.where: one.reason for one in refused}
    assert reasons[f"{path}:3"] == "It is neither an item nor a collection."
    assert reasons[f"{path}:1"] == "The item has no usable id."


async def test_every_document_is_a_collection_where_that_is_said(tmp_path: Path) -> None:
    store = MemoryStacStore()
    report, _ = await run(
        store, write(tmp_path / "a.ndjson", {"id": "old", "title": "no type"}), collections=True
    )
    assert report.collections == Written(added=1)


async def test_documents_are_written_in_batches(tmp_path: Path) -> None:
    store = CountingStore()
    path = write(tmp_path / "a.ndjson", *(item(number) for number in range(BATCH_DOCUMENTS + 1)))
    report, _ = await run(store, path)
    assert store.batches == [BATCH_DOCUMENTS, 1]
    assert report.items == Written(added=BATCH_DOCUMENTS + 1)


async def test_large_documents_make_smaller_batches(tmp_path: Path) -> None:
    store = CountingStore()
    text = "x" * (module.BATCH_BYTES // 3)
    path = write(tmp_path / "a.ndjson", *(item(number, text=text) for number in range(7)))
    await run(store, path)
    assert store.batches == [3, 3, 1]


async def test_no_file_is_nothing_to_do() -> None:
    assert await run(MemoryStacStore()) == (Report(), [])


async def test_a_store_that_fails_ends_it_and_keeps_what_was_written(tmp_path: Path) -> None:
    store = CountingStore(fails_after=1)
    path = write(tmp_path / "a.ndjson", *(item(number) for number in range(BATCH_DOCUMENTS + 1)))
    with pytest.raises(Unavailable, match="disk is full"):
        await run(store, path)
    assert await store.item("c", "0") is not None


async def test_batches_that_a_pool_prepares_are_written_in_their_order(tmp_path: Path) -> None:
    store = CountingStore()
    path = write(
        tmp_path / "a.ndjson", *(item(number % BATCH_DOCUMENTS, n=number) for number in range(25_000))
    )
    with ThreadPoolExecutor(3) as pool:
        report, _ = await run(store, path, pool=pool)
    assert store.batches == [BATCH_DOCUMENTS, BATCH_DOCUMENTS, 5_000]
    assert report.items == Written(added=BATCH_DOCUMENTS, changed=15_000)
    stored = await store.item("c", "4999")
    assert stored is not None
    assert json.loads(stored.body)["n"] == 24_999


async def test_the_first_batch_waits_for_no_pool_to_start(tmp_path: Path) -> None:
    class CountingPool(ThreadPoolExecutor):
        submitted = 0

        def submit(self, *arguments: Any, **more: Any) -> Any:
            self.submitted += 1
            return super().submit(*arguments, **more)

    path = write(tmp_path / "a.ndjson", *(item(number) for number in range(2 * BATCH_DOCUMENTS + 1)))
    with CountingPool(1) as pool:
        report, _ = await run(CountingStore(), path, pool=pool)
    assert pool.submitted == 2
    assert report.items == Written(added=2 * BATCH_DOCUMENTS + 1)
