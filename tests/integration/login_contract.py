"""What the hub's login needs of any provider, as one class of tests; each provider subclasses it."""

import asyncio
import json
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin

import httpx2
import jwt
import pytest
from integration.login_keycloak import SECRET as KEYCLOAK_SECRET
from integration.login_keycloak import Keycloak
from integration.login_servers import PASSWORDS as EMBEDDED_PASSWORDS
from integration.login_servers import Browser, Process, query_of
from tornado import web
from traitlets.config import Config

from eohub_hub.claims import GroupRule, GroupRules
from eohub_hub.login.attempt import LoginAttempt
from eohub_hub.login.authenticator import EohubAuthenticator, install_login
from eohub_hub.login.client import LoginClient
from eohub_hub.login.errors import GrantRefused
from eohub_hub.login.state import LoginState
from eohub_toolkit.errors import Upstream

HUB = "http://127.0.0.1:9"
"""Where a hub would be; nothing listens there, and a browser stops before it goes there."""
ROLES = GroupRules(
    (GroupRule(claim="resource_access.eohub.roles", sources=("access_token",), prefix="role"),)
)


class Visitor(Browser):
    """A browser that takes secure cookies from this machine, as browsers do, and stops at the hub's door."""

    def __init__(self, door: str = HUB) -> None:
        super().__init__()
        self.door = door
        policy = DefaultCookiePolicy(secure_protocols=("http", "https"))
        self.http = httpx2.Client(cookies=CookieJar(policy), trust_env=False, timeout=60)
        self.reached: str | None = None

    def _follow(self, answer: httpx2.Response) -> httpx2.Response:
        for _ in range(20):
            self.visited.append(str(answer.url))
            if answer.status_code not in (301, 302, 303, 307):
                return answer
            target = urljoin(str(answer.url), answer.headers["Location"])
            if target.startswith(self.door):
                self.reached = target
                return answer
            answer = self.http.get(target)
        raise AssertionError(f"too many redirects: {self.visited[-5:]}")


class Provider(ABC):
    """A provider under test. `realm` is a way in which it sends groups: list, path, string, none or roles."""

    secret: str
    passwords: Mapping[str, str]
    groups: Mapping[str, list[str] | None]
    """The hub's groups of anna by realm; None where the provider sends no claim."""
    offers_offline: bool
    has_roles: bool

    @abstractmethod
    def issuer(self, realm: str) -> str: ...

    @abstractmethod
    def set_groups(self, realm: str, paths: list[str]) -> None:
        """Give anna these groups."""

    @abstractmethod
    def rotate_keys(self, realm: str) -> None:
        """Sign with a new key from now on."""

    @abstractmethod
    def end_refresh_tokens(self, realm: str) -> None:
        """Make the refresh tokens that were given so far run out."""

    @abstractmethod
    def remove(self, realm: str, username: str) -> None:
        """Remove an account; it must not be needed again."""


@dataclass
class Login:
    """A hub of this process at a provider: the product's authenticator, without JupyterHub around it."""

    provider: Provider
    realm: str
    folder: Path
    rules: GroupRules = field(default_factory=GroupRules)
    extra_scopes: tuple[str, ...] = ()
    skew_seconds: float = 0.0

    def __post_init__(self) -> None:
        c = Config()
        self.issuer = self.provider.issuer(self.realm)
        settings: Any = SimpleNamespace(
            public_url=HUB,
            issuer=self.issuer,
            client_id="eohub",
            client_secret=lambda: self.provider.secret,
            people_database_url=f"sqlite:///{self.folder}/people.sqlite",
            groups=self.rules,
            extra_scopes=self.extra_scopes,
        )
        install_login(c, settings)
        self.authenticator = EohubAuthenticator(config=c)
        ours = self.authenticator
        self.client = LoginClient(
            ours._discovery,
            ours._http,
            issuer=self.issuer,
            client_id="eohub",
            secret=self.provider.secret,
            clock=lambda: time.time() + self.skew_seconds,
        )
        ours.provider = self.client

    async def begin(self, browser: Browser) -> tuple[LoginAttempt, httpx2.Response]:
        """Go to the provider; returns its page."""
        attempt = LoginAttempt.begin(None)
        return attempt, browser.get(await self.authenticator.authorization_url(attempt))

    async def finish(self, attempt: LoginAttempt, browser: Visitor) -> dict[str, Any]:
        """What the hub makes of the answer."""
        assert browser.reached is not None, browser.visited
        query = query_of(browser.reached)
        assert query["state"] == attempt.state
        assert query["iss"] == self.issuer
        browser.reached = None
        return await self.authenticator.authenticate(SimpleNamespace(code=query["code"], attempt=attempt))

    async def log_in(self, username: str = "anna", browser: Visitor | None = None) -> dict[str, Any]:
        """The whole way with the provider's own form."""
        visitor = browser or Visitor()
        attempt, page = await self.begin(visitor)
        visitor.submit(page, username=username, password=self.provider.passwords[username])
        return await self.finish(attempt, visitor)

    async def refreshed(self, model: Mapping[str, Any], *, renew: bool = False) -> dict[str, Any] | None:
        """The person as the hub sees them at the next refresh; None where they have to log in."""
        state = {**model["auth_state"], **({"access_token_expires_at": 0.0} if renew else {})}

        async def get_auth_state() -> dict[str, Any]:
            return state

        user = SimpleNamespace(name=model["name"], get_auth_state=get_auth_state)
        found = await self.authenticator.refresh_user(user)
        assert found is not True, "the provider could not be asked"
        return found if isinstance(found, dict) else None


