"""`eohub-catalogue add`: one item or collection, or the beginning of a new collection."""

import argparse
import asyncio
import sys
from pathlib import Path

from rich.console import Console

from eohub_catalogue.index.document import collection_record, item_record, kind_of
from eohub_catalogue.index.ports import StacStore, Written
from eohub_catalogue.index.reading import LONGEST_LINE, Found, Text, documents_of
from eohub_catalogue.lint import defects_of
from eohub_catalogue.service.commands.terminal import DONE, say
from eohub_catalogue.versions import STAC_VERSION
from eohub_toolkit.errors import Conflict, Invalid, NotFound


def describe(parser: argparse.ArgumentParser) -> None:
    """Have a parser know the command's words."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="JSON with one item or collection; - is standard input",
    )
    what.add_argument("--new-collection", metavar="ID", help="make a collection that holds nothing yet")
    parser.add_argument("--title", help="the new collection's title")
    parser.add_argument("--description", help="what the new collection holds")
    parser.add_argument("--license", default="other", help="its licence as SPDX names it (default: other)")


def run(store: StacStore, options: argparse.Namespace, console: Console) -> int:
    """Store one document, say what became of it and what is wrong with it."""
    if options.new_collection is not None:
        document = _new_collection(options)
        if asyncio.run(store.collection(options.new_collection)) is not None:
            raise Conflict(
                f"There is a collection '{options.new_collection}' already.",
                hint="Export it, change it, and add it as a file.",
            )
    else:
        document = _read(options.file)
    for sentence in asyncio.run(_put(store, document)):
        say(console, sentence)
    return DONE


async def _put(store: StacStore, document: dict[str, object]) -> list[str]:
    kind = kind_of(document)
    if kind == "collection":
        record = collection_record(document)
        return [f"Collection {record.id}: {_word(await store.put_collections([record]))}."]
    if kind != "item":
        raise Invalid("It is neither an item nor a collection.", hint="Its type is Feature or Collection.")
    item = item_record(document)
    said = [f"Item {item.id}: {_word(await store.put_items([item]))}."]
    if not item.collection:
        said.append("note: It names no collection, so it is only found by searches over everything.")
    elif await store.collection(item.collection) is None:
        said.append(f"note: There is no collection '{item.collection}' yet; --new-collection makes one.")
    return said + [f"note: {defect.message}" for defect in defects_of(document)]


def _read(path: Path) -> dict[str, object]:
    try:
        if str(path) == "-":
            text = sys.stdin.buffer.read(LONGEST_LINE + 1)
        else:
            with path.open("rb") as file:
                text = file.read(LONGEST_LINE + 1)
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror or 'unknown error'}.") from error
    if len(text) > LONGEST_LINE:
        raise Invalid(f"{path} is larger than one document may be.", hint="Many are stored with import.")
    found = list(documents_of(Text(str(path), text, ", document ")))
    if len(found) != 1:
        raise Invalid(f"{path} holds {len(found)} documents.", hint="Many are stored with import.")
    if not isinstance(found[0], Found):
        raise Invalid(f"{found[0].where}: {found[0].reason}")
    return dict(found[0].document)


def _new_collection(options: argparse.Namespace) -> dict[str, object]:
    named = {"title": options.title} if options.title else {}
    return {
        "type": "Collection",
        "stac_version": STAC_VERSION,
        "id": options.new_collection,
        **named,
        "description": options.description or options.title or options.new_collection,
        "license": options.license,
        "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}},
        "links": [],
    }


def _word(written: Written) -> str:
    return "added" if written.added else "changed" if written.changed else "it was there as it is"
