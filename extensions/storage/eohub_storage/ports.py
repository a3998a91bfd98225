"""The outside world of this feature: who vouches for people, who issues keys, who writes it down."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


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
