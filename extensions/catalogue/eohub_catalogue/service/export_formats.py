"""The formats of an export: each takes a selection and writes one file or folder."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Protocol, cast

from eohub_catalogue.index.document import document_text
from eohub_catalogue.index.jsontext import parse_json
from eohub_catalogue.index.ports import StoredItem
from eohub_catalogue.index.static_catalogue import StaticCatalogue, WriteFile
from eohub_catalogue.service.exporting import ITEMS_AT_ONCE, Selection
from eohub_catalogue.versions import STAC_VERSION
from eohub_toolkit.errors import Invalid

type LeaveOut = Callable[[str, str], None]
"""Is told an item, as its collection and id with a slash between, and why the format cannot hold it."""

_ROOT = {
    "type": "Catalog",
    "stac_version": STAC_VERSION,
    "id": "catalogue",
    "description": "Exported by eohub-catalogue",
}

type Advance = Callable[[int], None]


class Write(Protocol):
    """Writes a selection to a path and returns how many items are in it; raises OSError."""

    async def __call__(self, selection: Selection, path: Path, leave_out: LeaveOut, advance: Advance) -> int:
        """Write it."""
        ...


async def write_lines(selection: Selection, path: Path, leave_out: LeaveOut, advance: Advance) -> int:
    """NDJSON: the collections, then the items; nothing is ever left out."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        async for collection in selection.collections():
            file.write(document_text(collection) + "\n")
        async for item in selection.items():
            file.write(document_text(item) + "\n")
            count += 1
            advance(1)
    return count


async def write_folder(selection: Selection, path: Path, leave_out: LeaveOut, advance: Advance) -> int:
    """A static catalogue; nothing is ever left out."""
    catalogue = StaticCatalogue(_files_in(path))
    async for collection in selection.collections():
        catalogue.add_collection(collection)
    count = 0
    page: list[StoredItem] = []
    async for item in selection.items():
        page.append(item)
        count += 1
        advance(1)
        if len(page) == ITEMS_AT_ONCE:
            catalogue.add_items(page)
            page = []
    catalogue.add_items(page)
    catalogue.finish(_ROOT)
    return count


async def write_parquet_file(selection: Selection, path: Path, leave_out: LeaveOut, advance: Advance) -> int:
    """stac-geoparquet. The items are kept in a nameless file beside it while their columns are learned."""
    # Not before it is needed: it takes a third of a second and 60 MiB.
    from eohub_catalogue.service.geoparquet_write import Layout, write_parquet

    collections = {record.id: _parsed(document_text(record)) async for record in selection.collections()}
    layout = Layout()
    with tempfile.TemporaryFile(dir=path.parent) as spool:
        async for item in selection.items():
            text = document_text(item)
            try:
                layout.learn(_parsed(text))
            except Invalid as error:
                leave_out(_named(item.collection, item.id), error.detail)
                continue
            spool.write(text.encode() + b"\n")
            advance(1)
        spool.seek(0)
        count = 0
        for written in write_parquet(path, layout, collections, _items(spool)):
            if isinstance(written, int):
                count += written
            else:
                refused, reason = written
                leave_out(_named(str(refused.get("collection") or ""), str(refused.get("id"))), reason)
    return count


def _files_in(folder: Path) -> WriteFile:
    folder.mkdir()

    def write_file(name: str, parts: Iterable[str]) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as file:
            file.writelines(parts)

    return write_file


def _items(spool: IO[bytes]) -> Iterator[Mapping[str, Any]]:
    return (_parsed(line) for line in spool)


def _parsed(text: str | bytes) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", parse_json(text if isinstance(text, bytes) else text.encode()))


def _named(collection: str, item: str) -> str:
    return f"{collection}/{item}" if collection else item
