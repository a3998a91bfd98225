"""Where a virtual cube is kept, and what it may read: icechunk's storage, containers and keys."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import urlsplit

import icechunk
from botocore.session import Session

from eohub_cubes.errors import DataMissing, NoAccess, NotReadable, StoreDown
from eohub_cubes.reading.keys import KeysMissing, keys_of
from eohub_cubes.reading.opening import REGION, check_loose, own_s3
from eohub_cubes.virtualizing.files import url_of

# Its warnings are for whoever commits to one folder from many processes; a cube is committed once.
icechunk.set_logs_filter("error")


class SessionKeys:
    """The keys of this environment, asked for anew whenever they end; icechunk may pickle it."""

    def __call__(self) -> icechunk.S3StaticCredentials:
        """The keys of now; raises NoAccess where there are none."""
        try:
            keys = keys_of(Session())()
        except KeysMissing as error:
            raise NoAccess(f"This server has no keys for S3: {error}") from None
        # They are asked for again after half of their life.
        ends = None if keys.seconds is None else datetime.now(UTC) + timedelta(seconds=keys.seconds / 2)
        return icechunk.S3StaticCredentials(
            keys.access_key_id, keys.secret_access_key, keys.token, expires_after=ends
        )


def storage_of(address: str) -> icechunk.Storage:
    """The storage of a repository in a folder or at an S3 prefix; raises NotReadable for other addresses."""
    parts = urlsplit(address)
    if parts.scheme == "s3":
        endpoint, region = own_s3()
        return icechunk.s3_storage(
            bucket=parts.netloc,
            prefix=parts.path.strip("/"),
            region=region,
            endpoint_url=endpoint,
            allow_http=endpoint.startswith("http://"),
            force_path_style=True,
            get_credentials=SessionKeys(),
        )
    if address.startswith("/"):
        return icechunk.local_filesystem_storage(address)
    raise NotReadable("A virtual cube lies in a folder or at an s3:// address.")


def containers_of(addresses: Iterable[str]) -> list[icechunk.VirtualChunkContainer]:
    """The places that hold the files: for each host or bucket the deepest folder of all its files."""
    folders: dict[str, list[PurePosixPath]] = {}
    for address in addresses:
        parts = urlsplit(url_of(address))
        folders.setdefault(f"{parts.scheme}://{parts.netloc}", []).append(PurePosixPath(parts.path).parent)
    return [_container(base, _shared(paths)) for base, paths in folders.items()]


def authorised(containers: Mapping[str, Any], address: str) -> dict[str, Any]:
    """What a repository at an address may read with: this environment's keys at its own S3, none elsewhere.

    A repository names the places itself, so another's could name any: keys go to no other host, none is asked
    that this process may not read from, and only a repository among this machine's files is let at others.
    """
    given = {prefix: _credentials(prefix, each.store, address) for prefix, each in containers.items()}
    return icechunk.containers_credentials(given)


def opened(address: str) -> icechunk.IcechunkStore:
    """The newest state of a repository, read-only.

    Raises DataMissing where there is none; NoAccess and AddressRefused for one that reads what it must not.
    """
    storage = storage_of(address)
    try:
        config = icechunk.Repository.fetch_config(storage)
        containers = (config.virtual_chunk_containers if config is not None else None) or {}
        repository = icechunk.Repository.open(
            storage, authorize_virtual_chunk_access=authorised(containers, address)
        )
        return repository.readonly_session("main").store
    except icechunk.NotFoundError:
        raise DataMissing(f"There is no virtual cube at {address}.") from None
    except icechunk.IcechunkError as error:
        raise StoreDown(f"The virtual cube at {address} cannot be opened.", hint=first_line(error)) from None


def first_line(error: Exception) -> str:
    """What an error says, without the places in code that follow it."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _container(base: str, folder: str) -> icechunk.VirtualChunkContainer:
    store: Any
    match urlsplit(base).scheme:
        case "file":
            store = icechunk.local_filesystem_store(folder)
        case "s3":
            endpoint, region = own_s3()
            store = icechunk.s3_store(
                region=region,
                endpoint_url=endpoint,
                allow_http=endpoint.startswith("http://"),
                s3_compatible=True,
                force_path_style=True,
            )
        case _:
            store = icechunk.http_store(opts={"allow_http": "true"} if base.startswith("http:") else None)
    return icechunk.VirtualChunkContainer(f"{base}{folder}", store)


def _shared(folders: list[PurePosixPath]) -> str:
    shared = folders[0]
    while not all(each.is_relative_to(shared) for each in folders):
        shared = shared.parent
    return f"{str(shared).rstrip('/')}/"


def _credentials(prefix: str, store: Any, address: str) -> Any:
    kinds = icechunk.ObjectStoreConfig
    match store:
        case kinds.LocalFileSystem() if address.startswith("/"):
            return icechunk.Credentials.LocalFileSystemAccess()
        case kinds.Http() if urlsplit(prefix).path and _is_plain(prefix, cast(Any, store)._0):
            # Without a path the prefix could go on as the name of another host.
            check_loose(prefix)
            return icechunk.Credentials.HttpAccess()
        case kinds.S3() | kinds.S3Compatible() if REGION.fullmatch(cast(Any, store)._0.region or "none"):
            endpoint = cast(Any, store)._0.endpoint_url
            is_own = endpoint == own_s3()[0]
            if endpoint is not None and not is_own:
                check_loose(endpoint)
            return (
                icechunk.s3_refreshable_credentials(SessionKeys())
                if is_own
                else icechunk.s3_anonymous_credentials()
            )
        case _:
            raise NoAccess(
                f"The virtual cube at {address} wants to read {prefix}, which it is not let at.",
                hint="Ask whoever made it where its files lie.",
            )


def _is_plain(prefix: str, ways: Mapping[str, str] | None) -> bool:
    """Whether a place on the web is read as its address says: a proxy, or http in place of https, is not."""
    return not ways or (prefix.startswith("http:") and set(ways) == {"allow_http"})
