"""Writes down who logs in, who is refused, and who logs out, around any authenticator with OAuth."""

from collections.abc import Mapping
from typing import Any, cast

from jupyterhub.auth import Authenticator
from jupyterhub.handlers.login import LogoutHandler
from oauthenticator.oauth2 import OAuthCallbackHandler
from tornado import web

from eohub_hub.addresses import Handlers
from eohub_hub.audit.event import Action, Audit, AuditEvent, Outcome, recorded_if_possible

_NOBODY = "unknown"
"""The actor of a refused login that said no name."""


def with_audited_logins(authenticator_class: type[Authenticator], audit: Audit) -> type[Authenticator]:
    """A subclass of an authenticator whose logins and logouts are written down.

    A log that cannot be written keeps nobody out: people whose servers run need the hub, and what they start
    is written down or refused.
    """

    async def get_authenticated_user(self: Authenticator, handler: Any, data: Any) -> Any:
        model = await authenticator_class.get_authenticated_user(self, handler, data)
        await recorded_if_possible(audit, _of_login(cast("Mapping[str, Any] | None", model)))
        return model

    def get_handlers(self: Authenticator, app: Any) -> Handlers:
        inherited = cast(Handlers, authenticator_class.get_handlers(self, app))
        handlers = [(pattern, audited(kind, audit), *rest) for pattern, kind, *rest in inherited]
        # JupyterHub's own comes into play where an authenticator has none.
        return [*handlers, (r"/logout", audited(LogoutHandler, audit))]

    overridden = {"get_authenticated_user": get_authenticated_user, "get_handlers": get_handlers}
    return type(authenticator_class.__name__, (authenticator_class,), overridden)


def audited(kind: type[Any], audit: Audit) -> type[Any]:
    """A handler that writes down what it refuses or ends; one that is about something else stays as it is."""
    if issubclass(kind, OAuthCallbackHandler):
        return type(kind.__name__, (_AuditedCallback, kind), {"audit": audit})
    if issubclass(kind, LogoutHandler):
        return type(kind.__name__, (_AuditedLogout, kind), {"audit": audit})
    return kind


class _AuditedCallback(OAuthCallbackHandler):
    audit: Audit

    async def get(self) -> None:
        """Go on as before; what ends with an error was a refused login."""
        try:
            await super().get()
        except web.HTTPError as error:
            # Without an attempt nobody has tried to log in: such an address may be called by anything.
            if hasattr(self, "attempt"):
                outcome = Outcome.FAILED if error.status_code >= 500 else Outcome.REFUSED
                details = {"status": error.status_code, "reason": error.log_message or ""}
                event = AuditEvent(Action.LOGIN_REFUSED, _NOBODY, "hub", outcome, details)
                await recorded_if_possible(self.audit, event)
            raise


class _AuditedLogout(LogoutHandler):
    audit: Audit

    async def handle_logout(self) -> None:
        """Go on as before, and write down whose login ended."""
        user = cast(Any, self.current_user)
        await super().handle_logout()
        if user is not None:
            await recorded_if_possible(self.audit, AuditEvent(Action.LOGOUT, str(user.name), "hub"))


def _of_login(model: Mapping[str, Any] | None) -> AuditEvent:
    if model is None:
        return AuditEvent(Action.LOGIN_REFUSED, _NOBODY, "hub", Outcome.REFUSED)
    return AuditEvent(Action.LOGIN, str(model["name"]), "hub")
