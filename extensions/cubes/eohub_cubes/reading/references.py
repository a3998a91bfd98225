"""The store that a set of references stands for: its chunks are ranges of files that lie elsewhere.

Each file is read through a reader of its own, so hosts are checked and logins used as for any other data.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import DataDamaged, DataMissing, NotReadable
from eohub_cubes.ports import LARGEST_OBJECT, ObjectInfo, ObjectReader
from eohub_cubes.reading.attempts import too_large
from eohub_cubes.reading.loop import now
from eohub_cubes.reading.opening import reader_of
from eohub_cubes.references import Reference, References, references_in

_MOST_BYTES: Final = 64 * 2**20
"""Of one set: in memory it is several times as large as its text."""


def references_reader(asset: DataAsset, reader: ObjectReader) -> "ReferenceReader":
    """The reader of what a set of references, which `reader` reads, stands for; blocking.

    Raises DataMissing, NotReadable, DataDamaged, and what its reader raises.
    """
    info = reader.info_now("")
    if info is None:
        raise DataMissing(f"There is no file at {asset.href}.")
    if info.size > _MOST_BYTES:
        raise NotReadable(
            f"This set of references has {info.size // 2**20:,} MiB, more than {_MOST_BYTES // 2**20} MiB.",
            hint="As an icechunk repository it would be read part by part.",
        )
    return ReferenceReader(asset, references_in(reader.get_now("", most=_MOST_BYTES) or b""))


class ReferenceReader:
    """The port ObjectReader over references."""

    def __init__(self, asset: DataAsset, references: References) -> None:
        self._asset = asset
        self._references = references
        self._readers: dict[str, ObjectReader] = {}
        files = Counter(each.address for each in references.values() if isinstance(each, Reference))
        self._host = next((self._place(most)[0].host for most, _ in files.most_common(1)), "")

    @property
    def host(self) -> str:
        """Where most of the values lie."""
        return self._host

    @property
    def tells_sizes(self) -> bool:
        """Whether the set has the size of everything, so that none is asked for."""
        return not any(
            isinstance(each, Reference) and each.length is None for each in self._references.values()
        )

    async def get(
        self, key: str, start: int | None = None, length: int | None = None, *, most: int = LARGEST_OBJECT
    ) -> bytes | None:
        """Read what a key refers to, or a range of it; raises DataMissing where its file is gone."""
        told = self._references.get(key)
        if told is None:
            return None
        if isinstance(told, bytes):
            first, count = _range(len(told), start, length)
            return told[first : first + count]
        reader, path = self._place(told.address)
        if told.length is None:
            found = await reader.get(path, start, length, most=most)
        else:
            first, count = _range(told.length, start, length)
            if count > most:
                raise too_large(reader.host, most)
            found = await reader.get(path, told.start + first, count) if count else b""
        # What was never written is not told of: a chunk that is missing here is none of missing values.
        return _there(found, told)

    async def info(self, key: str) -> ObjectInfo | None:
        """Tell a size as the set has it; a whole file is asked for its own."""
        told = self._references.get(key)
        if told is None:
            return None
        if isinstance(told, bytes):
            return ObjectInfo(len(told), None)
        if told.length is not None:
            return ObjectInfo(told.length, None)
        reader, path = self._place(told.address)
        return _there(await reader.info(path), told)

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        """List the keys below a prefix."""
        for key in self._below(prefix):
            yield key

    async def children(self, prefix: str) -> AsyncIterator[str]:
        """List the names right below a prefix."""
        start = len(prefix.strip("/"))
        names = (key[start:].lstrip("/").partition("/")[0] for key in self._below(prefix))
        for name in dict.fromkeys(names):
            yield name

    def get_now(
        self, key: str, start: int | None = None, length: int | None = None, *, most: int = LARGEST_OBJECT
    ) -> bytes | None:
        """Do as `get`, blocking."""
        return now(self.get(key, start, length, most=most))

    def info_now(self, key: str) -> ObjectInfo | None:
        """Do as `info`, blocking."""
        return now(self.info(key))

    def _below(self, prefix: str) -> Iterator[str]:
        folder = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        return (key for key in self._references if key.startswith(folder))

    def _place(self, address: str) -> tuple[ObjectReader, str]:
        """The reader of a file's host, and the path of the file there."""
        whole = self._whole(address)
        parts = urlsplit(whole)
        match parts.scheme:
            case "s3":
                # A key may hold ? and #, which have no meaning in it.
                bucket, _, path = whole.removeprefix("s3://").partition("/")
                root = f"s3://{bucket}/"
            case "http" | "https" if not parts.query:
                root, path = f"{parts.scheme}://{parts.netloc}/", unquote(parts.path)
            case "":
                root, path = "/", whole
            case _:
                root, path = whole, ""
        if root not in self._readers:
            self._readers[root] = reader_of(DataAsset(key="file", href=root, storage_options=self._options()))
        return self._readers[root], path

    def _whole(self, address: str) -> str:
        """An address as it is, or from the set's folder; raises NotReadable for files of this machine."""
        is_far = bool(urlsplit(self._asset.href).scheme)
        protocol = self._asset.storage_options.get("remote_protocol")
        if address.startswith("file://"):
            address = unquote(urlsplit(address).path)
        if "://" in address:
            return address
        if isinstance(protocol, str) and protocol not in ("", "file"):
            return f"{protocol}://{address.lstrip('/')}"
        if address.startswith("/"):
            if is_far:
                raise NotReadable(
                    "This set of references lies elsewhere, and leads to files of this machine."
                )
            return address
        return f"{self._asset.href.partition('?')[0].rpartition('/')[0]}/{address.removeprefix('./')}"

    def _options(self) -> dict[str, Any]:
        told = self._asset.storage_options
        inner = told.get("remote_options")
        return cast(dict[str, Any], inner if isinstance(inner, dict) else told)


def _range(size: int, start: int | None, length: int | None) -> tuple[int, int]:
    """First byte and number of bytes of a range of something so large; raises DataDamaged beyond its end."""
    first = 0 if start is None else max(0, size + start) if start < 0 else min(start, size)
    count = size - first if length is None else length
    if first + count > size:
        raise DataDamaged("A reference tells of fewer bytes than the metadata of its array.")
    return first, count


def _there[T](found: T | None, told: Reference) -> T:
    if found is None:
        raise DataMissing(
            f"The file {told.address.partition('?')[0].rpartition('/')[2]} is not there any more.",
            hint="The set of references still tells of it: whoever keeps the data may have moved it.",
        )
    return found
