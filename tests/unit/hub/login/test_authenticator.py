"""How the login attaches itself to a hub's configuration, and what its authenticator decides."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from fakes.login_provider import CLIENT_ID, ISSUER, NONCE, LoginProvider
from tornado import web
from traitlets.config import Config

from eohub_hub.claims import GroupRule, GroupRules
from eohub_hub.login.attempt import LoginAttempt
from eohub_hub.login.authenticator import EohubAuthenticator, install_login, keep_newest
from eohub_toolkit.errors import Conflict


@dataclass
class Settings:
    people_database_url: str
    public_url: str = "https://hub.example.invalid"
    issuer: str = ISSUER
    client_id: str = CLIENT_ID
    extra_scopes: tuple[str, ...] = ()
    groups: GroupRules = field(default_factory=GroupRules)

    def client_secret(self) -> str:
        return "s:e/c"


class StoredUser:
    """What `refresh_user` needs of JupyterHub's user."""

    name = "anna"

    def __init__(self, auth_state: dict[str, Any] | None) -> None:
        self.auth_state = auth_state

    async def get_auth_state(self) -> dict[str, Any] | None:
        return self.auth_state


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(f"sqlite:///{tmp_path / 'people.sqlite'}")


@pytest.fixture
def provider() -> LoginProvider:
    return LoginProvider()


@pytest.fixture
def authenticator(settings: Settings, provider: LoginProvider) -> Iterator[EohubAuthenticator]:
    c = Config()
    install_login(c, settings)
    made = EohubAuthenticator(config=c)
    made.provider = provider.client()
    made.set_trait("_discovery", provider.discovery())
    yield made
    made.people.close()


def callback() -> Any:
    attempt = LoginAttempt.begin(None).model_copy(update={"nonce": NONCE})
    return SimpleNamespace(code="code-1", attempt=attempt)


def test_one_call_configures_the_hub(settings: Settings) -> None:
    c = Config()
    install_login(c, settings)
    assert c.JupyterHub.authenticator_class is EohubAuthenticator
    ours = c.EohubAuthenticator
    assert ours.oauth_callback_url == "https://hub.example.invalid/hub/oauth_callback"
    assert (ours.manage_groups, ours.enable_auth_state, ours.auto_login, ours.allow_all) == (
        True,
        True,
        True,
        True,
    )


def test_another_authenticator_is_not_overwritten(settings: Settings) -> None:
    c = Config()
    c.JupyterHub.authenticator_class = "dummy"
    with pytest.raises(Conflict, match="set twice"):
        install_login(c, settings)
    assert c.JupyterHub.authenticator_class == "dummy"


async def test_a_login_names_the_person_and_their_groups(authenticator: EohubAuthenticator) -> None:
    model = await authenticator.authenticate(callback())
    assert (model["name"], model["admin"], model["groups"]) == ("anna", False, ["eo-users"])
    assert model["auth_state"]["subject"] == "subject-1"
    assert model["auth_state"]["number"] == 1
    assert authenticator.people.named("anna").subject == "subject-1"


@pytest.mark.parametrize(
    ("claim", "shown"),
    [
        ("Anna Bauer", "Anna Bauer"),
        ("  Anna \n Bauer ", "Anna Bauer"),
        ("海 洋子", "海 洋子"),
        ("x" * 500, "x" * 60),
        ("\u202eannA", ""),
        ("", ""),
        (None, ""),
        (["Anna"], ""),
        (7, ""),
    ],
)
async def test_pages_are_told_how_a_person_writes_their_name(
    authenticator: EohubAuthenticator, provider: LoginProvider, claim: object, shown: str
) -> None:
    provider.userinfo["name"] = claim
    model = await authenticator.authenticate(callback())
    assert (model["auth_state"]["display_name"], model["name"]) == (shown, "anna")


@pytest.mark.parametrize("groups", [["/platform/admin"], "platform/admin", ["admin"], [], None])
async def test_no_group_gives_jupyterhubs_own_role_of_administrators(
    authenticator: EohubAuthenticator, provider: LoginProvider, groups: object
) -> None:
    provider.userinfo["groups"] = groups
    assert (await authenticator.authenticate(callback()))["admin"] is False


