"""Indices that lie beside GRIB files: NOAA's `.idx` (wgrib2) and ECMWF's `.index` (JSON lines)."""

import json
from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import urlsplit, urlunsplit

from eohub_cubes.contract import DataAsset
from eohub_cubes.ports import ObjectReader
from eohub_toolkit.errors import EohubError

type ReaderOf = Callable[[DataAsset], ObjectReader]

_LARGEST = 64 * 2**20


def index_addresses(href: str) -> list[str]:
    """Where an index of a file would lie."""
    parts = urlsplit(href)
    inner = str(PurePosixPath(parts.path).with_suffix(".index")) if parts.path else ""
    return [urlunsplit(parts._replace(path=path)) for path in (f"{parts.path}.idx", inner)]


def offsets_beside(asset: DataAsset, reader_of: ReaderOf) -> list[int]:
    """Where messages begin, by an index beside the file; none where there is no index that can be read."""
    for href in index_addresses(asset.href):
        try:
            reader = reader_of(asset.model_copy(update={"href": href}))
            text = reader.get_now("", most=_LARGEST)
        except EohubError:
            continue
        found = [] if text is None else offsets_of(text.decode("utf-8", "replace"))
        if found:
            return found
    return []


def offsets_of(text: str) -> list[int]:
    """The places that an index names, each once; none where it is no index."""
    try:
        return sorted({_offset(line) for line in text.splitlines() if line.strip()})
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return []


def _offset(line: str) -> int:
    found = int(json.loads(line)["_offset"]) if line.startswith("{") else int(line.split(":")[1])
    if found < 0:
        raise ValueError(found)
    return found
