"""Where a virtual cube comes to be: beside its place, and in its place only once it is whole."""

from collections.abc import Callable, Generator
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
        there = [each["path"] for batch in obstore.list(store) for each in batch]
    except (BaseError, OSError) as error:
        raise StoreDown(f"{target} cannot be looked into.", hint=str(error).splitlines()[0][:200]) from None
    if any(key.partition("/")[0] not in _PARTS for key in there):
        raise taken(target)


def _put(store: S3Store, folder: Path, target: str) -> None:
    keys = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    try:
        for key in keys:
            if key != _HEAD:
                obstore.put(store, key, folder / key)
        obstore.put(store, _HEAD, (folder / _HEAD).read_bytes(), mode="create")
    except AlreadyExistsError:
        obstore.delete(store, [key for key in keys if key != _HEAD])
        raise taken(target) from None
    except (BaseError, OSError) as error:
        raise StoreDown(f"{target} cannot be written.", hint=str(error).splitlines()[0][:200]) from None