@pytest.mark.parametrize(
    ("groups", "is_member"),
    [
        (["/platform/admin"], True),
        ("/platform/admin", True),
        ("platform/admin", True),
        (["admin"], False),
        (["/platform", "admin"], False),
        ("admin", False),
        (["/Platform/Admin"], False),
        ([], False),
        (None, False),
    ],
)
async def test_only_the_admin_group_itself_is_that_group(
    authenticator: EohubAuthenticator, provider: LoginProvider, groups: object, is_member: bool
) -> None:
    provider.userinfo["groups"] = groups
    model = await authenticator.authenticate(callback())
    assert ("platform/admin" in model["groups"]) is is_member


async def test_no_groups_and_no_claim_stay_apart_in_the_state(
    authenticator: EohubAuthenticator, provider: LoginProvider
) -> None:
    provider.userinfo["groups"] = []
    assert (await authenticator.authenticate(callback()))["auth_state"]["groups"] == []
    del provider.userinfo["groups"]
    model = await authenticator.authenticate(callback())
    assert (model["auth_state"]["groups"], model["groups"]) == (None, [])


async def test_a_site_says_where_groups_are_found(
    authenticator: EohubAuthenticator, provider: LoginProvider
) -> None:
    authenticator.group_rules = GroupRules(
        (GroupRule(claim="roles", sources=("access_token",)),), {"gpu": "gpu-users"}
    )
    provider.tokens = lambda _: provider.token_answer(access_token=provider.id_token(roles=["gpu", "/a/b"]))
    model = await authenticator.authenticate(callback())
    assert sorted(model["groups"]) == ["a/b", "gpu-users"]
    assert model["auth_state"]["groups_sources"] == ["access_token"]


async def test_an_access_token_that_cannot_be_trusted_is_said_in_the_log(
    authenticator: EohubAuthenticator, provider: LoginProvider, caplog: pytest.LogCaptureFixture
) -> None:
    token = provider.id_token(azp="another", groups=["/platform/admin"])
    provider.tokens = lambda _: provider.token_answer(access_token=token)
    del provider.userinfo["groups"]
    authenticator.log.propagate = True
    model = await authenticator.authenticate(callback())
    assert model["groups"] == []
    assert "Access token of anna is not read" in caplog.text
    assert token not in caplog.text


async def test_the_scope_groups_is_asked_for_where_it_is_offered(
    authenticator: EohubAuthenticator, provider: LoginProvider
) -> None:
    attempt = LoginAttempt.begin(None)
    assert "scope=openid+profile+email&" in await authenticator.authorization_url(attempt)
    provider.metadata["scopes_supported"] = ["openid", "groups"]
    provider.clock.now += 6
    assert "scope=openid+profile+email+groups&" in await authenticator.authorization_url(attempt)


@pytest.mark.parametrize(
    ("endpoint", "answer", "status"),
    [
        ("token", httpx2.Response(400, json={"error": "invalid_grant"}), 400),
        ("token", httpx2.Response(401, json={"error": "invalid_client"}), 503),
        ("token", httpx2.Response(503), 503),
        ("userinfo", httpx2.Response(401), 400),
        ("userinfo", httpx2.Response(200, json={"sub": "somebody-else"}), 400),
        ("userinfo", httpx2.Response(500), 503),
        ("jwks", httpx2.Response(200, json={"keys": []}), 400),
    ],
)
async def test_a_failed_login_is_a_page_and_shows_no_details(
    authenticator: EohubAuthenticator,
    provider: LoginProvider,
    endpoint: str,
    answer: httpx2.Response,
    status: int,
) -> None:
    provider.answers[endpoint] = lambda: answer
    with pytest.raises(web.HTTPError) as caught:
        await authenticator.authenticate(callback())
    assert caught.value.status_code == status
    assert ISSUER not in str(caught.value)
    assert authenticator.people.named("anna") is None


