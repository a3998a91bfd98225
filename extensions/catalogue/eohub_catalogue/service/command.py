"""The command `eohub-catalogue`: manages the store of a catalogue on the same machine."""

import argparse
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console

from eohub_catalogue.index.store import SqliteStore
from eohub_catalogue.index.upgrading import Upgrade
from eohub_catalogue.service.commands import adding, checking, exporting, importing
from eohub_catalogue.service.commands.terminal import CANCELLED, say
from eohub_catalogue.service.settings import CatalogueSettings

# A page of an export may be far down; nobody waits for it but who asked.
_LONGEST_PAGE_SECONDS = 300.0


class Run(Protocol):
    """Runs a command; returns its exit code."""

    def __call__(self, store: SqliteStore, options: argparse.Namespace, console: Console) -> int:
        """Run it on a store."""
        ...


@dataclass(frozen=True)
class Command:
    """One command: its name, what it does in a line and in full, its words, and what it does."""

    name: str
    help: str
    description: str
    describe: Callable[[argparse.ArgumentParser], None]
    run: Run
    when_cancelled: str


COMMANDS = (
    Command(
        "add",
        "store one item or collection, or make a collection",
        "Store one item or collection from a file or standard input, or make a collection for items to come.",
        adding.describe,
        adding.run,
        "Cancelled.",
    ),
    Command(
        "import",
        "store items and collections from files, folders, static catalogues and stac-geoparquet",
        "Store STAC items and collections, replacing those of the same id. It may be repeated.",
        importing.describe,
        importing.run,
        "Cancelled. What had been stored stays; run it again to go on.",
    ),
    Command(
        "export",
        "write collections and items to NDJSON, stac-geoparquet or a static catalogue",
        "Write collections and items, all or some, to a file or a folder that can be imported again.",
        exporting.describe,
        exporting.run,
        "Cancelled. Nothing was written.",
    ),
    Command(
        "check",
        "look for defects in the store and in what it keeps",
        "Look at the store and everything in it: a table of defects by kind, with the first ids of each. The"
        " exit code is 1 where the store contradicts itself.",
        checking.describe,
        checking.run,
        "Cancelled. Checking changes nothing.",
    ),
)


def run(arguments: Sequence[str], settings: CatalogueSettings) -> int:
    """Run the command; returns its exit status: 0 done, 1 something was wrong, 130 cancelled."""
    options = _parser(settings).parse_args(list(_with_boxes(arguments)))
    command: Command = options.command
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        with _opened(options.database_url, console) as store:
            return command.run(store, options, console)
    except KeyboardInterrupt:
        console.print(command.when_cancelled)
        return CANCELLED


def _with_boxes(arguments: Sequence[str]) -> Iterator[str]:
    """The arguments with `--bbox -10,...` as `--bbox=-10,...`: argparse takes the west for an option."""
    left = iter(arguments)
    for argument in left:
        yield f"--bbox={next(left, '')}" if argument == "--bbox" else argument


@contextmanager
def _opened(url: str, console: Console) -> Generator[SqliteStore]:
    """The store; one of an older version is upgraded first, which goes on there when it is stopped."""
    upgrade = Upgrade(told=lambda percent: console.print(f"Upgrading the store: {percent} % done."))
    store = SqliteStore.open(url, search_seconds=_LONGEST_PAGE_SECONDS, upgrade=upgrade)
    say(console, f"Catalogue: {store.engine.url.database}")
    try:
        yield store
    finally:
        store.engine.dispose()


def _parser(settings: CatalogueSettings) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="eohub-catalogue", description="Manage the catalogue's store.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        each = commands.add_parser(command.name, help=command.help, description=command.description)
        each.set_defaults(command=command)
        command.describe(each)
        each.add_argument(
            "--database-url",
            default=settings.database_url,
            metavar="URL",
            help="sqlite:///PATH (default: EOHUB_CATALOGUE_SERVICE_DATABASE_URL, now %(default)s)",
        )
    return parser
