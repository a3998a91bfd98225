"""`eohub-catalogue export`: collections and items into NDJSON, stac-geoparquet or a static catalogue."""

import argparse
import asyncio
from pathlib import Path

from rich.console import Console

from eohub_catalogue.index.ports import ItemQuery, StacStore
from eohub_catalogue.index.query import item_query
from eohub_catalogue.index.reading import LINE_SUFFIXES, PARQUET_SUFFIXES
from eohub_catalogue.service.commands.terminal import DONE, FOUND_FAULTS, Naming, progress_bar, say
from eohub_catalogue.service.export_formats import Write, write_folder, write_lines, write_parquet_file
from eohub_catalogue.service.exporting import Selection
from eohub_catalogue.service.place import in_place_of
from eohub_toolkit.errors import Invalid


def describe(parser: argparse.ArgumentParser) -> None:
    """Have a parser know the command's words."""
    parser.add_argument(
        "target",
        type=Path,
        metavar="TARGET",
        help="FILE.ndjson, FILE.parquet for stac-geoparquet, or a folder for a static catalogue",
    )
    parser.add_argument(
        "--collection",
        action="append",
        default=[],
        metavar="ID",
        help="only this collection; may be repeated",
    )
    parser.add_argument("--bbox", metavar="W,S,E,N", help="only items that meet this box, in degrees")
    parser.add_argument(
        "--datetime", metavar="TIME", help="only items of this time or range, such as 2024-01-01T00:00:00Z/.."
    )
    parser.add_argument(
        "--filter", metavar="CQL2", help="only items of which this holds, such as 'eo:cloud_cover < 10'"
    )
    parser.add_argument("--force", action="store_true", help="replace what is at TARGET")


def run(store: StacStore, options: argparse.Namespace, console: Console) -> int:
    """Write what is selected, and say how much that was."""
    selection = Selection(store, _query(options))
    naming = Naming(console, "More items are left out; they are counted only.")
    target: Path = options.target
    write = _writer(target)
    with in_place_of(target, force=options.force) as part, progress_bar(console, "Writing", None) as advance:
        written = asyncio.run(write(selection, part, naming, advance))
    say(console, f"{target}: {written} items; left out: {naming.count}")
    return FOUND_FAULTS if naming.count else DONE


def _query(options: argparse.Namespace) -> ItemQuery:
    given = {"collections": options.collection, "bbox": options.bbox, "datetime": options.datetime}
    if options.filter is not None:
        given |= {"filter": options.filter, "filter-lang": "cql2-text"}
    return item_query({name: value for name, value in given.items() if value})


def _writer(target: Path) -> Write:
    suffix = target.suffix.lower()
    if suffix in LINE_SUFFIXES:
        return write_lines
    if suffix in PARQUET_SUFFIXES:
        return write_parquet_file
    if suffix in (".json", ".geojson"):
        raise Invalid(
            f"{target} is neither NDJSON, stac-geoparquet nor a folder.",
            hint="Name a file that ends in .ndjson or .parquet, or a folder.",
        )
    return write_folder