async def test_too_many_groups_are_explained(
    authenticator: EohubAuthenticator, provider: LoginProvider
) -> None:
    provider.userinfo["groups"] = [f"g{n}" for n in range(1_001)]
    with pytest.raises(web.HTTPError, match="more than 1000 groups") as caught:
        await authenticator.authenticate(callback())
    assert caught.value.status_code == 403


async def test_a_site_may_add_to_the_auth_state(authenticator: EohubAuthenticator) -> None:
    async def mark(_: object, auth_state: dict[str, Any]) -> dict[str, Any]:
        return {**auth_state, "site": "x"}

    authenticator.modify_auth_state_hook = mark
    model = await authenticator.authenticate(callback())
    assert model["auth_state"]["site"] == "x"
    assert await authenticator.refresh_user(StoredUser(model["auth_state"])) is not False


async def test_a_site_may_decide_about_a_refresh(authenticator: EohubAuthenticator) -> None:
    authenticator.refresh_user_hook = lambda *_: False
    assert await authenticator.refresh_user(StoredUser(None)) is False


async def test_a_refresh_brings_groups_up_to_date(
    authenticator: EohubAuthenticator, provider: LoginProvider
) -> None:
    model = await authenticator.authenticate(callback())
    provider.userinfo["groups"] = ["/platform/admin"]
    refreshed = await authenticator.refresh_user(StoredUser(model["auth_state"]))
    assert isinstance(refreshed, dict)
    assert (refreshed["name"], refreshed["admin"], refreshed["groups"]) == ("anna", False, ["platform/admin"])


async def test_a_refused_refresh_asks_for_a_login_and_fits_jupyterhub_6_1_1(
    authenticator: EohubAuthenticator, provider: LoginProvider
) -> None:
    model = await authenticator.authenticate(callback())
    provider.answers["userinfo"] = lambda: httpx2.Response(401)
    provider.tokens = lambda _: httpx2.Response(400, json={"error": "invalid_grant"})
    page = SimpleNamespace()
    assert await authenticator.refresh_user(StoredUser(model["auth_state"]), page) is False
    assert page._token_authenticated is False
    by_token = SimpleNamespace(_token_authenticated=True)
    assert await authenticator.refresh_user(StoredUser(model["auth_state"]), by_token) is False
    assert by_token._token_authenticated is True


@pytest.mark.parametrize("stored", [None, {}, {"access_token": "of another authenticator"}])
async def test_without_a_state_of_ours_a_login_is_needed(
    authenticator: EohubAuthenticator, stored: dict[str, Any] | None
) -> None:
    assert await authenticator.refresh_user(StoredUser(stored), SimpleNamespace()) is False


async def test_an_unreachable_provider_keeps_people_for_an_hour(
    authenticator: EohubAuthenticator, provider: LoginProvider
) -> None:
    auth_state = (await authenticator.authenticate(callback()))["auth_state"]
    provider.answers["userinfo"] = lambda: httpx2.Response(503)
    assert await authenticator.refresh_user(StoredUser(auth_state), SimpleNamespace()) is True
    long_ago = {**auth_state, "asked_at": auth_state["asked_at"] - 3_601}
    assert await authenticator.refresh_user(StoredUser(long_ago), SimpleNamespace()) is False


async def test_a_provider_that_just_failed_is_not_asked_again_at_once_and_the_log_says_so_once(
    authenticator: EohubAuthenticator, provider: LoginProvider, caplog: pytest.LogCaptureFixture
) -> None:
    auth_state = (await authenticator.authenticate(callback()))["auth_state"]
    provider.answers["userinfo"] = lambda: httpx2.Response(503)
    authenticator.log.propagate = True
    before = provider.asked.count("userinfo")
    for _ in range(5):
        assert await authenticator.refresh_user(StoredUser(auth_state)) is True
    assert provider.asked.count("userinfo") == before + 1
    assert caplog.text.count("cannot be asked") == 1


