"""Keeps a login fresh: tokens renewed before they end, groups asked again, a refused refresh remembered."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping

from eohub_hub.claims import GroupRules
from eohub_hub.login.client import LoginClient, Tokens
from eohub_hub.login.errors import GrantRefused, TokenRefused
from eohub_hub.login.state import LoginState

# A running server is asked about every minute; an ID token is good for S3 keys while it is away for longer.
_ACCESS_MARGIN_SECONDS = 60.0
_ID_MARGIN_SECONDS = 900.0
# A rotated refresh token works once. Whoever still holds the old one within this time gets the same answer.
_KEPT_SECONDS = 300.0
_MOST_KEPT = 1_000
# Groups that only tokens tell are as old as the tokens. A form and its answer are content with the same.
_TOKENS_MAY_BE_SECONDS = 5.0


class LoginRefresh:
    """Refreshes logins. Two requests of one person at once spend one refresh token, as rotation demands."""

    def __init__(self, client: LoginClient, *, rules: GroupRules, clock: Callable[[], float]) -> None:
        self._client = client
        self._rules = rules
        self._clock = clock
        self._renewals: OrderedDict[str, tuple[float, asyncio.Task[Tokens | None]]] = OrderedDict()

    async def refreshed(self, state: LoginState) -> LoginState | None:
        """The state as the provider sees it now, None when the person must log in again.

        Raises Unavailable or Upstream when the provider could not be asked: that says nothing about them.
        """
        userinfo = await self._userinfo(state) if self._is_fresh(state) else None
        if userinfo is not None and not self._tells_too_little(userinfo, state):
            return state.with_groups(self._rules, userinfo=userinfo, now=self._clock())
        if state.refresh_token is None:
            return None
        tokens = await asyncio.shield(self._renewal(state, state.refresh_token))
        if tokens is None:
            return None
        state = state.with_tokens(tokens)
        try:
            userinfo = await self._userinfo(state)
        except TokenRefused:
            return None
        if userinfo is None:
            return None
        return state.with_groups(self._rules, userinfo=userinfo, now=self._clock())

    def _is_fresh(self, state: LoginState) -> bool:
        ends = (
            (state.access_token_expires_at, _ACCESS_MARGIN_SECONDS),
            (state.id_token_expires_at, _ID_MARGIN_SECONDS),
        )
        # Half its life is enough for a token that lives minutes: Keycloak's do.
        return all(
            at - self._clock() > min(margin, (at - state.tokens_at) / 2) and at > self._clock()
            for at, margin in ends
        )

    def _tells_too_little(self, userinfo: Mapping[str, object], state: LoginState) -> bool:
        """Whether new tokens may tell of groups what userinfo does not, and can be had."""
        return (
            state.refresh_token is not None
            and self._rules.needs_tokens(userinfo)
            and self._clock() - state.tokens_at > _TOKENS_MAY_BE_SECONDS
        )

    async def _userinfo(self, state: LoginState) -> Mapping[str, object] | None:
        """What the provider says; None where it does not accept the access token any more."""
        try:
            return await self._client.userinfo(state.access_token, subject=state.subject)
        except GrantRefused:
            return None

    def _renewal(self, state: LoginState, refresh_token: str) -> asyncio.Task[Tokens | None]:
        self._forget_old()
        key = hashlib.sha256(refresh_token.encode()).hexdigest()
        kept = self._renewals.get(key)
        if kept is not None and _still_answers(kept[1], refresh_token):
            return kept[1]
        task = asyncio.create_task(self._renew(state, refresh_token))
        self._renewals[key] = (self._clock(), task)
        self._renewals.move_to_end(key)
        return task

    async def _renew(self, state: LoginState, refresh_token: str) -> Tokens | None:
        try:
            return await self._client.refresh(refresh_token, nonce=state.nonce, subject=state.subject)
        except (GrantRefused, TokenRefused):
            return None

    def _forget_old(self) -> None:
        while self._renewals:
            made_at, _ = next(iter(self._renewals.values()))
            if len(self._renewals) <= _MOST_KEPT and self._clock() - made_at < _KEPT_SECONDS:
                return
            self._renewals.popitem(last=False)


def _still_answers(task: asyncio.Task[Tokens | None], spent: str) -> bool:
    """Whether a renewal serves whoever brings its refresh token again: not where that token is still good."""
    if not task.done():
        return True
    if task.cancelled() or task.exception() is not None:
        return False
    tokens = task.result()
    return tokens is None or tokens.refresh_token not in (None, spent)
