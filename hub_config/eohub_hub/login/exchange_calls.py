"""`/hub/api/eohub/tokens/NAME`: a server asks for its person's token of another platform."""

import json
from collections.abc import Sequence
from typing import Any

from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.user import User
from tornado import web

from eohub_hub.access import TOKENS_EXCHANGE
from eohub_hub.addresses import install_handlers, needs_scope
from eohub_hub.audit.event import Action, Audit, AuditEvent, Outcome, recorded, recorded_if_possible
from eohub_hub.login.exchange import ExchangedToken, Exchanges, Platform, exchanges_of
from eohub_hub.login.state import LoginState
from eohub_toolkit.errors import EohubError, Forbidden, status_of


class ExchangeCall(APIHandler):
    """Gives out tokens for the login of whoever asks, and for nobody else's."""

    # Tornado hands over what stands beside the handler in the list of addresses.
    def initialize(self, exchanges: Exchanges, audit: Audit) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Know the platforms and the audit log."""
        self._exchanges = exchanges
        self._audit = audit

    @needs_scope(TOKENS_EXCHANGE)
    async def post(self, name: str) -> None:
        """Answer `{"access_token", "token_type", "expires_at"}`; every token is written down first."""
        user: Any = self.current_user
        if not isinstance(user, User):
            raise web.HTTPError(403, "Only people have a login to exchange.")
        place = f"token:{name}"
        try:
            found = await self._token(name, user)
            await recorded(self._audit, AuditEvent(Action.KEY_ISSUED, user.name, place))
        except EohubError as error:
            refused = AuditEvent(
                Action.KEY_REFUSED, user.name, place, Outcome.REFUSED, {"reason": error.detail}
            )
            await recorded_if_possible(self._audit, refused)
            raise web.HTTPError(status_of(error), f"{error.detail} {error.hint or ''}".strip()) from None
        self.set_header("Cache-Control", "no-store")
        answer = {"access_token": found.access_token, "token_type": "Bearer", "expires_at": found.expires_at}
        self.finish(json.dumps(answer))

    async def _token(self, name: str, user: User) -> ExchangedToken:
        # JupyterHub has refreshed the login already, as it does for each request that is a minute late.
        state = LoginState.read(await user.get_auth_state())
        if state is None or user.name in getattr(self.authenticator, "ended_logins", ()):
            raise Forbidden(f"The login of {user.name} has ended.", hint="Log in again, then ask again.")
        return await self._exchanges.token(name, number=state.number, access_token=state.access_token)


def install_exchanges(c: Any, platforms: Sequence[Platform], audit: Audit) -> None:
    """Answer where a site names platforms; call it after the login was installed."""
    if platforms:
        parts = {"exchanges": exchanges_of(platforms), "audit": audit}
        install_handlers(c, [(r"/api/eohub/tokens/([a-z0-9-]{1,40})", ExchangeCall, parts)])
