"""A zarr store over an ObjectReader: what zarr reads is counted, cancelled and renewed like all else."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, override

from zarr.abc.store import ByteRequest, OffsetByteRequest, RangeByteRequest, Store, SuffixByteRequest
from zarr.core.buffer import Buffer, BufferPrototype

from eohub_cubes.ports import ObjectReader


class ReaderStore(Store):
    """Read-only; lists what the reader can list."""

    def __init__(self, reader: ObjectReader) -> None:
        super().__init__(read_only=True)
        self.reader = reader

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
    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        match byte_range:
            case None:
                found = await self.reader.get(key)
            case RangeByteRequest(start=start, end=end):
                found = await self.reader.get(key, start, end - start)
            case OffsetByteRequest(offset=offset):
                found = await self.reader.get(key, offset)
            case SuffixByteRequest(suffix=suffix):
                found = await self.reader.get(key, -suffix)
        return None if found is None else prototype.buffer.from_bytes(found)

    @override
    async def get_partial_values(
        self, prototype: BufferPrototype, key_ranges: Iterable[tuple[str, ByteRequest | None]]
    ) -> list[Buffer | None]:
        return [await self.get(key, prototype, wanted) for key, wanted in key_ranges]

    @override
    async def exists(self, key: str) -> bool:
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
        async for name in self.reader.children(prefix):
            yield name


def zarr_store(reader: ObjectReader) -> Any:
    """The store to hand to `zarr.open` or `xarray.open_zarr`."""
    return ReaderStore(reader)
