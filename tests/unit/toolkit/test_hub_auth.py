import httpx2
import pytest
from fastapi import APIRouter, Depends
from structlog.testing import capture_logs

from eohub_toolkit.errors import Unauthenticated, Unavailable
from eohub_toolkit.http import Client
from eohub_toolkit.hub_auth import HubAuth, HubUser, holds, require
from eohub_toolkit.service import create_service

ANN = {
    "name": "ann",
    "kind": "user",
    "groups": ["eo"],
    "scopes": ["self", "custom:storage:credentials!user=ann"],
}


class Hub(httpx2.AsyncBaseTransport):
    """A hub that knows tokens, and counts how often it is asked."""

    def __init__(self, tokens: dict[str, dict[str, object]], status: int = 200) -> None:
        self.tokens = tokens
        self.status = status
        self.asked = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        owner = self.tokens.get(request.headers["Authorization"].removeprefix("token "))
        if self.status != 200:
            return httpx2.Response(self.status)
        return httpx2.Response(200, json=owner) if owner else httpx2.Response(403)


def hub_auth(hub: Hub, now: list[float], cached_seconds: float = 30) -> HubAuth:
    client = Client("http://hub.test/hub/api/", transport=hub)
    return HubAuth(client, cached_seconds=cached_seconds, clock=lambda: now[0])


async def test_a_token_is_looked_up_once_in_thirty_seconds() -> None:
    hub, now = Hub({"t": ANN}), [0.0]
    auth = hub_auth(hub, now)
    assert (await auth.user("t")).name == "ann"
    now[0] = 29.0
    assert (await auth.user("t")).groups == {"eo"}
    assert hub.asked == 1


async def test_a_revoked_token_ends_after_thirty_seconds() -> None:
    hub, now = Hub({"t": ANN}), [0.0]
    auth = hub_auth(hub, now)
    await auth.user("t")
    hub.tokens.clear()
    now[0] = 31.0
    with pytest.raises(Unauthenticated):
        await auth.user("t")


@pytest.mark.parametrize("revoked", [False, True])
async def test_where_nothing_is_kept_the_hub_is_asked_each_time(revoked: bool) -> None:
    hub = Hub({"t": ANN})
    auth = hub_auth(hub, [0.0], cached_seconds=0)
    await auth.user("t")
    if revoked:
        hub.tokens.clear()
        with pytest.raises(Unauthenticated):
            await auth.user("t")
    else:
        await auth.user("t")
    assert hub.asked == 2


async def test_an_unknown_token_is_refused_every_time() -> None:
    hub = Hub({})
    auth = hub_auth(hub, [0.0])
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await auth.user("wrong")
    assert hub.asked == 2


@pytest.mark.parametrize("status", [500, 503, 302])
async def test_a_hub_that_cannot_answer_is_not_a_wrong_token(status: int) -> None:
    with pytest.raises(Unavailable):
        await hub_auth(Hub({"t": ANN}, status), [0.0]).user("t")


async def test_the_memory_of_tokens_is_bounded() -> None:
    hub = Hub({str(number): ANN for number in range(1_200)})
    auth = hub_auth(hub, [0.0])
    for number in range(1_200):
        await auth.user(str(number))
    assert len(auth._known) == 1_000  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    ("held", "asked", "answer"),
    [
        ({"custom:a:read"}, "custom:a:read", True),
        ({"custom:a:read!user=ann"}, "custom:a:read", True),
        ({"custom:a:readwrite"}, "custom:a:read", False),
        ({"custom:a"}, "custom:a:read", False),
        (set(), "custom:a:read", False),
    ],
)
def test_a_scope_is_held_whole(held: set[str], asked: str, answer: bool) -> None:
    assert holds(frozenset(held), asked) is answer


async def ask(
    headers: dict[str, str] | dict[bytes, bytes],
    scope: str = "custom:storage:credentials",
    hub: Hub | None = None,
) -> httpx2.Response:
    router = APIRouter()

    @router.get("/me")
    async def me(user: HubUser = Depends(require(scope))) -> dict[str, str]:  # noqa: B008
        return {"name": user.name}

    app = create_service("test", prefix="/services/test/", routers=[router])
    app.state.hub_auth = hub_auth(hub or Hub({"t": ANN}), [0.0])
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/services/test/me", headers=headers)


async def test_a_route_knows_its_caller() -> None:
    assert (await ask({"Authorization": "token t"})).json() == {"name": "ann"}
    assert (await ask({"Authorization": "Bearer t"})).json() == {"name": "ann"}


@pytest.mark.parametrize("header", ["", "token", "token ", "Basic t", "t", "token wrong"])
async def test_a_route_refuses_a_stranger(header: str) -> None:
    answer = await ask({"Authorization": header} if header else {})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


UGLY = {
    "bytes that are no text": b"token \xff\xfe",
    "Latin-1": b"token caf\xe9",
    "UTF-8": "token \N{EARTH GLOBE EUROPE-AFRICA}".encode(),
    "a control character": b"token a\x01b",
    "no-break spaces": b"token \xa0\xa0",
    "two words": b"token t t",
    "a list": b"token t, token t",
    "a quoted word": b'token "t"',
    "a parameter": b"Bearer realm=x,t",
    "a path out": b"token ../%0d%0aX: y",
    "only padding": b"token ====",
    "padding inside": b"token a=b",
    "too long a token": b"token " + b"a" * 513,
    "a huge token": b"token " + b"a" * 100_000,
    "a huge kind": b"t" * 100_000 + b" a",
    "many blanks": b"token" + b" " * 50_000 + b"\xff",
    "only blanks": b"   ",
    "a tab": b"token\tt",
}


@pytest.mark.parametrize("kind", UGLY)
async def test_no_ugly_authorization_is_more_than_a_stranger(kind: str) -> None:
    hub = Hub({"t": ANN})
    with capture_logs() as logs:
        answer = await ask({b"Authorization": UGLY[kind]}, hub=hub)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert logs == []
    assert hub.asked == 0


@pytest.mark.parametrize("token", ["0123abcdef" * 3, "eyJ.e30.c2ln-_~+/==", "a" * 512])
async def test_every_kind_of_token_that_there_is_goes_to_the_hub(token: str) -> None:
    answer = await ask({"Authorization": f"token {token}"}, hub=Hub({token: ANN}))
    assert answer.json() == {"name": "ann"}


async def test_a_route_names_the_scope_that_is_missing() -> None:
    answer = await ask({"Authorization": "token t"}, scope="custom:catalogue:write")
    assert answer.status_code == 403
    assert "custom:catalogue:write" in answer.json()["detail"]
