"""The outside world of this feature: who vouches for people, who issues keys, who writes it down."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from eohub_storage.contract import PlaceView


@dataclass(frozen=True)
class KeyRequest:
    """What keys are wanted: for whose ID token, narrowed by which policy, for how many seconds."""

    id_token: str
    session_name: str
    policy: str
    seconds: int

    def __repr__(self) -> str:
        """Without the token: a request may end in a log."""
        return f"KeyRequest(session_name={self.session_name!r}, seconds={self.seconds})"


@dataclass(frozen=True)
class IssuedKeys:
    """Keys as STS gave them; `expiration` is aware UTC."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime

    def __repr__(self) -> str:
        """Without the secrets."""
        return f"IssuedKeys({self.access_key_id!r}, until {self.expiration.isoformat()})"


class TokenSource(Protocol):
    """Knows people's ID tokens."""

    async def id_token(self, name: str) -> str:
        """The ID token of the hub user `name`; raises NoLogin, or Unavailable when it cannot be asked."""
        ...


class KeyIssuer(Protocol):
    """Gives keys for an ID token."""

    async def issue(self, request: KeyRequest) -> IssuedKeys:
        """Keys for `request`; raises KeysRefused, LoginTooOld or StorageDown."""
        ...


class KeyAudit(Protocol):
    """Writes down who got keys, and who did not."""

    async def issued(self, name: str, places: int, expiration: datetime) -> None:
        """Return when it is written that `name` gets keys to `places` places; raises Unavailable if not."""
        ...

    async def refused(self, name: str, why: str) -> None:
        """Write, if that is possible, that `name` got none, `why` being a sentence."""
        ...


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """An object without its content; `modified` is aware UTC."""

    key: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of what lies directly below a prefix; `next` continues it, None at the end."""

    prefixes: tuple[str, ...]
    objects: tuple[ObjectFacts, ...]
    next: str | None


class Upload(Protocol):
    """An object that is being written; nothing is there before `finish`, and nothing is left by `abort`."""

    async def send(self, piece: bytes) -> None:
        """Take the next piece."""
        ...

    async def finish(self) -> ObjectFacts:
        """Make the object from all pieces."""
        ...

    async def abort(self) -> None:
        """Give up; also after a failure."""
        ...


@dataclass(frozen=True, slots=True)
class Download:
    """An object's facts, and its content in pieces of at most a MiB."""

    facts: ObjectFacts
    pieces: AsyncIterator[bytes]


class ObjectStore(Protocol):
    """S3 as one person sees it. Each call raises NoKeys, NoRight, Missing or StorageDown."""

    async def page(self, bucket: str, prefix: str, after: str, limit: int) -> Listing:
        """At most `limit` prefixes and objects, by one request to S3."""
        ...

    async def read(self, bucket: str, key: str, most_bytes: int) -> tuple[ObjectFacts, bytes]:
        """An object with its content; raises TooLarge, and does not read it, above `most_bytes`."""
        ...

    async def mark(self, bucket: str, prefix: str) -> None:
        """Write the empty object that makes a prefix exist."""
        ...

    async def upload(self, bucket: str, key: str, *, replace: bool) -> Upload:
        """Begin to write an object; without `replace` raises AlreadyThere where there is one."""
        ...

    def download(self, bucket: str, key: str) -> AbstractAsyncContextManager[Download]:
        """The content of an object, piece by piece; the connection is closed at the end."""
        ...

    async def require_absent(self, bucket: str, key: str) -> None:
        """Raise AlreadyThere where there is an object of that name."""
        ...

    async def copy(self, bucket: str, key: str, target: str) -> None:
        """Copy an object within its bucket; raises AlreadyThere where the target exists."""
        ...

    async def remove(self, bucket: str, key: str) -> None:
        """Delete an object; one that is not there is deleted already."""
        ...

    async def remove_below(self, bucket: str, prefix: str, most: int) -> tuple[int, bool]:
        """Delete at most `most` objects below a prefix; how many there were, and whether all are gone."""
        ...

    async def address(self, bucket: str, key: str, direction: str, seconds: int) -> str:
        """A presigned address to `download` from or `upload` to."""
        ...


class PlaceSource(Protocol):
    """Knows which places the person of this server has."""

    async def places(self) -> tuple[PlaceView, ...]:
        """All of them; raises NoKeys or StorageDown."""
        ...
