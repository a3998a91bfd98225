"""Where a local index takes its documents from: what every such place has to do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from eohub_catalogue.index.document import collection_record, item_records, kind_of
from eohub_catalogue.index.ports import CollectionRecord, ItemRecord
from eohub_catalogue.index.reading import Found, Reading, Unreadable
from eohub_toolkit.errors import Invalid

LARGEST_DOCUMENT = 64 * 1024 * 1024
"""Bytes of one document, which has to fit into memory several times."""

MOST_LINKED = 64 * 1024 * 1024
"""Characters of all addresses that the documents of a catalogue lead on to: they are kept in memory."""

_DOCUMENTS_AT_ONCE = 1_000


@dataclass(frozen=True)
class Read:
    """One document that was read. `readings` is walked in a thread; `bytes` is what it took."""

    readings: Iterator[Reading]
    stamp: str | None
    bytes: int


class Documents(Protocol):
    """The documents of one catalogue, by address. Sentences name them by `shown`."""

    async def beginning(self) -> Sequence[str]:
        """The addresses to begin with: all of them, or one that leads on. Raises where it cannot be read."""
        ...

    def stamp(self, address: str) -> str | None:
        """The stamp that one has now, where that is known without reading it."""
        ...

    async def read(self, address: str, stamp: str | None) -> Read | None:
        """Read one, or None where it is as it was with this stamp. Raises NotFound where it is gone."""
        ...

    def links(self, address: str, document: Mapping[str, object]) -> Sequence[str]:
        """The addresses that a catalogue or collection leads on to, until they exceed MOST_LINKED."""
        ...

    def resolved(self, address: str, href: str) -> str:
        """Where an `href` in the document at an address leads, absolute."""
        ...

    def place(self, address: str) -> str:
        """Where the document at an address lies, absolute."""
        ...

    def shown(self, address: str) -> str:
        """The address as the person knows it."""
        ...

    async def close(self) -> None:
        """Let go of what is open."""
        ...


@dataclass
class Contents:
    """A part of what a document holds, ready for the store, and whether it is the last part of it.

    `problems` are sentences, `links` are addresses.
    """

    items: list[ItemRecord] = field(default_factory=list[ItemRecord])
    collections: list[CollectionRecord] = field(default_factory=list[CollectionRecord])
    links: list[str] = field(default_factory=list[str])
    problems: list[str] = field(default_factory=list[str])
    last: bool = False


def contents_of(documents: Documents, address: str, readings: Iterator[Reading]) -> Iterator[Contents]:
    """What one document holds, in one part or more of bounded size; what cannot be kept is a problem."""
    part, found = Contents(), list[Found]()
    for reading in readings:
        if isinstance(reading, Unreadable):
            part.problems.append(reading.reason)
            continue
        match kind_of(reading.document):
            case "item":
                found.append(reading)
            case "collection":
                _add_collection(part, reading.document)
                part.links += documents.links(address, reading.document)
            case "catalogue":
                part.links += documents.links(address, reading.document)
            case None:
                part.problems.append("It is neither an item, nor a collection, nor a catalogue.")
        if len(found) >= _DOCUMENTS_AT_ONCE:
            yield _with_items(part, found)
            part, found = Contents(), []
    part.last = True
    yield _with_items(part, found)


def _add_collection(part: Contents, document: Mapping[str, object]) -> None:
    try:
        part.collections.append(collection_record(document))
    except Invalid as error:
        part.problems.append(error.detail)


def _with_items(part: Contents, found: Sequence[Found]) -> Contents:
    for record in item_records([each.document for each in found]):
        if isinstance(record, Invalid):
            part.problems.append(record.detail)
        else:
            part.items.append(record)
    return part
