"""The hub's pages of a login: leave for the provider, come back, log out there as well."""

import asyncio
import hmac
import re
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, cast

from jupyterhub.handlers import BaseHandler
from oauthenticator.oauth2 import OAuthCallbackHandler, OAuthLoginHandler, OAuthLogoutHandler
from tornado import web

from eohub_hub.login.attempt import COOKIE_PREFIX, LIFETIME_SECONDS, LoginAttempt, cookie_name
from eohub_hub.login.state import LoginState
from eohub_toolkit.errors import EohubError

if TYPE_CHECKING:
    from eohub_hub.login.authenticator import EohubAuthenticator

_MOST_ATTEMPTS = 5
_SECONDS_PER_DAY = 86_400
_ERROR_CODE = re.compile(r"[a-z_]{1,40}")
_EXPIRED = "This login has expired or was already used. Please log in again."


class LoginHandler(OAuthLoginHandler):
    """`/oauth_login`: begins an attempt and sends the browser to the provider."""

    # Tornado awaits it; the base class needs no discovery and is not async.
    async def get(self) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Redirect to the provider; 503 when its discovery document cannot be had."""
        authenticator = _authenticator(self)
        attempt = LoginAttempt.begin(self._get_next_url())
        try:
            url = await authenticator.authorization_url(attempt)
        except EohubError as error:
            self.log.error("Login not possible: %s", error.detail)
            raise web.HTTPError(
                503, "The identity provider cannot be reached. Try again in a moment."
            ) from None
        self._limit_attempts()
        self._set_cookie(
            cast(str, cookie_name(attempt.state)),
            attempt.model_dump_json(),
            # Not /: people's servers live on the same host and need not see it.
            path=self.hub.base_url,
            expires_days=None,
            max_age=LIFETIME_SECONDS,
            httponly=True,
            samesite="Lax",
        )
        self.redirect(url)

    def _limit_attempts(self) -> None:
        names = [name for name in self.request.cookies if name.startswith(COOKIE_PREFIX)]
        if len(names) >= _MOST_ATTEMPTS:
            for name in names:
                self.clear_cookie(name, path=self.hub.base_url)


class CallbackHandler(OAuthCallbackHandler):
    """`/oauth_callback`: ends an attempt. Whatever is wrong with it is a page with status 400."""

    attempt: LoginAttempt
    code: str

    async def get(self) -> None:
        """Check the answer, log the person in, go where they wanted to go."""
        self.attempt = self._take_attempt()
        self._check_sender()
        self.code = self._code()
        user = await self.login_user()
        if user is None:
            raise web.HTTPError(403, _authenticator(self).custom_403_message)
        self.redirect(self.attempt.next_url or cast(str, BaseHandler.get_next_url(self, user)))

    def _take_attempt(self) -> LoginAttempt:
        state = self.get_argument("state", "")
        name = cookie_name(state)
        if name is None:
            raise web.HTTPError(400, _EXPIRED)
        signed = self.get_secure_cookie(name, max_age_days=LIFETIME_SECONDS / _SECONDS_PER_DAY)
        self.clear_cookie(name, path=self.hub.base_url)
        attempt = LoginAttempt.read(signed)
        if attempt is None or not hmac.compare_digest(attempt.state, state):
            raise web.HTTPError(400, _EXPIRED)
        if not _authenticator(self).used_states.use(state):
            raise web.HTTPError(400, _EXPIRED)
        return attempt

    def _check_sender(self) -> None:
        # RFC 9207: an answer that names another issuer was meant for another client.
        issuer = self.get_argument("iss", None)
        if issuer is not None and issuer != _authenticator(self).issuer:
            raise web.HTTPError(400, "This answer came from another identity provider. Please log in again.")

    def _code(self) -> str:
        code, error = self.get_argument("code", ""), self.get_argument("error", "")
        if error or not code:
            known = error if _ERROR_CODE.fullmatch(error) else "no code"
            self.log.warning("The identity provider refused a login: %s", known)
            raise web.HTTPError(
                400, f"The identity provider did not log you in ({known}). Please log in again."
            )
        return code


class LogoutHandler(OAuthLogoutHandler):
    """`/logout`: asks about servers that run, logs out here, then at the provider, which leads back here."""

    _end_session_url: str | None = None
    _was_logged_in = False

    async def get(self) -> None:
        """Log out; whoever has a server that would run on is asked first."""
        if _running(self.current_user):
            await self._ask_about_servers(self.current_user)
        else:
            await super().get()

    async def post(self) -> None:
        """Log out after the question, with the servers stopped if that is the answer (`servers=stop`)."""
        user = self.current_user
        if user is not None and self.get_body_argument("servers", "") == "stop":
            await self._shutdown_servers(user)
            if _running(user):
                # Those that were still starting: JupyterHub stops none before it has started.
                await self._ask_about_servers(user)
                return
        await super().get()

    async def stop_single_user(self, user: Any, server_name: str = "") -> asyncio.Task[None]:
        """Stop a server at its person's logout, and have it known that they asked for it."""
        # A spawner of ours writes down who did; any other has no such list.
        admissions = getattr(user.spawner, "admissions", None)
        asked = nullcontext() if admissions is None else admissions.asked(user.name, server_name, user.name)
        with asked:
            return await super().stop_single_user(user, server_name)

    async def _ask_about_servers(self, user: Any) -> None:
        page = await self.render_template(
            "logout_servers.html", servers=_running(user), auth_state=await user.get_auth_state()
        )
        self.finish(page)

    async def handle_logout(self) -> None:
        """Give the tokens back and find out where the provider ends its session.

        A provider that cannot be asked is left out.
        """
        user = self.current_user
        self._was_logged_in = user is not None
        state = None if user is None else LoginState.read(await user.get_auth_state())
        if state is not None:
            await self._give_back(state)
            self._end_session_url = await self._where_sessions_end()

    async def render_logout_page(self) -> None:
        """Go on to the provider, or say what has ended and what has not."""
        if _authenticator(self).logout_redirect_url:
            await super().render_logout_page()
        elif self._end_session_url is not None:
            self.redirect(self._end_session_url)
        else:
            # Who comes straight from a login ends here only where nobody ended the provider's session.
            is_kept = self._was_logged_in or self.get_query_argument("session", "") == "kept"
            url = await self._where_sessions_end() if is_kept else None
            self.finish(await self.render_template("logout.html", is_kept=is_kept, end_session_url=url))

    async def _give_back(self, state: LoginState) -> None:
        if state.refresh_token is None:
            return
        try:
            await _authenticator(self).provider.revoke(state.refresh_token)
        except EohubError as error:
            self.log.warning("The tokens of %s stay good until they end: %s", state.name, error.detail)

    async def _where_sessions_end(self) -> str | None:
        try:
            return await _authenticator(self).end_session_url()
        except EohubError as error:
            self.log.warning("The provider's session goes on: %s", error.detail)
            return None


def _running(user: Any) -> list[Any]:
    """The spawners of a person's servers that a logout would leave running."""
    spawners = [] if user is None else user.spawners.values()
    return [spawner for spawner in spawners if spawner.active and spawner.pending != "stop"]


def _authenticator(handler: Any) -> "EohubAuthenticator":
    return cast("EohubAuthenticator", handler.authenticator)
