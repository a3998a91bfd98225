"""Every real STAC file through import, lint, panel row and item page.

In the folder of tests, `python -m fakes.real_inputs` prints a table. A file is told by what lies in it, not
by what its links lead to.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.stac_documents import SHARED

from eohub_catalogue.detail import detail_of
from eohub_catalogue.index.geoparquet_read import read_parquet
from eohub_catalogue.index.importing import import_documents
from eohub_catalogue.index.reading import Found, Text, Unreadable, documents_of, read_texts
from eohub_catalogue.index.store import SqliteStore
from eohub_catalogue.item_contract import ItemDetail

FOLDERS = ("stac", "stac-api")


@dataclass(frozen=True)
class Result:
    """What came of one file. `shown` are the pages of all its documents, those of collections too."""

    file: str
    documents: int
    items: int
    collections: int
    refused: tuple[str, ...]
    shown: tuple[ItemDetail, ...]

    @property
    def defects(self) -> Counter[str]:
        """How many items have which defect; what is no item has none that says anything."""
        kinds = (page for page in self.shown if _is_item(page.raw))
        return Counter(defect.code for page in kinds for defect in page.summary.defects)


def real_files() -> list[Path]:
    """Every file of STAC documents and of answers of STAC APIs."""
    paths = sorted(path for folder in FOLDERS for path in (SHARED / folder).rglob("*") if path.is_file())
    if not paths:
        raise FileNotFoundError(f"The shared test data is missing: {SHARED} has to hold stac/ and stac-api/.")
    return paths


def name_of(path: Path) -> str:
    """A file's name below the shared data."""
    return path.relative_to(SHARED).as_posix()


async def result_of(path: Path, store: SqliteStore) -> Result:
    """Import a file and show each of its documents."""
    sources = list(read_parquet(path, _unheard) if path.suffix == ".parquet" else read_texts(path, _unheard))
    readings = [
        each
        for source in sources
        for each in (documents_of(source) if isinstance(source, Text) else [source])
    ]
    refused: list[Unreadable] = []
    report = await import_documents(store, sources, refuse=refused.append)
    found = [each.document for each in readings if isinstance(each, Found)]
    return Result(
        file=name_of(path),
        documents=len(readings),
        items=report.items.added + report.items.changed + report.items.same,
        collections=report.collections.added + report.collections.changed + report.collections.same,
        refused=tuple(each.reason for each in refused),
        shown=tuple(detail_of(document, "real") for document in found),
    )


def table_of(results: Sequence[Result]) -> str:
    """A Markdown table with a row for each file, and the sums."""
    lines = [
        "| file | documents | items imported | collections imported | refused | shown | defects marked |",
        "|---|---:|---:|---:|---|---:|---|",
    ]
    for each in results:
        refused = "; ".join(f"{count} x {reason}" for reason, count in Counter(each.refused).items())
        defects = ", ".join(f"{code} {count}" for code, count in each.defects.most_common())
        cells = (each.file, each.documents, each.items, each.collections, refused, len(each.shown), defects)
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    sums = [sum(getattr(each, name) for each in results) for name in ("documents", "items", "collections")]
    sums += [sum(len(each.refused) for each in results), sum(len(each.shown) for each in results)]
    defects_in_all = sum((each.defects for each in results), Counter[str]())
    told = ", ".join(f"{code} {count}" for code, count in defects_in_all.most_common())
    lines.append(f"| **{len(results)} files** | {' | '.join(map(str, sums))} | {told} |")
    return "\n".join(lines)


async def all_results() -> list[Result]:
    """The results of every file, in one store."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore.open(f"sqlite:///{folder}/catalogue.sqlite")
        try:
            return [await result_of(path, store) for path in real_files()]
        finally:
            await store.close()


def _is_item(raw: dict[str, Any]) -> bool:
    return raw.get("type") == "Feature"


def _unheard(_: int) -> None:
    pass


if __name__ == "__main__":
    print(table_of(asyncio.run(all_results())))
