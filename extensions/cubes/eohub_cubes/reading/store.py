"""A zarr store over an ObjectReader, which reads at once what xarray asks for one after another at open.

The metadata of a group is found in one round of requests and its coordinates in a second one; both stay in
memory, bounded, so that opening takes two round trips. A store without consolidated metadata takes four.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, cast, override

import zarr
from zarr.abc.store import ByteRequest, OffsetByteRequest, RangeByteRequest, Store, SuffixByteRequest
from zarr.core.buffer import Buffer, BufferPrototype

from eohub_cubes.ports import LARGEST_METADATA, ObjectReader
from eohub_cubes.reading.coordinates import keys_to_open
from eohub_cubes.reading.merging import Together, merged

_THREE = "zarr.json"
_TWO = (".zmetadata", ".zgroup", ".zattrs")
_OF_ARRAYS = (_THREE, ".zarray", ".zattrs", ".zgroup")
_METADATA = frozenset({_THREE, *_TWO, ".zarray"})
_MOST_NAMES = 2_000
_MOST_RANGES = 64
_CONCURRENCY = 64
"""Chunks that zarr reads at once: 256 of them wait for 4 round trips, with its own default of 10 for 26."""
_CONCURRENCY_OF_ZARR = 10
_LARGEST_KEPT = 4 * 2**20
"""Of one chunk: one that is larger than its metadata let expect is given on and forgotten."""


class ReaderStore(Store):
    """Read-only; lists what the reader can list. Sets zarr's `async.concurrency`, unless it was set."""

    def __init__(self, reader: ObjectReader) -> None:
        super().__init__(read_only=True)
        if zarr.config.get("async.concurrency") == _CONCURRENCY_OF_ZARR:
            zarr.config.set({"async.concurrency": _CONCURRENCY})
        self.reader = reader
        self._kept: dict[str, bytes | None] = {}
        self._names: dict[str, list[str]] = {}
        self._found: set[str] = set()
        self._finding: dict[tuple[asyncio.AbstractEventLoop, str], asyncio.Task[None]] = {}
        self._coming: dict[str, asyncio.Task[bytes | None]] = {}
        self._gates: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}

    @property
    @override
    def supports_writes(self) -> bool:
        return False

    @property
    @override
    def supports_deletes(self) -> bool:
        return False

    @property
    @override
    def supports_listing(self) -> bool:
        return True

    @override
    def __eq__(self, value: object) -> bool:
        return isinstance(value, ReaderStore) and value.reader is self.reader

    @override
    def __repr__(self) -> str:
        return f"ReaderStore({self.reader.host or 'this machine'})"

    @override
    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        found = await self._bytes(key, byte_range)
        return None if found is None else prototype.buffer.from_bytes(found)

    @override
    async def get_partial_values(
        self, prototype: BufferPrototype, key_ranges: Iterable[tuple[str, ByteRequest | None]]
    ) -> list[Buffer | None]:
        return list(await asyncio.gather(*(self.get(key, prototype, wanted) for key, wanted in key_ranges)))

    @override
    async def get_ranges(
        self, key: str, byte_ranges: Sequence[ByteRequest | None], *, prototype: BufferPrototype, **_: int
    ) -> AsyncIterator[Sequence[tuple[int, Buffer | None]]]:
        """Read ranges of a shard with few requests; zarr's own limits would read over gaps of a MiB each."""

        async def read(together: Together) -> list[tuple[int, Buffer | None]]:
            async with self._gate():
                found = await self.get(key, prototype, together.wanted)
            if found is None:
                raise FileNotFoundError(key)
            if not isinstance(together.wanted, RangeByteRequest):
                return [(at, found) for at in together.members]
            begin = together.wanted.start
            parts = [(at, cast(RangeByteRequest, byte_ranges[at])) for at in together.members]
            return [(at, found[each.start - begin : each.end - begin]) for at, each in parts]

        try:
            parts = await asyncio.gather(*map(read, merged(byte_ranges)))
        except FileNotFoundError as missing:
            raise ExceptionGroup("a shard is gone", [missing]) from None
        for each in parts:
            yield each

    def _gate(self) -> asyncio.Semaphore:
        """What keeps the ranges of all shards to so many at once; zarr's own limit is of shards."""
        return self._gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_MOST_RANGES))

    @override
    async def exists(self, key: str) -> bool:
        group, _, name = key.rpartition("/")
        if name in _METADATA:
            await self._find(group)
        if key in self._kept:
            return self._kept[key] is not None
        return await self.reader.info(key) is not None

    @override
    async def set(self, key: str, value: Buffer) -> None:
        raise NotImplementedError

    @override
    async def delete(self, key: str) -> None:
        raise NotImplementedError

    @override
    def list(self) -> AsyncIterator[str]:
        return self.reader.keys("")

    @override
    def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        return self.reader.keys(prefix)

    @override
    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        group = prefix.strip("/")
        await self._find(group)
        if group not in self._names:
            self._names[group] = [name async for name in self.reader.children(group)]
        for name in self._names[group]:
            yield name

    async def _bytes(self, key: str, wanted: ByteRequest | None) -> bytes | None:
        group, _, name = key.rpartition("/")
        if key not in self._kept and name in _METADATA:
            await self._find(group)
        if key in self._kept or await self._came(key):
            kept = self._kept[key]
            return None if kept is None else _part(kept, wanted)
        match wanted:
            case None:
                return await self.reader.get(key)
            case RangeByteRequest(start=start, end=end):
                return await self.reader.get(key, start, end - start)
            case OffsetByteRequest(offset=offset):
                return await self.reader.get(key, offset)
            case SuffixByteRequest(suffix=suffix):
                return await self.reader.get(key, -suffix)

    async def _find(self, group: str) -> None:
        """Read what opening a group takes, once; a failure is forgotten, so that it can be tried again."""
        if group in self._found:
            return
        # A task can be waited for on its own loop alone.
        place = (asyncio.get_running_loop(), group)
        task = self._finding.get(place)
        if task is None:
            task = self._finding[place] = asyncio.create_task(self._read(group))
        try:
            await asyncio.shield(task)
            self._found.add(group)
        finally:
            if task.done():
                self._finding.pop(place, None)

    async def _read(self, group: str) -> None:
        below = f"{group}/" if group else ""
        first = await self._keep(below + name for name in (_THREE, *_TWO))
        arrays = _arrays(first[below + _THREE], first[below + _TWO[0]])
        if arrays is None:
            arrays = await self._read_each(group, below)
        self._close_other_version(below, arrays, three=first[below + _THREE] is not None)
        await self.read_ahead(group, arrays)

    async def read_ahead(self, group: str, arrays: Mapping[str, Mapping[str, Any]]) -> None:
        """Begin to read at once what opening reads of a group's arrays, for those who ask for it next."""
        below = f"{group}/" if group else ""
        for key in (below + each for each in keys_to_open(arrays)):
            if key not in self._coming:
                coming = self._coming[key] = asyncio.create_task(self.reader.get(key))
                # Of one that nobody asks for no fault is told; who does ask reads it again, and is told.
                coming.add_done_callback(lambda done: done.cancelled() or done.exception())
                # Nor is it told at the end of a process that began to read and needed no more.
                coming._log_destroy_pending = False  # type: ignore[attr-defined]

    async def _came(self, key: str) -> bool:
        """Whether a chunk that was read ahead is kept now."""
        coming = self._coming.get(key)
        if coming is None or coming.get_loop() is not asyncio.get_running_loop():
            return False
        await asyncio.wait([coming])
        self._coming.pop(key, None)
        if coming.cancelled() or coming.exception() is not None:
            return False
        body = coming.result()
        if body is not None and len(body) > _LARGEST_KEPT:
            return False
        self._kept[key] = body
        return True

    async def _read_each(self, group: str, below: str) -> dict[str, dict[str, Any]]:
        """The arrays of a group without consolidated metadata, by a listing; none where there is no group."""
        if self._kept[below + _THREE] is None and self._kept[below + ".zgroup"] is None:
            return {}
        if _document(self._kept[below + _THREE]).get("node_type") == "array":
            return {}
        names = [name async for name in self.reader.children(group)]
        self._names[group] = names
        inner = [name for name in names if not name.startswith(".") and name != _THREE][:_MOST_NAMES]
        kinds = (_THREE,) if self._kept[below + _THREE] is not None else _OF_ARRAYS[1:]
        read = await self._keep(f"{below}{name}/{kind}" for name in inner for kind in kinds)
        arrays: dict[str, dict[str, Any]] = {}
        for name in inner:
            for kind in kinds[:1]:
                document = _document(read[f"{below}{name}/{kind}"])
                if "shape" in document:
                    attributes = _document(read.get(f"{below}{name}/.zattrs"))
                    arrays[name] = {"attributes": attributes, **document}
        return arrays

    async def _keep(self, keys: Iterable[str]) -> dict[str, bytes | None]:
        wanted = [*keys]
        reads = (self.reader.get(key, most=LARGEST_METADATA) for key in wanted)
        read = dict(zip(wanted, await asyncio.gather(*reads), strict=True))
        self._kept |= read
        return read

    def _close_other_version(self, below: str, arrays: Mapping[str, Any], *, three: bool) -> None:
        """Remember that no array has metadata of the version that the group does not have."""
        for name in arrays:
            for kind in _OF_ARRAYS[1:] if three else (_THREE,):
                self._kept.setdefault(f"{below}{name}/{kind}", None)


