"""The same tests of the login on the embedded provider and on a real Keycloak."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import jwt
import pytest
from integration.login_contract import EmbeddedProvider, KeycloakProvider, LoginContract, Visitor
from integration.login_keycloak import SECRET, Keycloak, keycloak, why_not
from integration.login_servers import (
    ROOT,
    Process,
    free_port,
    hub_process,
    identity_environ,
    identity_process,
)

pytestmark = pytest.mark.real
DATA_LAKE = {
    "name": "data-lake",
    "title": "The Data Lake",
    "client_id": "hda-public",
    "audience": "hda-public",
    "subject_issuer": "desp-oidc",
}


@dataclass
class HubAtKeycloak:
    """A hub, and the realm that its people come from."""

    url: str
    token: str
    hub: Process
    provider: KeycloakProvider

    def user(self, name: str) -> dict[str, Any]:
        """What the hub knows of a user."""
        return self.ask("GET", f"/users/{name}", self.token).json()

    def ask(self, method: str, path: str, token: str, **options: Any) -> httpx2.Response:
        """Ask the hub's API with a token."""
        headers = {"Authorization": f"token {token}"}
        return httpx2.request(
            method, f"{self.url}/hub/api{path}", headers=headers, trust_env=False, timeout=30, **options
        )

    def token_of(self, name: str, *scopes: str) -> str:
        """A token of a person with a part of their rights, as their server has one."""
        return self.ask("POST", f"/users/{name}/tokens", self.token, json={"scopes": scopes}).json()["token"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    with keycloak(tmp_path_factory.mktemp("keycloak")) as running:
        yield running


class TestEmbeddedProvider(LoginContract):
    """The provider of one machine."""

    @pytest.fixture(scope="class")
    @classmethod
    def provider(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedProvider]:
        folder = tmp_path_factory.mktemp("embedded")
        environ = identity_environ(folder, free_port(), "http://127.0.0.1:9")
        environ["RAW_GROUPS"] = str(folder / "raw-groups.json")
        process = identity_process(folder, environ)
        process.command[1] = str(ROOT / "tests" / "fakes" / "identity_with_raw_groups.mjs")
        process.start()
        try:
            yield EmbeddedProvider(process, folder)
        finally:
            process.stop()


class TestKeycloak(LoginContract):
    """Keycloak 26.7.3."""

    @pytest.fixture(scope="class")
    @classmethod
    def provider(cls, server: Keycloak) -> KeycloakProvider:
        for realm in ("list", "path", "string", "none", "roles"):
            server.import_realm(realm)
        return KeycloakProvider(server)


class TestHubAtKeycloak:
    """A real hub whose people log in at a real Keycloak."""

    @pytest.fixture(scope="class")
    @classmethod
    def stack(cls, server: Keycloak, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubAtKeycloak]:
        folder = tmp_path_factory.mktemp("hub-at-keycloak")
        server.import_realm("hub")
        server.import_data_lake("hub")
        (folder / "client_secret").write_text(SECRET)
        url, token = f"http://127.0.0.1:{free_port()}", "t" * 64
        issuer, secret = server.issuer("hub"), folder / "client_secret"
        options: dict[str, Any] = {
            "refresh_age": 1,
            "exchanges": [DATA_LAKE | {"issuer": server.issuer("dedl")}],
            "scopes": ["admin:users", "admin:auth_state", "tokens"],
        }
        hub = hub_process(folder, url, token, issuer=issuer, secret_file=secret, **options)
        try:
            hub.start()
            yield HubAtKeycloak(url, token, hub, KeycloakProvider(server))
        finally:
            hub.stop()
        assert "Traceback" not in hub.output()

    def visitor(self) -> Visitor:
        return Visitor(door="nowhere")

    def log_in(self, stack: HubAtKeycloak, visitor: Visitor, username: str) -> httpx2.Response:
        page = visitor.get(f"{stack.url}/hub/home")
        return visitor.submit(page, username=username, password=stack.provider.passwords[username])

    def test_a_person_logs_in_and_groups_follow_the_provider(self, stack: HubAtKeycloak) -> None:
        visitor = self.visitor()
        page = self.log_in(stack, visitor, "anna")
        assert (page.status_code, str(page.url)) == (200, f"{stack.url}/hub/home")
        assert ">Anna Bauer</span>" in page.text
        assert sorted(stack.user("anna")["groups"]) == ["platform/admin", "science"]
        assert visitor.get(f"{stack.url}/hub/admin").status_code == 200
        stack.provider.set_groups("hub", ["/late"])
        time.sleep(1.1)
        assert visitor.get(f"{stack.url}/hub/home").status_code == 200
        assert stack.user("anna")["groups"] == ["late"]
        assert visitor.get(f"{stack.url}/hub/admin").status_code == 403

    def test_a_server_gets_its_persons_token_of_the_data_lake(self, stack: HubAtKeycloak) -> None:
        self.log_in(stack, self.visitor(), "bert")
        token = stack.token_of("bert", "custom:tokens:exchange")
        answer = stack.ask("POST", "/eohub/tokens/data-lake", token)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        found = answer.json()
        dedl = stack.provider.issuer("dedl")
        keys = httpx2.get(f"{dedl}/protocol/openid-connect/certs", trust_env=False).json()["keys"]
        header = jwt.get_unverified_header(found["access_token"])
        key = jwt.PyJWK(next(key for key in keys if key["kid"] == header["kid"]))
        claims = jwt.decode(found["access_token"], key, issuer=dedl, options={"verify_aud": False})
        assert (claims["azp"], claims["preferred_username"]) == ("hda-public", "bert")
        assert found["expires_at"] == pytest.approx(claims["exp"], abs=5)
        userinfo = httpx2.get(
            f"{dedl}/protocol/openid-connect/userinfo",
            headers={"Authorization": f"Bearer {found['access_token']}"},
            trust_env=False,
        )
        assert userinfo.status_code in (200, 403), "403: this client's tokens have no scope openid"
        assert stack.ask("POST", "/eohub/tokens/data-lake", token).json() == found
        assert stack.ask("POST", "/eohub/tokens/evil", token).status_code == 404
        log = "".join(path.read_text() for path in (stack.hub.log.parent / "hub" / "audit").glob("*.jsonl"))
        assert '"token:data-lake"' in log
        assert found["access_token"] not in log + stack.hub.output()

    def test_a_token_of_the_data_lake_needs_the_scope_and_a_login(self, stack: HubAtKeycloak) -> None:
        self.log_in(stack, self.visitor(), "bert")
        poor = stack.token_of("bert", "read:users:name!user")
        assert stack.ask("POST", "/eohub/tokens/data-lake", poor).status_code == 403
        assert stack.ask("POST", "/eohub/tokens/data-lake", stack.token).status_code == 403
        assert stack.ask("POST", "/eohub/tokens/data-lake", "made-up").status_code == 403
        stack.ask("POST", "/users/nobody", stack.token)
        token = stack.token_of("nobody", "custom:tokens:exchange")
        answer = stack.ask("POST", "/eohub/tokens/data-lake", token)
        assert (answer.status_code, "Log in again" in answer.text) == (403, True)

    def test_what_the_data_lake_refuses_is_said_and_nothing_of_the_token(self, stack: HubAtKeycloak) -> None:
        self.log_in(stack, self.visitor(), "anna")
        token = stack.token_of("anna", "custom:tokens:exchange")
        mine = stack.user("anna")["auth_state"]["access_token"]
        server = stack.provider.server
        # Somebody of the Data Lake's own has that name already, so that it cannot take anna in.
        server.admin("POST", "/dedl/users", json={"username": "anna", "email": "anna@example.invalid"})
        answer = stack.ask("POST", "/eohub/tokens/data-lake", token)
        assert answer.status_code == 403
        assert answer.json()["message"].startswith("The Data Lake gives no token for your login.")
        assert mine not in answer.text + stack.hub.output()

    def test_a_logout_ends_both_sessions(self, stack: HubAtKeycloak) -> None:
        visitor = self.visitor()
        self.log_in(stack, visitor, "bert")
        token = stack.user("bert")["auth_state"]["refresh_token"]
        # With its refresh token given back, Keycloak's own session is over and it asks nothing more.
        page = visitor.get(f"{stack.url}/hub/logout")
        assert any(url.startswith(stack.provider.issuer("hub")) for url in visitor.visited)
        assert str(page.url) == f"{stack.url}/hub/logout"
        assert "<h1>Logged out</h1>" in page.text
        assert 'name="password"' in visitor.get(f"{stack.url}/hub/home").text
        form = {"grant_type": "refresh_token", "refresh_token": token}
        where = f"{stack.provider.issuer('hub')}/protocol/openid-connect/token"
        refused = httpx2.post(where, data=form, auth=("eohub", SECRET), trust_env=False)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")

    def test_an_account_that_was_removed_is_led_to_a_login_without_a_traceback(
        self, stack: HubAtKeycloak
    ) -> None:
        visitor = self.visitor()
        self.log_in(stack, visitor, "carl")
        stack.provider.remove("hub", "carl")
        time.sleep(1.1)
        assert 'name="password"' in visitor.get(f"{stack.url}/hub/home").text
        assert "The login of carl has ended" in stack.hub.output()
        assert "AttributeError" not in stack.hub.output()
