"""Login through an OpenID Connect provider, known by its issuer; a person is issuer and subject."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Protocol, cast

from oauthenticator.oauth2 import OAuthenticator
from tornado import web
from traitlets import Any as AnyTrait
from traitlets import Float, Instance, Unicode, default
from traitlets import List as ListTrait

from eohub_hub.claims import GroupRules
from eohub_hub.login.attempt import LoginAttempt, UsedStates
from eohub_hub.login.client import LoginClient, Tokens
from eohub_hub.login.discovery import Discovery
from eohub_hub.login.errors import GrantRefused, TokenRefused
from eohub_hub.login.handlers import CallbackHandler, LoginHandler, LogoutHandler
from eohub_hub.login.outage import Outage
from eohub_hub.login.refresh import LoginRefresh
from eohub_hub.login.running import PERIOD_SECONDS, RunningPeople
from eohub_hub.login.state import LoginState, display_name
from eohub_hub.people.registry import People
from eohub_toolkit.errors import Conflict, EohubError, Unavailable, Upstream
from eohub_toolkit.http import Client

_SCOPES = ("openid", "profile", "email", "groups")
_DEADLINE_SECONDS = 8.0
# For this long the last known groups stand in for a provider that cannot be asked; then a login is needed.
_TRUSTED_SECONDS = 3600.0
# Pages and calls of somebody who was asked about longer ago ask again; forms and starts always do.
_REFRESH_SECONDS = 60


class LoginSettings(Protocol):
    """What the login needs of the hub's settings; URLs without a slash at the end."""

    public_url: str
    issuer: str
    client_id: str
    groups: GroupRules
    extra_scopes: tuple[str, ...]
    people_database_url: str

    def client_secret(self) -> str:
        """The hub's secret at the provider."""
        ...


def install_login(c: Any, settings: LoginSettings) -> None:
    """Make the hub log people in at `settings.issuer`; raises Conflict if an authenticator is set."""
    if "authenticator_class" in c.JupyterHub:
        raise Conflict("The hub's authenticator is set twice.", hint="Remove JupyterHub.authenticator_class.")
    c.JupyterHub.authenticator_class = EohubAuthenticator
    ours = c.EohubAuthenticator
    ours.issuer = settings.issuer
    ours.client_id = settings.client_id
    ours.client_secret = settings.client_secret()
    ours.public_url = settings.public_url
    ours.oauth_callback_url = f"{settings.public_url}/hub/oauth_callback"
    ours.group_rules = settings.groups
    ours.extra_scopes = list(settings.extra_scopes)
    ours.people_database_url = settings.people_database_url
    ours.auth_refresh_age = _REFRESH_SECONDS
    ours.refresh_pre_spawn = True
    ours.reconcile_auth_state_hook = keep_newest
    ours.manage_groups = True
    # Encrypted with JUPYTERHUB_CRYPT_KEY; JupyterHub does not start without that key.
    ours.enable_auth_state = True
    ours.auto_login = True
    # Whoever the provider lets in may log in; what they may start is for the profiles to say.
    ours.allow_all = True


def keep_newest(_: object, model: Mapping[str, Any], existing: Mapping[str, Any] | None) -> Any:
    """JupyterHub's hook that decides what is stored: what a page that was answered late says is older."""
    new, old = LoginState.read(model["auth_state"]), LoginState.read(existing)
    if new is None or old is None or new.subject != old.subject:
        return model["auth_state"]
    return {**model["auth_state"], **new.newest(old).model_dump(mode="json")}


