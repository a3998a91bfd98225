"""`eohub-catalogue import`: items and collections from files, folders, static catalogues, stac-geoparquet."""

import argparse
import asyncio
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

from rich.console import Console

from eohub_catalogue.index.importing import Report, import_documents
from eohub_catalogue.index.ports import StacStore, Written
from eohub_catalogue.service.commands.terminal import DONE, FOUND_FAULTS, Naming, progress_bar, say
from eohub_catalogue.service.sources import files_below, read_sources

_WORTH_A_PROCESS = 8 * 1024 * 1024
_MOST_PROCESSES = 3


def describe(parser: argparse.ArgumentParser) -> None:
    """Have a parser know the command's words."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a folder; a catalog.json, whose links are followed; .json with one document, a list or an item"
        " collection; .ndjson with a document a line; .parquet as stac-geoparquet",
    )
    parser.add_argument(
        "--collections",
        action="store_true",
        help="take every document for a collection, whatever its type says",
    )


def run(store: StacStore, options: argparse.Namespace, console: Console) -> int:
    """Store everything below the paths, and say what came of it."""
    report = _import(store, options.paths, options.collections, console)
    say(console, _summary(report))
    return FOUND_FAULTS if report.refused else DONE


def _import(store: StacStore, paths: Sequence[Path], collections_only: bool, console: Console) -> Report:
    naming = Naming(console, "More documents are refused; they are counted only.")
    size = sum(path.stat().st_size for path in files_below(paths) if path.is_file())
    pool = _pool() if size >= _WORTH_A_PROCESS else None
    try:
        with progress_bar(console, "Storing", size, in_bytes=True) as advance:
            return asyncio.run(
                import_documents(
                    store,
                    read_sources(paths, advance),
                    refuse=lambda refused: naming(refused.where, refused.reason),
                    collections_only=collections_only,
                    pool=pool,
                )
            )
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)


def _pool() -> Executor:
    """Processes that parse while this one writes."""
    count = max(1, min(_MOST_PROCESSES, (os.cpu_count() or 2) - 1))
    # Not forked: this process has threads, and a lock that one of them holds would stay locked in the copy.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=_start_worker)


def _start_worker() -> None:
    gc.disable()
    # Ctrl-C reaches every process of the terminal; the one that asked decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that is killed tells nobody, and its workers would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _summary(report: Report) -> str:
    parts = [f"items: {_counts(report.items)}", f"collections: {_counts(report.collections)}"]
    return "; ".join([*parts, f"refused: {report.refused}"])


def _counts(written: Written) -> str:
    return f"{written.added} new, {written.changed} changed, {written.same} unchanged"
