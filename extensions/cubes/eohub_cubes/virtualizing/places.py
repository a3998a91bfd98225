"""Where a virtual cube comes to be: beside its place, and in its place only once it is whole."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from urllib.parse import urlsplit

import obstore
from botocore.session import Session
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from eohub_cubes.errors import NotReadable, StoreDown
from eohub_cubes.reading.keys import RenewedKeys, keys_of
from eohub_cubes.reading.opening import own_s3
from eohub_cubes.virtualizing.folders import made_beside, taken

_PARTS = frozenset({"chunks", "manifests", "overwritten", "snapshots", "transactions"})
_HEAD = "repo"
"""The object without which icechunk sees no repository; it is put last, and only where there is none."""


@contextmanager
def place_of(target: str) -> Generator[tuple[Path, Callable[[], None]]]:
    """An empty folder to build in, and what puts it into its place; raises TargetTaken, also at the end.

    Whatever happens between, nothing that opens is at the target before, and all of it after.
    """
    if target.startswith("/"):
        with made_beside(Path(target)) as place:
            yield place
    elif urlsplit(target).scheme == "s3":
        with TemporaryDirectory(prefix="eohub-virtual-") as folder:
            store = _store(target)
            _refuse_taken(store, target)
            yield Path(folder), lambda: _put(store, Path(folder), target)
    else:
        raise NotReadable("A virtual cube can be made in a folder or at an s3:// address.")


def _store(target: str) -> S3Store:
    parts = urlsplit(target)
    endpoint, region = own_s3()
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/"),
        endpoint=endpoint,
        region=region,
        virtual_hosted_style_request=False,
        credential_provider=cast(Any, RenewedKeys(keys_of(Session()))),
        client_options={"allow_http": endpoint.startswith("http://")},
    )


def _refuse_taken(store: S3Store, target: str) -> None:
    try:
        there = _listed(store)
    except (BaseError, OSError) as error:
        raise StoreDown(f"{target} cannot be looked into.", hint=_first_line(error)) from None
    if any(key.partition("/")[0] not in _PARTS for key in there):
        raise taken(target)


def _put(store: S3Store, folder: Path, target: str) -> None:
    """Put all of it, or nothing: also whoever cancels finds no part of it there."""
    keys = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    keys.remove(_HEAD)
    head = (folder / _HEAD).read_bytes()
    try:
        for key in keys:
            obstore.put(store, key, folder / key)
        obstore.put(store, _HEAD, head, mode="create")
    except BaseException as error:
        if _taken_back(store, keys, head, target):
            match error:
                case AlreadyExistsError():
                    raise taken(target) from None
                case BaseError() | OSError():
                    raise StoreDown(f"{target} cannot be written.", hint=_first_line(error)) from None
                case _:
                    raise


def _taken_back(store: S3Store, keys: Sequence[str], head: bytes, target: str) -> bool:
    """Whether what was put is away again; False where all of it came there, though no answer told so.

    Raises StoreDown where parts are left.
    """
    try:
        if _head(store) == head:
            return False
        obstore.delete(store, [key for key in _listed(store) if key in keys])
        return True
    except (BaseError, OSError):
        raise StoreDown(
            f"{target} cannot be written, and parts of it may be left there.",
            hint="Nothing opens them; remove what lies below that address.",
        ) from None


def _head(store: S3Store) -> bytes | None:
    try:
        return bytes(obstore.get(store, _HEAD).bytes())
    except FileNotFoundError:
        return None


def _listed(store: S3Store) -> list[str]:
    return [each["path"] for batch in obstore.list(store) for each in batch]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