class EohubAuthenticator(OAuthenticator):
    """OpenID Connect by discovery, with checked ID tokens, encrypted state, refresh, groups and logout."""

    login_handler = LoginHandler
    callback_handler = CallbackHandler
    logout_handler = LogoutHandler

    issuer = Unicode(config=True, help="The provider's issuer, exactly as its discovery document spells it")
    public_url = Unicode(config=True, help="Where browsers reach the hub, without a slash at the end")
    group_rules = Instance(GroupRules, (), config=True, help="How a person's groups are found in claims")
    extra_scopes = ListTrait(Unicode(), config=True, help="Scopes to ask for beside those of every login")
    people_database_url = Unicode(config=True, help="SQLAlchemy URL of the registry of persons")
    period_seconds = Float(
        PERIOD_SECONDS, config=True, help="How often all people with running servers are asked about"
    )

    used_states = AnyTrait(help="States that came back already")
    provider = AnyTrait(help="The provider as its client sees it")
    _discovery = AnyTrait()
    _http = AnyTrait()
    _refresh = AnyTrait()
    _watching = AnyTrait()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._outage = Outage(time.monotonic, self.log)
        self.ended_logins: set[str] = set()
        # Opened now, so that a database out of reach stops the start and not the first login.
        self.people = People.open(self.people_database_url)

    @default("used_states")
    def _default_used_states(self) -> UsedStates:
        return UsedStates(time.monotonic)

    @default("_http")
    def _default_http(self) -> Client:
        return Client(self.issuer, deadline_seconds=_DEADLINE_SECONDS, headers={"User-Agent": "EOHub"})

    @default("_discovery")
    def _default_discovery(self) -> Discovery:
        return Discovery(self.issuer, self._http, clock=time.monotonic)

    @default("provider")
    def _default_provider(self) -> LoginClient:
        return LoginClient(
            self._discovery,
            self._http,
            issuer=self.issuer,
            client_id=self.client_id,
            secret=self.client_secret,
            clock=time.time,
        )

    @default("_refresh")
    def _default_refresh(self) -> LoginRefresh:
        return LoginRefresh(self.provider, rules=self.group_rules, clock=time.time)

    async def authorization_url(self, attempt: LoginAttempt) -> str:
        """Where an attempt begins; raises Unavailable or Upstream when the provider is not there."""
        metadata = await self._discovery.metadata(fresh=True)
        # A provider may refuse a scope that it does not know: `groups` is asked for only where it is offered.
        scopes = [scope for scope in _SCOPES if scope != "groups" or scope in metadata.scopes_supported]
        scopes += [scope for scope in self.extra_scopes if scope not in scopes]
        return attempt.url(
            metadata.authorization_endpoint,
            client_id=self.client_id,
            redirect_uri=self.oauth_callback_url,
            scope=" ".join(scopes),
        )

    async def end_session_url(self) -> str | None:
        """Where a logout goes on at the provider, which sends the browser back to the hub's logout page."""
        return await self.provider.end_session_url(return_to=f"{self.public_url}/hub/logout")

    async def authenticate(self, handler: Any, data: Any = None, **_: Any) -> dict[str, Any]:
        """Exchange the callback's code and say who came; every failure is a page without details."""
        callback = cast(CallbackHandler, handler)
        try:
            tokens = await self.provider.exchange(
                callback.code,
                code_verifier=callback.attempt.code_verifier,
                redirect_uri=self.oauth_callback_url,
                nonce=callback.attempt.nonce,
            )
            state = await self._first_state(tokens, callback.attempt.nonce)
        except GrantRefused as error:
            raise web.HTTPError(
                400, "This login has expired or was already used. Please log in again."
            ) from error
        except TokenRefused as error:
            self.log.error("A login was refused: %s", error.detail)
            raise web.HTTPError(400, "The identity provider's answer could not be verified.") from error
        except (Unavailable, Upstream) as error:
            self.log.error("A login failed: %s %s", error.detail, error.hint or "")
            raise web.HTTPError(
                503, "The identity provider cannot be asked now. Try again in a moment."
            ) from error
        except EohubError as error:
            raise web.HTTPError(403, f"{error.detail} {error.hint or ''}".strip()) from error
        self._outage.ended()
        self.ended_logins.discard(state.name)
        return await self._model(state)

    async def refresh_user(self, user: Any, handler: Any = None, **_: Any) -> dict[str, Any] | bool:
        """The person as the provider sees them now; True if it could not be asked, False for a new login."""
        auth_state = await user.get_auth_state()
        if self.refresh_user_hook is not None:
            decided = await self._call_refresh_user_hook(user, auth_state)
            if decided is not None:
                return decided
        state = LoginState.read(auth_state)
        refreshed = None
        try:
            refreshed = None if state is None else await self._refreshed(state)
        except EohubError as error:
            if not isinstance(error, Unavailable | Upstream):
                self.log.warning("The login of %s could not be refreshed: %s", user.name, error.detail)
            if state is not None and time.time() - state.asked_at < _TRUSTED_SECONDS:
                return True
        if refreshed is None:
            if user.name not in self.ended_logins:
                self.log.info("The login of %s has ended; a new one is needed.", user.name)
            self.ended_logins.add(user.name)
            _prepare_for_login(handler)
            return False
        self.ended_logins.discard(user.name)
        return await self._model(refreshed)

    async def _refreshed(self, state: LoginState) -> LoginState | None:
        self._outage.refuse_while_fresh()
        try:
            refreshed = await self._refresh.refreshed(state)
        except (Unavailable, Upstream) as error:
            self._outage.failed(error)
            raise
        self._outage.ended()
        return refreshed

    async def ask_again(self, user: Any) -> None:
        """Bring a person's groups up to date while nobody looks; a login that has ended changes none."""
        model = await self.refresh_user(user)
        if not isinstance(model, dict):
            return
        user.sync_groups(model["groups"])
        stored = await user.get_auth_state()
        newest = keep_newest(self, model, stored)
        new, old = LoginState.read(newest), LoginState.read(stored)
        if new is None or old is None or new.adds_to(old):
            await user.save_auth_state(newest)

    def get_handlers(self, app: Any) -> list[Any]:
        """The login's addresses; the watch over people with running servers begins here, too.

        JupyterHub has no other moment at which it shows itself to its authenticator.
        """
        self._watching = asyncio.get_running_loop().create_task(self._watch(app).watch())
        return super().get_handlers(app)

    def _watch(self, app: Any) -> RunningPeople:
        async def ask(name: str) -> None:
            user = app.users.get(name)
            if user is not None:
                await self.ask_again(user)

        def running() -> list[str]:
            return [user.name for user in app.users.values() if user.active]

        return RunningPeople(running, ask, self.log, period_seconds=self.period_seconds)

    async def get_user_groups(self, auth_state: Mapping[str, Any]) -> set[str]:
        """The canonical groups of a login; none where the provider sent none."""
        return set(auth_state.get("groups") or ())

    async def _first_state(self, tokens: Tokens, nonce: str) -> LoginState:
        if tokens.checked is None or tokens.id_token is None:
            raise TokenRefused("The provider sent no ID token.")
        subject = tokens.checked.subject
        userinfo = await self.provider.userinfo(tokens.access_token, subject=subject)
        claims = {**tokens.checked.claims, **userinfo}
        person = await asyncio.to_thread(
            self.people.enrol, self.issuer, subject, str(claims.get("preferred_username") or "")
        )
        if tokens.unread is not None and self.group_rules.reads("access_token"):
            self.log.warning("Access token of %s is not read: %s", person.name, tokens.unread)
        state = LoginState(
            issuer=self.issuer,
            subject=subject,
            number=person.number,
            name=person.name,
            display_name=display_name(claims.get("name")),
            nonce=nonce,
            logged_in_at=tokens.received_at,
            access_token=tokens.access_token,
            access_token_expires_at=tokens.access_token_expires_at,
            access_token_is_checked=tokens.is_checked,
            refresh_token=tokens.refresh_token,
            id_token=tokens.id_token,
            id_token_expires_at=tokens.checked.expires_at,
            tokens_at=tokens.received_at,
            groups=None,
            asked_at=0.0,
        )
        return state.with_groups(self.group_rules, userinfo=userinfo, now=time.time())

    async def _model(self, state: LoginState) -> dict[str, Any]:
        auth_state: dict[str, Any] = state.model_dump(mode="json")
        if self.modify_auth_state_hook is not None:
            auth_state = await self._call_modify_auth_state_hook(auth_state)
        # Nobody has JupyterHub's role of administrators, which opens every server: see eohub_hub.access.
        model: dict[str, Any] = {"name": state.name, "admin": False, "auth_state": auth_state}
        model = await self.update_auth_model(model)
        return await self._apply_managed_groups(model)


def _prepare_for_login(handler: Any) -> None:
    # JupyterHub 6.1.1 reads this attribute after a refused refresh, but sets it for token requests only.
    if handler is not None and not hasattr(handler, "_token_authenticated"):
        handler._token_authenticated = False
