"""`eohub-catalogue check`: what is wrong with the store, and with what it keeps."""

import argparse
import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

from rich.console import Console

from eohub_catalogue.index.document import document_text
from eohub_catalogue.index.integrity import kept_items, self_tests
from eohub_catalogue.index.jsontext import parse_json
from eohub_catalogue.index.ports import ItemQuery, StoredCollection
from eohub_catalogue.index.store import SqliteStore
from eohub_catalogue.lint import defects_of
from eohub_catalogue.service.commands.terminal import DONE, FOUND_FAULTS, progress_bar, say
from eohub_catalogue.service.exporting import Selection

_SHOWN_IDS = 3
_LONGEST_ID = 60


@dataclass
class Finding:
    """A kind of defect: what it means, how often it was found, and where first."""

    message: str
    count: int = 0
    first: list[str] = field(default_factory=list[str])

    def add(self, where: str) -> None:
        """Count one more."""
        self.count += 1
        if len(self.first) < _SHOWN_IDS:
            self.first.append(where if len(where) <= _LONGEST_ID else f"{where[: _LONGEST_ID - 3]}...")


@dataclass
class Report:
    """What was looked at and what was found, by kind."""

    items: int = 0
    collections: int = 0
    store: dict[str, Finding] = field(default_factory=dict[str, Finding])
    documents: dict[str, Finding] = field(default_factory=dict[str, Finding])


def describe(parser: argparse.ArgumentParser) -> None:
    """Have a parser know the command's words."""
    parser.add_argument(
        "--strict", action="store_true", help="exit code 1 also where only documents have defects"
    )


def run(store: SqliteStore, options: argparse.Namespace, console: Console) -> int:
    """Look at everything, print a table, and say whether the store is whole."""
    with progress_bar(console, "Checking", None) as advance:
        report = asyncio.run(check(store, advance))
    out = Console(soft_wrap=True, highlight=False)
    for line in lines_of(report):
        say(out, line)
    is_bad = bool(report.store) or (options.strict and bool(report.documents))
    return FOUND_FAULTS if is_bad else DONE


async def check(store: SqliteStore, advance: Callable[[int], None]) -> Report:
    """Look at the store itself, then at every collection and every item."""
    report = Report()
    for fault in self_tests(store):
        _note(report.store, fault.kind, fault.message, fault.where)
    known: set[str] = set()
    async for collection in Selection(store, ItemQuery()).collections():
        known.add(collection.id)
        report.collections += 1
        for code, message in _collection_defects(collection):
            _note(report.documents, code, message, collection.id)
    named: set[str] = set()
    async for kept in kept_items(store):
        for item in kept:
            for fault in item.faults:
                _note(report.store, fault.kind, fault.message, fault.where)
            for defect in defects_of(item.document):
                _note(report.documents, defect.code, defect.message, item.name)
            for code, message in _link_defects(item.document):
                _note(report.documents, code, message, item.name)
            if (name := item.document.get("collection")) and name not in known:
                _note(report.documents, "collection_missing", "Its collection is not stored.", item.name)
            named.add(str(name or ""))
        report.items += len(kept)
        advance(len(kept))
    for empty in sorted(known - named):
        _note(report.documents, "collection_empty", "It has no items.", empty)
    return report


def lines_of(report: Report) -> Iterator[str]:
    """The report for a terminal: a table of each kind of fault, the most frequent first, and a last word."""
    for title, found in (("The store", report.store), ("Documents", report.documents)):
        if not found:
            continue
        yield f"{title}:"
        for code, finding in sorted(found.items(), key=lambda pair: (-pair[1].count, pair[0])):
            first = ", ".join(finding.first) + (", ..." if finding.count > len(finding.first) else "")
            yield f"{finding.count:>9,}  {code:24}  {finding.message}  [{first}]"
    yield f"{report.items:,} items and {report.collections:,} collections."
    if report.store:
        yield (
            "The store contradicts itself. Export it to .ndjson and import that into a new database; where"
            " that fails, import the documents that it was filled with."
        )
    else:
        yield "The store is whole: what it is searched by agrees with what it keeps."


def _note(found: dict[str, Finding], code: str, message: str, where: str) -> None:
    found.setdefault(code, Finding(message)).add(where)


def _collection_defects(record: StoredCollection) -> Iterator[tuple[str, str]]:
    document = _object(parse_json(document_text(record).encode()))
    if document.get("type") != "Collection":
        yield "collection_type", "It does not say that it is a Collection."
    for name in ("description", "license", "stac_version"):
        if not isinstance(document.get(name), str):
            yield f"collection_{name}", f"It has no {name.replace('_', ' ')}."
    extent = _object(document.get("extent"))
    for name, inner in (("spatial", "bbox"), ("temporal", "interval")):
        if not _object(extent.get(name)).get(inner):
            yield f"collection_{name}", f"It does not say its {name} extent."
    yield from _link_defects(document)


def _link_defects(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    links: object = document.get("links")
    for link in cast("list[object]", links) if isinstance(links, list) else []:
        href = _object(link).get("href")
        if not isinstance(href, str) or not href:
            yield "link_without_href", "It has a link that leads nowhere."
            return
        if not urlsplit(href).scheme:
            yield "link_relative", "It has a relative link, which leads nowhere from where it is kept."
            return


def _object(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