async def test_who_has_to_log_in_is_remembered_until_they_do(
    authenticator: EohubAuthenticator, provider: LoginProvider
) -> None:
    model = await authenticator.authenticate(callback())
    provider.answers["userinfo"] = lambda: httpx2.Response(401)
    provider.tokens = lambda _: httpx2.Response(400, json={"error": "invalid_grant"})
    assert await authenticator.refresh_user(StoredUser(model["auth_state"])) is False
    assert authenticator.ended_logins == {"anna"}
    del provider.answers["userinfo"]
    provider.tokens = lambda _: provider.token_answer()
    await authenticator.authenticate(callback())
    assert authenticator.ended_logins == set()


class TestAskedAgain:
    """What becomes of somebody whom the hub asks about while nobody looks."""

    class Running(StoredUser):
        """JupyterHub's user with a running server."""

        def __init__(self, auth_state: dict[str, Any] | None) -> None:
            super().__init__(auth_state)
            self.groups: list[str] | None = None

        def sync_groups(self, names: list[str]) -> None:
            self.groups = names

        async def save_auth_state(self, auth_state: dict[str, Any]) -> None:
            self.auth_state = auth_state

    async def test_groups_and_state_are_stored(
        self, authenticator: EohubAuthenticator, provider: LoginProvider
    ) -> None:
        user = self.Running((await authenticator.authenticate(callback()))["auth_state"])
        provider.userinfo["groups"] = ["/new"]
        await authenticator.ask_again(user)
        assert user.groups == ["new"]
        assert user.auth_state is not None
        assert user.auth_state["groups"] == ["new"]

    async def test_nothing_is_written_down_where_nothing_is_new(
        self, authenticator: EohubAuthenticator, provider: LoginProvider
    ) -> None:
        before = (await authenticator.authenticate(callback()))["auth_state"]
        user = self.Running(before)
        await authenticator.ask_again(user)
        assert user.groups == ["eo-users"]
        assert user.auth_state is before

    @pytest.mark.parametrize("status", [401, 503])
    async def test_a_login_that_ended_or_a_provider_that_is_down_changes_nothing(
        self, authenticator: EohubAuthenticator, provider: LoginProvider, status: int
    ) -> None:
        before = (await authenticator.authenticate(callback()))["auth_state"]
        user = self.Running(before)
        provider.answers["userinfo"] = lambda: httpx2.Response(status)
        provider.tokens = lambda _: httpx2.Response(400, json={"error": "invalid_grant"})
        await authenticator.ask_again(user)
        assert user.groups is None
        assert user.auth_state == before

    async def test_a_login_that_happened_meanwhile_is_not_overwritten(
        self, authenticator: EohubAuthenticator, provider: LoginProvider
    ) -> None:
        before = (await authenticator.authenticate(callback()))["auth_state"]
        later = {**before, "nonce": "later", "logged_in_at": before["logged_in_at"] + 1}
        answers = iter([before, later])

        class Relogged(self.Running):
            async def get_auth_state(self) -> dict[str, Any] | None:
                return next(answers)

        user = Relogged(None)
        await authenticator.ask_again(user)
        assert user.auth_state is None, "it was written over"


def test_what_a_site_added_to_the_state_survives_an_older_answer() -> None:
    assert keep_newest(None, {"auth_state": {"site": 1}}, None) == {"site": 1}
    assert keep_newest(None, {"auth_state": None}, {"site": 1}) is None


async def test_a_site_may_ask_for_more_scopes(authenticator: EohubAuthenticator) -> None:
    authenticator.extra_scopes = ["offline_access", "openid"]
    url = await authenticator.authorization_url(LoginAttempt.begin(None))
    assert "scope=openid+profile+email+offline_access&" in url


async def test_logout_leads_to_the_provider_and_back_to_the_hub(authenticator: EohubAuthenticator) -> None:
    url = await authenticator.end_session_url()
    assert url is not None
    assert url.startswith(f"{ISSUER}/logout?")
    assert url.endswith("post_logout_redirect_uri=https%3A%2F%2Fhub.example.invalid%2Fhub%2Flogout")
