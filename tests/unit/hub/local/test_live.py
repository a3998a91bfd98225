"""The probe of a login: what it asks, and which sentence each fault gives."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from eohub_hub.local.errors import PartFailed
from eohub_hub.local.live import login_works
from eohub_hub.settings import HubSettings

HUB, ISSUER = "http://hub.test", "http://sso.test"
Answer = Callable[[httpx2.Request], httpx2.Response]
SECRET = "the hub's secret"


def provider(**changes: Any) -> Answer:
    """A hub and a provider that are well, but for what is changed."""
    metadata = {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/auth",
        "token_endpoint": f"{ISSUER}/token",
        "jwks_uri": f"{ISSUER}/jwks",
    }

    def answer(request: httpx2.Request) -> httpx2.Response:
        match request.url.path:
            case "/hub/oauth_login":
                return httpx2.Response(302, headers={"Location": changes.get("goes_to", f"{ISSUER}/auth")})
            case "/.well-known/openid-configuration":
                return httpx2.Response(200, json=metadata | changes.get("metadata", {}))
            case "/jwks":
                return httpx2.Response(200, json={"keys": changes.get("keys", [{"kid": "1"}])})
            case "/token":
                error = changes.get("error", "invalid_grant")
                return httpx2.Response(401 if error == "invalid_client" else 400, json={"error": error})
            case _:
                return httpx2.Response(changes.get("page", 200), text="<form>")

    return answer


@pytest.fixture
def settings(tmp_path: Path) -> HubSettings:
    (tmp_path / "secret").write_text(SECRET)
    return HubSettings(
        public_url=HUB,
        issuer=ISSUER,
        client_secret_file=tmp_path / "secret",
        people_database_url="sqlite://",
        policy_folder=tmp_path,
    )


def browser(answer: Answer) -> httpx2.Client:
    return httpx2.Client(transport=httpx2.MockTransport(answer), follow_redirects=True)


def test_a_provider_that_is_well_accepts_the_hubs_secret_and_shows_its_page(settings: HubSettings) -> None:
    seen: list[httpx2.Request] = []

    def watched(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return provider()(request)

    assert "the hub's secret is accepted" in login_works(settings, browser(watched))
    token = next(request for request in seen if request.url.path == "/token")
    assert b"code=probe" in token.content
    assert SECRET not in str(token.url)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"error": "invalid_client"}, "does not accept the hub's secret"),
        ({"keys": []}, "names no keys"),
        ({"page": 500}, "shows no login page"),
        ({"goes_to": "http://elsewhere.test/login"}, "shows no login page"),
        ({"metadata": {"issuer": "http://other.test"}}, "calls itself otherwise"),
    ],
)
def test_each_fault_has_its_sentence(settings: HubSettings, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PartFailed, match=sentence):
        login_works(settings, browser(provider(**changes)))


def test_a_provider_that_cannot_be_reached_or_says_nonsense_is_one_sentence(settings: HubSettings) -> None:
    def gone(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    for answer in (
        gone,
        lambda _: httpx2.Response(200, text="hello"),
        lambda _: httpx2.Response(200, json=[]),
    ):
        with pytest.raises(PartFailed, match="cannot begin"):
            login_works(settings, browser(answer))
