"""What there is to import below a path: files, folders, and static catalogues by their links."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urldefrag, urlsplit

from eohub_catalogue.index.document import kind_of
from eohub_catalogue.index.importing import Source
from eohub_catalogue.index.reading import (
    PARQUET_SUFFIXES,
    STAC_SUFFIXES,
    Found,
    Text,
    Unreadable,
    documents_of,
    read_texts,
)

_LINKED = ("child", "item")
_LARGEST_LINKED = 32 * 1024 * 1024

type Progress = Callable[[int], None]


def files_below(paths: Sequence[Path]) -> list[Path]:
    """The files among `paths` and, in order, those of their folders that may hold STAC."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            kept = [name for name in sorted(names) if not name.startswith(".")]
            found += [Path(folder, name) for name in kept if Path(name).suffix.lower() in STAC_SUFFIXES]
    return found


def read_sources(paths: Sequence[Path], progress: Progress) -> Iterator[Source]:
    """What there is to import in files, folders, static catalogues and stac-geoparquet.

    A file that is a catalogue is left for what its links lead to. In a folder they are passed over: what
    they link to lies there as well. `progress` is told the number of bytes read since it was told last.
    """
    for path in paths:
        if path.is_dir():
            for file in files_below([path]):
                yield from (source for source in _read_file(file, progress) if not _is_catalogue(source))
        else:
            for source in _read_file(path, progress):
                if _is_catalogue(source):
                    yield from _follow(path, progress)
                else:
                    yield source


def _read_file(path: Path, progress: Progress) -> Iterator[Source]:
    if path.suffix.lower() in PARQUET_SUFFIXES:
        # Not before it is needed: it takes a third of a second and 60 MiB.
        from eohub_catalogue.index.geoparquet_read import read_parquet

        yield from read_parquet(path, progress)
    else:
        yield from read_texts(path, progress)


def _is_catalogue(source: Source) -> bool:
    """Whether it is a file that is one catalogue; only a text that may be one is parsed for it."""
    if not isinstance(source, Text) or not source.numbered or b'"properties"' in source.text:
        return False
    documents = list(documents_of(source))
    return (
        len(documents) == 1
        and isinstance(documents[0], Found)
        and kind_of(documents[0].document) == "catalogue"
    )


def _follow(start: Path, progress: Progress) -> Iterator[Source]:
    """The documents that a static catalogue links to, each once, in the order of the links."""
    pending = [start]
    seen = {start.resolve()}
    while pending:
        path = pending.pop()
        try:
            if path.stat().st_size > _LARGEST_LINKED:
                yield Unreadable(str(path), "It is too large for one document of a catalogue.")
                continue
            text = Text(str(path), path.read_bytes(), ", document ")
        except OSError as error:
            yield Unreadable(str(path), f"It cannot be read: {error.strerror or 'unknown error'}.")
            continue
        if path != start:
            progress(len(text.text))
        for reading in documents_of(text):
            kind = kind_of(reading.document) if isinstance(reading, Found) else "item"
            if isinstance(reading, Found) and kind != "item":
                if kind != "catalogue":
                    yield reading
                new: list[Path] = []
                for led in _linked(path, reading):
                    if isinstance(led, Unreadable):
                        yield led
                    elif (place := led.resolve()) not in seen:
                        seen.add(place)
                        new.append(led)
                pending.extend(reversed(new))
            else:
                yield reading


def _linked(path: Path, found: Found) -> Iterator[Path | Unreadable]:
    """Where the links to children and items lead; absolute ones below the document's own address are here."""
    links = found.document.get("links")
    given = [cast("dict[str, object]", link) for link in links if isinstance(link, dict)] if links else []
    own = next((link.get("href") for link in given if link.get("rel") == "self"), None)
    base = own.rpartition("/")[0] + "/" if isinstance(own, str) and "://" in own else None
    for link in given:
        href = link.get("href")
        if link.get("rel") not in _LINKED or not isinstance(href, str):
            continue
        if base is not None and href.startswith(base):
            href = href[len(base) :]
        href = urldefrag(href)[0]
        if urlsplit(href).scheme or href.startswith("//"):
            yield Unreadable(str(path), f"It links to {href[:200]}, which is not on this machine.")
        elif href:
            yield path.parent / unquote(href)
