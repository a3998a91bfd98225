"""Tokens of other platforms: what is asked, what an answer means, and what is kept for how long."""

from typing import Any
from urllib.parse import parse_qsl

import httpx2
import pytest
from fakes.login_provider import Clock
from pydantic import ValidationError

from eohub_hub.login.discovery import Discovery
from eohub_hub.login.exchange import EndpointExchange, ExchangedToken, Exchanges, Platform
from eohub_toolkit.errors import EohubError, Forbidden, NotFound, Unavailable, Upstream
from eohub_toolkit.http import Client

ISSUER = "https://identity.example.invalid/auth/realms/dedl"
PLATFORM = Platform(
    name="data-lake",
    title="The Data Lake",
    issuer=ISSUER,
    client_id="hda-public",
    audience="hda-public",
    subject_issuer="desp-oidc",
)


class Realm:
    """The platform's realm behind the transport; `answer` is what its token endpoint says."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.answer = httpx2.Response(200, json={"access_token": "lake-1", "expires_in": 300})
        self.clock = Clock()

    def exchange(self) -> EndpointExchange:
        http = Client(ISSUER, attempts=1, deadline_seconds=5, transport=httpx2.MockTransport(self.respond))
        return EndpointExchange(PLATFORM, Discovery(ISSUER, http, clock=self.clock), http, clock=self.clock)

    def respond(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
            return httpx2.Response(
                200, json={"issuer": ISSUER, **{name: f"{ISSUER}/{name}" for name in names}}
            )
        assert request.url.path.endswith("/token_endpoint")
        assert "Authorization" not in request.headers
        self.forms.append(dict(parse_qsl(request.content.decode())))
        return self.answer


async def test_it_asks_as_the_data_lake_wants_to_be_asked() -> None:
    realm = Realm()
    token = await realm.exchange().exchange("mine")
    assert (token.access_token, token.expires_at) == ("lake-1", realm.clock() + 300)
    assert realm.forms == [
        {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": "mine",
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "subject_issuer": "desp-oidc",
            "client_id": "hda-public",
            "audience": "hda-public",
        }
    ]
    assert "lake-1" not in repr(token)


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (403, {"error": "access_denied", "error_description": "Client not allowed"}, Forbidden),
        (400, {"error": "invalid_token"}, Forbidden),
        (400, {"error": "invalid_grant"}, Forbidden),
        (400, {"error": "invalid_issuer"}, Upstream),
        (401, {"error": "invalid_client"}, Upstream),
        (400, {"error": ["access_denied"]}, Upstream),
        (429, {}, Unavailable),
        (503, {}, Upstream),
        (200, {}, Upstream),
        (200, {"access_token": ""}, Upstream),
        (200, {"access_token": 7}, Upstream),
        (200, {"access_token": "x" * 65_537}, Upstream),
        (200, ["no object"], Upstream),
    ],
)
async def test_what_is_no_token_is_the_right_kind_of_error(
    status: int, content: Any, kind: type[EohubError]
) -> None:
    realm = Realm()
    realm.answer = httpx2.Response(status, json=content)
    with pytest.raises(kind) as caught:
        await realm.exchange().exchange("secret-token")
    assert type(caught.value) is kind
    assert "secret-token" not in f"{caught.value.detail}{caught.value.hint}"


@pytest.mark.parametrize("lifetime", [None, 0, -5, "300", True])
async def test_a_token_that_does_not_say_how_long_it_lives_is_taken_for_a_minute(lifetime: object) -> None:
    realm = Realm()
    realm.answer = httpx2.Response(200, json={"access_token": "lake-1", "expires_in": lifetime})
    assert (await realm.exchange().exchange("mine")).expires_at == realm.clock() + 60


class Numbered:
    """A platform that counts its tokens, each good for 100 s."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.asked: list[str] = []

    async def exchange(self, access_token: str) -> ExchangedToken:
        self.asked.append(access_token)
        return ExchangedToken(f"t{len(self.asked)}", self.clock(), self.clock() + 100)


class TestExchanges:
    """What is kept, for whom."""

    @pytest.fixture
    def platform(self) -> Numbered:
        return Numbered(Clock())

    @pytest.fixture
    def exchanges(self, platform: Numbered) -> Exchanges:
        return Exchanges({"data-lake": platform}, clock=platform.clock)

    async def test_a_token_is_given_again_until_half_its_life(
        self, platform: Numbered, exchanges: Exchanges
    ) -> None:
        tokens: list[str] = []
        for seconds in (0, 49, 2):
            platform.clock.now += seconds
            found = await exchanges.token("data-lake", number=1, access_token="mine")
            tokens.append(found.access_token)
        assert tokens == ["t1", "t1", "t2"]

    async def test_nobody_gets_the_token_of_somebody_else(
        self, platform: Numbered, exchanges: Exchanges
    ) -> None:
        first = await exchanges.token("data-lake", number=1, access_token="of 1")
        second = await exchanges.token("data-lake", number=2, access_token="of 2")
        assert first != second
        assert platform.asked == ["of 1", "of 2"]

    async def test_a_thousand_are_kept(self, platform: Numbered, exchanges: Exchanges) -> None:
        for number in range(1_001):
            await exchanges.token("data-lake", number=number, access_token="x")
        await exchanges.token("data-lake", number=1_000, access_token="x")
        assert len(platform.asked) == 1_001
        await exchanges.token("data-lake", number=0, access_token="x")
        assert len(platform.asked) == 1_002

    async def test_an_unknown_platform_is_refused_with_those_that_are_known(
        self, exchanges: Exchanges
    ) -> None:
        with pytest.raises(NotFound) as caught:
            await exchanges.token("evil", number=1, access_token="x")
        assert caught.value.hint == "It knows: data-lake."


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Data Lake"},
        {"name": ""},
        {"issuer": "http://identity.example.invalid"},
        {"title": ""},
        {"scope": "x"},
    ],
    ids=str,
)
def test_a_wrong_platform_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Platform.model_validate({**PLATFORM.model_dump(), **wrong})
