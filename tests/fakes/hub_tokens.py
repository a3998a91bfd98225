"""A hub that knows some tokens, in place of `HubAuth`."""

from collections.abc import Mapping

from eohub_toolkit.errors import Unauthenticated
from eohub_toolkit.hub_auth import HubUser


class KnownTokens:
    """Each token with the scopes that it has."""

    def __init__(self, scopes: Mapping[str, tuple[str, ...]]) -> None:
        self._scopes = scopes

    async def user(self, token: str) -> HubUser:
        if token not in self._scopes:
            raise Unauthenticated("The hub does not know this token.")
        return HubUser(token, "user", frozenset(), frozenset(self._scopes[token]))
