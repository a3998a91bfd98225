"""Reading STAC documents from files, each with its place; what cannot be read is told, not raised."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from eohub_catalogue.index.jsontext import parse_json
from eohub_catalogue.index.pieces import pieces_of

# An item of a few hundred kB is unusual; a file that is one JSON text has to fit into memory several times.
LONGEST_LINE = 32 * 1024 * 1024
LARGEST_FILE = 512 * 1024 * 1024
LINE_SUFFIXES = frozenset({".ndjson", ".jsonl", ".geojsonl", ".geojsons"})
PARQUET_SUFFIXES = frozenset({".parquet", ".geoparquet"})
STAC_SUFFIXES = LINE_SUFFIXES | PARQUET_SUFFIXES | {".json", ".geojson"}
"""Of files that may hold STAC."""

_RECORD_SEPARATOR = b"\x1e"


@dataclass(frozen=True)
class Found:
    """A document and where it stands, such as `items.ndjson:17`."""

    where: str
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Unreadable:
    """A place where no document could be read, and why, as a sentence."""

    where: str
    reason: str


@dataclass(frozen=True)
class Text:
    """A JSON text that is not parsed yet, and where it stands: reading is cheap, parsing is not.

    `numbered` goes between the place and the number of a document where the text is a list of them.
    """

    where: str
    text: bytes
    numbered: str = ""


type Reading = Found | Unreadable


def read_documents(path: Path, progress: Callable[[int], None]) -> Iterator[Reading]:
    """The documents in a file; `progress` is told the number of bytes read since it was told last.

    NDJSON has a document on each line. JSON may be one document, a list of them, an item collection or a
    list of collections as an API gives it.
    """
    for read in read_texts(path, progress):
        if isinstance(read, Text):
            yield from documents_of(read)
        else:
            yield read


def documents_of(text: Text) -> Iterator[Reading]:
    """The documents in a text: one, a list, an item collection, or a list of collections."""
    yield from documents_in(text.where, text.text, text.numbered)


def read_texts(path: Path, progress: Callable[[int], None]) -> Iterator[Text | Reading]:
    """As `read_documents`, with texts that are not large not parsed yet."""
    try:
        if path.suffix.lower() in LINE_SUFFIXES:
            yield from _read_lines(path, progress)
        else:
            yield from _read_whole(path, progress)
    except OSError as error:
        yield Unreadable(str(path), f"It cannot be read: {error.strerror or 'unknown error'}.")


def _read_lines(path: Path, progress: Callable[[int], None]) -> Iterator[Text | Unreadable]:
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 1):
            progress(len(line))
            where = f"{path}:{number}"
            if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                yield Unreadable(
                    where, f"The line is longer than {LONGEST_LINE // 2**20} MiB; reading ended here."
                )
                return
            # RFC 8142 puts a record separator before each GeoJSON text.
            if text := line.strip().removeprefix(_RECORD_SEPARATOR):
                yield Text(where, text)


def _read_whole(path: Path, progress: Callable[[int], None]) -> Iterator[Text | Reading]:
    size = path.stat().st_size
    if size > LARGEST_FILE:
        yield Unreadable(
            str(path),
            f"It is larger than {LARGEST_FILE // 2**20} MiB; write one document a line into a .ndjson file.",
        )
        return
    text = path.read_bytes()
    progress(size)
    found = Text(str(path), text, ", document ")
    if size <= LONGEST_LINE:
        yield found
    else:
        yield from documents_of(found)


def documents_in(where: str, text: bytes, numbered: str = ", document ") -> Iterator[Reading]:
    """The documents of one JSON text that stands at `where`; several are told apart by their number."""
    try:
        value = parse_json(text)
    except ValueError as error:
        yield from _documents_in_pieces(where, text, numbered, str(error))
        return
    match value:
        case {"type": "FeatureCollection", "features": list(features)}:
            parts = cast("list[object]", features)
        case {"collections": list(collections), **others} if "type" not in others:
            parts = cast("list[object]", collections)
        case list():
            parts = cast("list[object]", value)
        case _:
            parts, numbered = [value], ""
    for number, part in enumerate(parts, 1):
        place = f"{where}{numbered}{number}" if numbered else where
        if isinstance(part, dict):
            yield Found(place, cast("dict[str, Any]", part))
        else:
            yield Unreadable(place, "It is not a JSON object.")


def _documents_in_pieces(where: str, text: bytes, numbered: str, reason: str) -> Iterator[Reading]:
    """The documents of a text that is no JSON as a whole: one that is not must not hide the others."""
    pieces = pieces_of(text) if numbered else None
    if pieces is None:
        yield Unreadable(where, f"It is not JSON: {reason}.")
        return
    for number, piece in enumerate(pieces, 1):
        place = f"{where}{numbered}{number}"
        try:
            value = parse_json(piece)
        except ValueError as error:
            yield Unreadable(place, f"It is not JSON: {error}.")
            continue
        if isinstance(value, dict):
            yield Found(place, cast("dict[str, Any]", value))
        else:
            yield Unreadable(place, "It is not a JSON object.")
