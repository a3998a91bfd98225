"""The same tests of the login on the embedded provider and on a real Keycloak."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
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


@dataclass
class HubAtKeycloak:
    """A hub, and the realm that its people come from."""

    url: str
    token: str
    hub: Process
    provider: KeycloakProvider

    def user(self, name: str) -> dict[str, Any]:
        """What the hub knows of a user."""
        headers = {"Authorization": f"token {self.token}"}
        return httpx2.get(f"{self.url}/hub/api/users/{name}", headers=headers, trust_env=False).json()


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
        (folder / "client_secret").write_text(SECRET)
        url, token = f"http://127.0.0.1:{free_port()}", "t" * 64
        issuer, secret = server.issuer("hub"), folder / "client_secret"
        hub = hub_process(folder, url, token, issuer=issuer, secret_file=secret, refresh_age=1)
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
        assert stack.user("anna")["groups"] == ["platform/admin", "science"]
        assert visitor.get(f"{stack.url}/hub/admin").status_code == 200
        stack.provider.set_groups("hub", ["/late"])
        time.sleep(1.1)
        assert visitor.get(f"{stack.url}/hub/home").status_code == 200
        assert stack.user("anna")["groups"] == ["late"]
        assert visitor.get(f"{stack.url}/hub/admin").status_code == 403

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
