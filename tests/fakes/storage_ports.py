"""Adapters of the storage feature's ports that live in memory."""

from datetime import UTC, datetime, timedelta

from eohub_storage.errors import KeysRefused, LoginTooOld, NoLogin, StorageDown
from eohub_storage.identity import claims_of
from eohub_storage.ports import IssuedKeys, KeyRequest
from eohub_toolkit.errors import Unavailable


class MemoryTokens:
    """A TokenSource on a dictionary."""

    def __init__(self, tokens: dict[str, str]) -> None:
        self.tokens = tokens

    async def id_token(self, name: str) -> str:
        if name not in self.tokens:
            raise NoLogin("The hub keeps no login of yours that S3 would accept.", hint="Log in again.")
        return self.tokens[name]


class MemoryIssuer:
    """A KeyIssuer that trusts the issuer it is told of, and can be switched off."""

    def __init__(self, trusted: str, now: datetime) -> None:
        self.trusted = trusted
        self.now = now
        self.reachable = True
        self.asked: list[KeyRequest] = []

    async def issue(self, request: KeyRequest) -> IssuedKeys:
        if not self.reachable:
            raise StorageDown("S3 cannot be reached now.", hint="Try again in a minute.")
        self.asked.append(request)
        claims = claims_of(request.id_token)
        if datetime.fromtimestamp(claims["exp"], UTC) <= self.now:
            raise LoginTooOld("Your login has ended, so there are no new S3 keys.", hint="Log in again.")
        if claims["iss"] != self.trusted:
            raise KeysRefused("S3 does not accept your login.", hint="Log in again.")
        ends = self.now + timedelta(seconds=request.seconds)
        return IssuedKeys(f"ASIA{len(self.asked)}", "secret", "session", ends)


class MemoryAudit:
    """A KeyAudit on a list; while it cannot be reached nothing is written."""

    def __init__(self) -> None:
        self.reachable = True
        self.written: list[tuple[object, ...]] = []

    async def issued(self, name: str, places: int, expiration: datetime) -> None:
        if not self.reachable:
            raise Unavailable("It cannot be written down.", hint="Try again in a minute.")
        self.written.append(("issued", name, places, expiration))

    async def refused(self, name: str, why: str) -> None:
        if self.reachable:
            self.written.append(("refused", name, why))