def _arrays(three: bytes | None, two: bytes | None) -> dict[str, dict[str, Any]] | None:
    """The arrays that consolidated metadata tells of, by name; None where there is none."""
    consolidated = _document(three).get("consolidated_metadata")
    if isinstance(consolidated, dict):
        return _mappings(cast(dict[str, Any], consolidated).get("metadata"), "shape")
    documents = _mappings(_document(two).get("metadata")) if two is not None else {}
    if not documents:
        return None
    return {
        key.removesuffix("/.zarray"): {**each, "attributes": documents.get(f"{key[:-8]}/.zattrs", {})}
        for key, each in documents.items()
        if key.endswith("/.zarray")
    }


def _mappings(found: object, holding: str | None = None) -> dict[str, dict[str, Any]]:
    if not isinstance(found, dict):
        return {}
    return {
        str(key): cast(dict[str, Any], each)
        for key, each in cast(dict[Any, Any], found).items()
        if isinstance(each, dict) and (holding is None or holding in each)
    }


def _document(body: bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return cast(dict[str, Any], found) if isinstance(found, dict) else {}


def _part(body: bytes, wanted: ByteRequest | None) -> bytes:
    match wanted:
        case None:
            return body
        case RangeByteRequest(start=start, end=end):
            return body[start:end]
        case OffsetByteRequest(offset=offset):
            return body[offset:]
        case SuffixByteRequest(suffix=suffix):
            return body[-suffix:]
