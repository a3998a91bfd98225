"""From an address to the reader of what lies there."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from os.path import normpath
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from botocore.configprovider import ConfiguredEndpointProvider
from botocore.exceptions import BotoCoreError
from botocore.session import Session
from obstore.store import LocalStore, S3Store

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import NotReadable
from eohub_cubes.ports import Bandwidth, ObjectReader
from eohub_cubes.reading.attempts import Objects
from eohub_cubes.reading.guard import Guard
from eohub_cubes.reading.keys import RenewedKeys, keys_of
from eohub_cubes.reading.logins import Logins, hub_tokens
from eohub_cubes.reading.loop import now
from eohub_cubes.reading.objects import ONE_TRY, ObstoreObjects
from eohub_cubes.reading.reader import RetryingReader
from eohub_cubes.reading.signing import Again, told_by_item
from eohub_cubes.reading.web import WebObjects
from eohub_cubes.reading.web_s3 import WebS3

REGION = re.compile(r"[A-Za-z0-9-]{1,40}")

_FORMS = "Addresses begin with s3://, https:// or /."


@dataclass(frozen=True)
class Doors:
    """How this process reaches data: who it says it is, what it may ask, what it remembers of speed."""

    logins: Callable[[], Logins] = field(default=Logins)
    guard: Guard | None = None
    bandwidth: Bandwidth | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    """How long a store is left alone before it is tried again, seconds."""


_of_process = [Doors()]


def use_doors(doors: Doors) -> None:
    """Have every reader of this process go through these doors, whoever makes it."""
    _of_process[0] = doors


def check_loose(url: str) -> None:
    """Raise AddressRefused for where this process may not read by a library that goes where it is led."""
    guard = _of_process[0].guard
    if guard is not None:
        now(guard.check_loose(url))


def reader_of(asset: DataAsset, again: Again | None = None) -> ObjectReader:
    """The reader of an asset's objects; asks nothing yet. Raises NotReadable for another kind of address.

    Where its address is signed, `again` tells it anew once the signature has ended.
    """
    return reader_through(_of_process[0], asset, again)


def reader_of_item(asset: DataAsset, item: str | None) -> ObjectReader:
    """Do as `reader_of` for an asset of an item whose JSON lies at an address: that is asked again."""
    if item is None:
        return reader_of(asset)
    return reader_of(asset, lambda: told_by_item(reader_of(DataAsset(key="item", href=item)), asset.key)())


def reader_through(doors: Doors, asset: DataAsset, again: Again | None = None) -> ObjectReader:
    """Do as `reader_of`, by doors of one's own."""
    try:
        return _reader(doors, asset, again)
    except ValueError:
        raise NotReadable("This is no address that data can be read from.", hint=_FORMS) from None


def _reader(doors: Doors, asset: DataAsset, again: Again | None) -> ObjectReader:
    parts = urlsplit(asset.href)
    match parts.scheme:
        case "http" | "https" if parts.hostname and parts.port != 0:
            web = WebObjects(asset.href, doors.logins(), doors.guard, again)
            return RetryingReader(web, unquote(parts.path), doors.bandwidth, doors.sleep)
        case "s3" if parts.netloc:
            # A key may hold ? and #, which have no meaning in it.
            _, _, key = asset.href.removeprefix("s3://").partition("/")
            objects = _s3(parts.netloc, asset.storage_options, doors.guard)
            return RetryingReader(objects, key, doors.bandwidth, doors.sleep)
        case "file":
            return RetryingReader(_files(), normpath(unquote(parts.path)))
        case "" if asset.href.startswith("/"):
            return RetryingReader(_files(), normpath(asset.href))
        case _:
            raise NotReadable(
                f"Data at an address of the kind {parts.scheme or 'path'} cannot be read here.",
                hint=_FORMS,
            )


def _files() -> Objects:
    return ObstoreObjects(lambda: LocalStore("/"), "")


def _s3(bucket: str, options: Mapping[str, object], guard: Guard | None) -> Objects:
    asked = _Asked.of(options)
    if asked.region is not None and REGION.fullmatch(asked.region) is None:
        # It becomes part of a host's name, which keys are sent to.
        raise NotReadable(f"{asked.region[:60]!r} is no region of an S3.")
    try:
        session = Session(profile=asked.profile)
        region = asked.region or session.get_config_variable("region") or "us-east-1"
        own = _endpoint(session, region)
    except BotoCoreError:
        raise NotReadable(
            "The AWS configuration of this server cannot be read.", hint="Look into ~/.aws/config."
        ) from None
    if asked.endpoint is not None and asked.endpoint.rstrip("/") != own.rstrip("/"):
        # Keys are sent to the endpoint that they are for: another one needs a profile that names it.
        profile = _profile_for(session, asked.endpoint)
        keys = None if profile is None else RenewedKeys(keys_of(Session(profile=profile)))
        return WebS3(asked.endpoint, bucket, region, None if asked.anonymous else keys, guard)
    keys = None if asked.anonymous else RenewedKeys(keys_of(session))
    config: dict[str, Any] = {"skip_signature": True} if keys is None else {"credential_provider": keys}
    if asked.requester_pays and keys is not None:
        config["request_payer"] = True

    def make() -> Any:
        return S3Store(
            bucket,
            endpoint=own,
            region=region,
            virtual_hosted_style_request=False,
            client_options={"allow_http": own.startswith("http://"), "connect_timeout": "10s"},
            retry_config=ONE_TRY,
            **config,
        )

    return ObstoreObjects(make, urlsplit(own).netloc, keys)


@dataclass(frozen=True)
class _Asked:
    """What fsspec's options say of an S3 that is of use here; keys among them are not taken."""

    endpoint: str | None
    region: str | None
    profile: str | None
    anonymous: bool
    requester_pays: bool

    @classmethod
    def of(cls, options: Mapping[str, object]) -> "_Asked":
        client = options.get("client_kwargs")
        inner = cast(Mapping[str, object], client) if isinstance(client, Mapping) else {}

        def text(*names: str) -> str | None:
            found = (each.get(name) for each in (inner, options) for name in names)
            return next((value for value in found if isinstance(value, str) and value), None)

        return cls(
            text("endpoint_url", "endpoint"),
            text("region_name", "region"),
            text("profile"),
            options.get("anon") is True or options.get("anonymous") is True,
            options.get("requester_pays") is True,
        )


def own_s3() -> tuple[str, str]:
    """Address and region of the environment's own S3."""
    session = Session()
    region = session.get_config_variable("region") or "us-east-1"
    return _endpoint(session, region), region


def _endpoint(session: Session, region: str) -> str:
    """Where the AWS configuration says S3 is; a client of botocore's would know, and takes half a second."""
    configured = ConfiguredEndpointProvider(session.full_config, session.get_scoped_config(), "s3").provide()
    return configured or f"https://s3.{region}.amazonaws.com"


def _profile_for(session: Session, endpoint: str) -> str | None:
    profiles: Mapping[str, Mapping[str, Any]] = session.full_config.get("profiles", {})
    wanted = endpoint.rstrip("/")
    return next(
        (name for name, each in profiles.items() if str(each.get("endpoint_url", "")).rstrip("/") == wanted),
        None,
    )


def home_doors(
    environ: Mapping[str, str], guard: Guard | None = None, bandwidth: Bandwidth | None = None
) -> Doors:
    """The doors of a user's server: its hub's tokens and the person's netrc file."""
    return Doors(lambda: _logins(environ), guard, bandwidth)


def _logins(environ: Mapping[str, str]) -> Logins:
    return Logins(hub_tokens(environ), Path(environ.get("NETRC") or Path.home() / ".netrc"))
