"""Who asks a service: the hub knows the token, the service checks the scope."""

import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Header, Request

from eohub_toolkit.errors import Forbidden, Unauthenticated, Unavailable, Upstream
from eohub_toolkit.http import Client

_CACHED_TOKENS = 1_000
# JupyterHub's own tokens are hexadecimal; this is the alphabet of RFC 6750, section 2.1. What lies beyond it
# never goes to the hub, which could not read it.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_LONGEST_TOKEN = 512


@dataclass(frozen=True)
class HubUser:
    """A token's owner as the hub knows it; `kind` is `user` or `service`."""

    name: str
    kind: str
    groups: frozenset[str]
    scopes: frozenset[str]


class HubAuth:
    """Asks the hub whose token it is, and keeps the answer for `cached_seconds`.

    A revoked token ends within that time; with 0 nothing is kept and the hub is asked each time.
    """

    def __init__(
        self, client: Client, *, cached_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._cached_seconds = cached_seconds
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, HubUser]] = OrderedDict()

    async def user(self, token: str) -> HubUser:
        """The owner of `token`; raises Unauthenticated, or Unavailable when the hub cannot be asked."""
        if len(token) > _LONGEST_TOKEN or not _TOKEN.fullmatch(token):
            raise _unknown()
        key = hashlib.sha256(token.encode()).hexdigest()
        until, user = self._known.get(key, (0.0, None))
        if user is not None and until > self._clock():
            return user
        self._known.pop(key, None)
        user = await self._ask(token)
        if self._cached_seconds > 0:
            self._known[key] = (self._clock() + self._cached_seconds, user)
        while len(self._known) > _CACHED_TOKENS:
            self._known.popitem(last=False)
        return user

    async def _ask(self, token: str) -> HubUser:
        try:
            answer = await self._client.get("user", headers={"Authorization": f"token {token}"})
        except Upstream as error:
            raise Unavailable(
                "The hub cannot be asked who you are.", hint="Try again in a moment."
            ) from error
        if answer.status_code in (401, 403, 404):
            raise _unknown()
        if answer.status_code != 200:
            raise Unavailable("The hub cannot be asked who you are.", hint="Try again in a moment.")
        return _user_of(cast("Mapping[str, Any]", answer.json()))


def require(scope: str) -> Callable[..., Awaitable[HubUser]]:
    """A FastAPI dependency: the caller, who must hold `scope`; `app.state.hub_auth` is asked."""

    async def caller(request: Request, authorization: Annotated[str | None, Header()] = None) -> HubUser:
        kind, _, token = (authorization or "").partition(" ")
        if kind.lower() not in ("token", "bearer") or not token.strip():
            raise Unauthenticated(
                "This service needs a JupyterHub token.", hint="Send 'Authorization: token ...'."
            )
        hub_auth = cast(HubAuth, request.app.state.hub_auth)
        user = await hub_auth.user(token.strip())
        if not holds(user.scopes, scope):
            raise Forbidden(
                f"Your token lacks the scope {scope}.",
                hint="Restart your server, or ask your administrator for it.",
            )
        return user

    return caller


def holds(scopes: frozenset[str], scope: str) -> bool:
    """Whether a token's `scopes` contain `scope`, alone or narrowed by a filter such as `!user=ann`."""
    return any(held == scope or held.startswith(f"{scope}!") for held in scopes)


def _unknown() -> Unauthenticated:
    return Unauthenticated("The hub does not know this token.", hint="Restart your server or log in again.")


def _user_of(body: Mapping[str, Any]) -> HubUser:
    return HubUser(
        name=str(body["name"]),
        kind=str(body.get("kind", "user")),
        groups=frozenset(map(str, body.get("groups") or ())),
        scopes=frozenset(map(str, body.get("scopes") or ())),
    )