class LoginContract:
    """The contract; a subclass has a fixture `provider`."""

    @pytest.fixture
    def login(self, provider: Provider, tmp_path: Path) -> Login:
        return Login(provider, "path", tmp_path)

    @pytest.mark.parametrize("realm", ["list", "path", "string", "none"])
    async def test_groups_as_the_provider_sends_them(
        self, provider: Provider, tmp_path: Path, realm: str
    ) -> None:
        model = await Login(provider, realm, tmp_path).log_in()
        state, expected = LoginState.read(model["auth_state"]), provider.groups[realm]
        assert state is not None
        assert model["name"] == "anna"
        assert sorted(model["groups"]) == sorted(expected or ())
        assert state.groups == (None if expected is None else tuple(sorted(expected)))
        assert not any(len(name) == 1 for name in model["groups"])

    async def test_somebody_without_groups_has_none(self, login: Login) -> None:
        assert (await login.log_in("bert"))["groups"] == []

    async def test_client_roles_of_the_access_token(self, provider: Provider, tmp_path: Path) -> None:
        login = Login(provider, "roles", tmp_path, rules=ROLES)
        model = await login.log_in()
        assert model["groups"] == (["role/gpu-user"] if provider.has_roles else [])
        assert model["auth_state"]["access_token_is_checked"] is provider.has_roles
        assert (await login.refreshed(model) or {})["groups"] == model["groups"]

    async def test_a_refresh_names_the_same_person_with_new_tokens(self, login: Login) -> None:
        model = await login.log_in()
        refreshed = await login.refreshed(model, renew=True)
        assert refreshed is not None
        before, after = model["auth_state"], refreshed["auth_state"]
        assert (refreshed["name"], after["subject"]) == ("anna", before["subject"])
        assert after["access_token"] != before["access_token"]
        assert after["id_token_expires_at"] >= before["id_token_expires_at"]
        assert refreshed["groups"] == model["groups"]

    async def test_a_group_that_is_taken_or_given_is_seen_without_a_login(
        self, provider: Provider, login: Login
    ) -> None:
        model = await login.log_in()
        try:
            provider.set_groups("path", ["/late"])
            assert (await login.refreshed(model) or {})["groups"] == ["late"]
            provider.set_groups("path", [])
            assert (await login.refreshed(model) or {})["groups"] == []
        finally:
            provider.set_groups("path", ["/science", "/platform/admin"])
        assert sorted((await login.refreshed(model) or {})["groups"]) == ["platform/admin", "science"]

    async def test_a_refresh_token_that_was_given_back_is_refused(self, login: Login) -> None:
        model = await login.log_in()
        await login.client.revoke(model["auth_state"]["refresh_token"])
        assert await login.refreshed(model, renew=True) is None
        assert login.authenticator.ended_logins == {"anna"}

    async def test_a_refresh_token_that_ran_out_is_refused(self, provider: Provider, login: Login) -> None:
        model = await login.log_in()
        provider.end_refresh_tokens("path")
        assert await login.refreshed(model, renew=True) is None

    async def test_an_account_that_was_removed_has_to_log_in(self, provider: Provider, login: Login) -> None:
        model = await login.log_in("carl")
        provider.remove("path", "carl")
        assert await login.refreshed(model, renew=True) is None

    async def test_a_logout_ends_the_providers_session_and_the_tokens(self, login: Login) -> None:
        browser = Visitor()
        model = await login.log_in(browser=browser)
        attempt, _ = await login.begin(browser)
        await login.finish(attempt, browser)  # the session needs no password
        await self.log_out(login, browser)
        assert await login.refreshed(model, renew=True) is None

    async def log_out(self, login: Login, browser: Visitor) -> None:
        """End the provider's session, so that the next login in this browser needs the password."""
        where = await login.authenticator.end_session_url()
        assert where is not None
        page = browser.get(where)
        if browser.reached is None:  # Keycloak asks nothing where no session but an offline one is left
            browser.submit(page, logout="yes")
        assert browser.reached == f"{HUB}/hub/logout"
        browser.reached = None
        _, page = await login.begin(browser)
        assert browser.reached is None
        assert 'name="password"' in page.text

    async def test_an_offline_session_outlives_the_providers_own_until_it_is_given_back(
        self, provider: Provider, tmp_path: Path
    ) -> None:
        login = Login(provider, "path", tmp_path, extra_scopes=("offline_access",))
        browser = Visitor()
        model = await login.log_in(browser=browser)
        await self.log_out(login, browser)
        refreshed = await login.refreshed(model, renew=True)
        assert (refreshed is not None) is provider.offers_offline
        if refreshed is not None:
            await login.client.revoke(refreshed["auth_state"]["refresh_token"])
            assert await login.refreshed(refreshed, renew=True) is None

    async def test_a_new_signing_key_is_found(self, provider: Provider, login: Login) -> None:
        model = await login.log_in()
        provider.rotate_keys("path")
        keys = {key["kid"] for key in self.keys(login)}
        await asyncio.sleep(5.1)  # an unknown key is looked for at most every 5 s
        again = await login.log_in()
        assert again["auth_state"]["subject"] == model["auth_state"]["subject"]
        assert self.key_of(again) != self.key_of(model)
        assert self.key_of(again) in keys

    @pytest.mark.parametrize("skew", [-55, 55])
    async def test_clocks_may_differ_by_a_minute(self, login: Login, skew: int) -> None:
        login.skew_seconds = skew
        model = await login.log_in()
        assert (await login.refreshed(model, renew=True) or {})["name"] == "anna"

    async def test_a_clock_that_is_far_behind_refuses_tokens_of_the_future(self, login: Login) -> None:
        login.skew_seconds = -75
        with pytest.raises(web.HTTPError) as caught:
            await login.log_in()
        assert caught.value.status_code == 400

    async def test_a_clock_that_is_far_ahead_refuses_tokens_that_ended(self, login: Login) -> None:
        login.skew_seconds = 3_600 + 75
        with pytest.raises(web.HTTPError) as caught:
            await login.log_in()
        assert caught.value.status_code == 400

    async def code(self, login: Login) -> tuple[str, dict[str, str]]:
        """A code that a browser came back with, and what goes with it but for the verifier."""
        visitor = Visitor()
        attempt, page = await login.begin(visitor)
        visitor.submit(page, username="anna", password=login.provider.passwords["anna"])
        given = {"redirect_uri": f"{HUB}/hub/oauth_callback", "nonce": attempt.nonce}
        return query_of(visitor.reached or "")["code"], given | {"code_verifier": attempt.code_verifier}

    async def test_a_code_works_once(self, login: Login) -> None:
        code, given = await self.code(login)
        await login.client.exchange(code, **given)
        with pytest.raises(GrantRefused):
            await login.client.exchange(code, **given)

    async def test_a_stolen_code_is_worth_nothing_without_its_verifier(self, login: Login) -> None:
        code, given = await self.code(login)
        with pytest.raises(GrantRefused):
            await login.client.exchange(code, **given | {"code_verifier": "x" * 43})

    async def test_a_wrong_secret_is_the_hubs_fault_and_nobodys_login_ends(self, login: Login) -> None:
        model = await login.log_in()
        login.client._secret = "wrong" * 8
        with pytest.raises(Upstream, match="does not accept the hub as its client"):
            await login.client.refresh(
                model["auth_state"]["refresh_token"],
                nonce=model["auth_state"]["nonce"],
                subject=model["auth_state"]["subject"],
            )

    def keys(self, login: Login) -> list[dict[str, Any]]:
        document = httpx2.get(f"{login.issuer}/.well-known/openid-configuration", trust_env=False).json()
        return httpx2.get(document["jwks_uri"], trust_env=False).json()["keys"]

    def key_of(self, model: Mapping[str, Any]) -> str:
        return jwt.get_unverified_header(model["auth_state"]["id_token"])["kid"]


