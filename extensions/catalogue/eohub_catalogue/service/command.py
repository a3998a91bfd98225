"""The command `eohub-catalogue`: fills the store from files on the same machine."""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from eohub_catalogue.index.ingest import Report, ingest
from eohub_catalogue.index.ports import Written
from eohub_catalogue.index.reading import Unreadable
from eohub_catalogue.index.store import SqliteStore
from eohub_catalogue.service.settings import CatalogueSettings

DONE, SOME_REFUSED, CANCELLED = 0, 1, 130
_SHOWN_REFUSALS = 20


def run(arguments: Sequence[str], settings: CatalogueSettings) -> int:
    """Run the command; returns its exit status: 0 done, 1 some documents refused, 130 cancelled."""
    options = _parser(settings).parse_args(arguments)
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    store = SqliteStore.open(options.database_url)
    try:
        report = _ingest(store, options.files, options.collections, console)
    except KeyboardInterrupt:
        console.print("Cancelled. What had been stored stays; run it again to go on.")
        return CANCELLED
    finally:
        store.engine.dispose()
    console.print(_summary(report), markup=False)
    return SOME_REFUSED if report.refused else DONE


def _parser(settings: CatalogueSettings) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="eohub-catalogue", description="Manage the catalogue's store.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "ingest",
        help="store items and collections from files",
        description="Store STAC items and collections, replacing those of the same id. It may be repeated.",
    )
    command.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help=".ndjson with a document a line, or .json with one document, a list or an item collection",
    )
    command.add_argument(
        "--collections",
        action="store_true",
        help="take every document for a collection, whatever its type says",
    )
    command.add_argument(
        "--database-url",
        default=settings.database_url,
        metavar="URL",
        help="sqlite:///PATH (default: EOHUB_CATALOGUE_SERVICE_DATABASE_URL, now %(default)s)",
    )
    return parser


def _ingest(store: SqliteStore, files: Sequence[Path], collections_only: bool, console: Console) -> Report:
    refusals = 0

    def refuse(refused: Unreadable) -> None:
        nonlocal refusals
        refusals += 1
        if refusals <= _SHOWN_REFUSALS:
            console.print(f"{refused.where}: {refused.reason}", markup=False)
        elif refusals == _SHOWN_REFUSALS + 1:
            console.print("More documents are refused; they are counted only.")

    columns = (TextColumn("Storing"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task: TaskID = bar.add_task("", total=sum(path.stat().st_size for path in files if path.is_file()))
        return asyncio.run(
            ingest(
                store,
                files,
                collections_only=collections_only,
                refuse=refuse,
                progress=lambda size: bar.advance(task, size),
            )
        )


def _summary(report: Report) -> str:
    parts = [f"items: {_counts(report.items)}", f"collections: {_counts(report.collections)}"]
    return "; ".join([*parts, f"refused: {report.refused}"])


def _counts(written: Written) -> str:
    return f"{written.added} new, {written.changed} changed, {written.same} unchanged"