class EmbeddedProvider(Provider):
    """The provider of one machine, with groups of every kind."""

    passwords = EMBEDDED_PASSWORDS
    offers_offline = False
    has_roles = False  # its access tokens are opaque

    def __init__(self, process: Process, folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.secret = (folder / "client_secret").read_text().strip()
        self.groups = {
            "list": ["science", "admin"],
            "path": ["science", "platform/admin"],
            "string": ["platform/admin"],
            "none": None,
        }
        self._sent: Mapping[str, object] = {
            "list": ["science", "admin"],
            "path": ["/science", "/platform/admin"],
            "string": "/platform/admin",
        }

    def issuer(self, realm: str) -> str:
        self._say(self._sent.get(realm))
        return self.process.health_url.removesuffix("/identity/health")

    def set_groups(self, realm: str, paths: list[str]) -> None:
        self._say(paths)

    def rotate_keys(self, realm: str) -> None:
        path = self.folder / "state" / "keys.json"
        kept = json.loads(path.read_text())["cookieKeys"]
        path.unlink()
        self._restart()
        made = json.loads(path.read_text())
        path.write_text(json.dumps({**made, "cookieKeys": kept}))
        self._restart()

    def end_refresh_tokens(self, realm: str) -> None:
        with sqlite3.connect(self.folder / "state" / "sessions.sqlite", timeout=30) as database:
            rows = database.execute("SELECT id, payload FROM records WHERE model = 'RefreshToken'").fetchall()
            for row, payload in rows:
                ended = json.dumps({**json.loads(payload), "exp": 1})
                database.execute(
                    "UPDATE records SET payload = ?, expires_at = 1 WHERE model = 'RefreshToken' AND id = ?",
                    (ended, row),
                )
        database.close()

    def remove(self, realm: str, username: str) -> None:
        path = self.folder / "accounts.json"
        content = json.loads(path.read_text())
        content["accounts"] = [one for one in content["accounts"] if one["username"] != username]
        path.write_text(json.dumps(content))

    def _say(self, groups: object) -> None:
        said = {"anna": groups} if groups is not None else {}
        (self.folder / "raw-groups.json").write_text(json.dumps({**said, "bert": []}))

    def _restart(self) -> None:
        self.process.stop()
        self.process.start()


class KeycloakProvider(Provider):
    """Keycloak, with a realm for each way to send groups."""

    secret = KEYCLOAK_SECRET
    passwords: Mapping[str, str] = {name: f"eo-{name}-password" for name in ("anna", "bert", "carl")}
    groups: Mapping[str, list[str] | None] = {
        "list": ["science", "admin"],
        "path": ["science", "platform/admin"],
        "string": ["platform/admin"],
        "none": None,
    }
    offers_offline = True
    has_roles = True

    def __init__(self, server: Keycloak) -> None:
        self.server = server

    def issuer(self, realm: str) -> str:
        return self.server.issuer(realm)

    def set_groups(self, realm: str, paths: list[str]) -> None:
        user = f"/{realm}/users/{self.server.user(realm, 'anna')['id']}"
        for group in self.server.admin("GET", f"{user}/groups").json():
            self.server.admin("DELETE", f"{user}/groups/{group['id']}")
        for path in paths:
            group = self.server.admin("GET", f"/{realm}/group-by-path{path}").json()
            self.server.admin("PUT", f"{user}/groups/{group['id']}")

    def rotate_keys(self, realm: str) -> None:
        key = {
            "name": "a new key",
            "providerId": "rsa-generated",
            "providerType": "org.keycloak.keys.KeyProvider",
            "config": {"priority": ["200"], "algorithm": ["RS256"], "keySize": ["2048"]},
        }
        self.server.admin("POST", f"/{realm}/components", json=key)

    def end_refresh_tokens(self, realm: str) -> None:
        user = self.server.user(realm, "anna")["id"]
        self.server.admin("POST", f"/{realm}/users/{user}/logout")

    def remove(self, realm: str, username: str) -> None:
        user = self.server.user(realm, username)
        self.server.admin("PUT", f"/{realm}/users/{user['id']}", json={**user, "enabled": False})
