"""The login of DestinE's Data Lake: kept here, renewed, shown to the one who asked for it."""

import asyncio
import os
import stat
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fakes.catalogue_web import open_web
from fakes.destine import DATA_LAKE, HUB, PLATFORM, Destine
from fakes.stac_documents import cube_item
from fakes.stac_upstream import ROOT, StacUpstream
from pydantic import SecretStr

from eohub_catalogue.contract import CatalogueSource, CollectionQuery, SearchQuery
from eohub_catalogue.errors import LoginNeeded
from eohub_catalogue.server.login import BearerLogin, FileTokens, HubTokens, Token
from eohub_catalogue.server.settings import DestineLogin
from eohub_catalogue.server.stac_api import StacApi
from eohub_toolkit.errors import Unavailable, Upstream, problem_of

SOURCE = CatalogueSource(id="hda", title="DestinE Data Lake", url=ROOT, kind="destine")
QUERY = SearchQuery(catalogue="hda")


class Time:
    """Seconds that a test moves on by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class World:
    """DestinE, and the Data Lake as a catalogue with one of its two logins."""

    def __init__(self, folder: Path, *, by_hub: bool) -> None:
        self.destine = Destine(StacUpstream([cube_item(id=f"item-{number}") for number in range(30)]))
        self.file = folder / "token"
        self.file.write_text("refresh-1\n")
        self.time = Time()
        self.by_hub = by_hub

    def catalogue(self) -> StacApi:
        web = open_web(httpx2.MockTransport(self.destine.handle))
        settings = DestineLogin(token_file=str(self.file), issuer=PLATFORM, exchange_issuer=DATA_LAKE)
        hub = HubTokens(web, HUB, SecretStr("server-token"), "data-lake")
        login = BearerLogin(hub if self.by_hub else FileTokens(web, settings), self.time)
        return StacApi(web, SOURCE, login)

    def asked(self, where: str) -> int:
        return sum(str(request.url).startswith(where) for request in self.destine.asked)


@pytest.fixture(params=[True, False], ids=["hub", "file"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return World(tmp_path, by_hub=request.param)


async def test_a_search_is_asked_without_a_login_first_and_then_with_one(world: World) -> None:
    catalogue = world.catalogue()
    assert len((await catalogue.search(QUERY)).features) == 20
    assert [request.headers.get("authorization") for request in world.destine.hda.asked] == ["Bearer token-1"]
    await catalogue.search(QUERY)
    assert (world.destine.given, world.asked(f"{ROOT}/search")) == (1, 3)


async def test_what_is_open_to_everybody_is_asked_without_a_login(world: World) -> None:
    await world.catalogue().collections(CollectionQuery())
    assert world.destine.given == 0
    assert not any("authorization" in request.headers for request in world.destine.asked)


async def test_a_token_is_made_anew_in_time_and_after_a_refusal(world: World) -> None:
    catalogue = world.catalogue()
    await catalogue.search(QUERY)
    world.time.now += 1000
    await catalogue.search(QUERY)
    assert world.destine.given == 2
    world.destine.given += 1
    assert len((await catalogue.search(QUERY)).features) == 20
    assert world.destine.given == 4


async def test_many_refusals_at_once_make_one_token() -> None:
    class Tokens:
        made = 0

        async def token(self) -> Token:
            self.made += 1
            await asyncio.sleep(0)
            return Token(str(self.made), 300)

    tokens = Tokens()
    login = BearerLogin(tokens, Time())
    shown = await login.headers()
    renewed = await asyncio.gather(*(login.headers(shown) for _ in range(5)))
    assert {headers["Authorization"] for headers in renewed} == {"Bearer 2"}
    assert tokens.made == 2


async def test_a_search_that_is_given_up_does_not_end_the_making_of_a_token() -> None:
    class Tokens:
        began, may_end = asyncio.Event(), asyncio.Event()
        made = 0

        async def token(self) -> Token:
            self.began.set()
            await self.may_end.wait()
            self.made += 1
            return Token(str(self.made), 300)

    tokens = Tokens()
    login = BearerLogin(tokens, Time())
    given_up = asyncio.create_task(login.headers())
    await tokens.began.wait()
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    tokens.may_end.set()
    assert (await login.headers())["Authorization"] == "Bearer 1"
    assert tokens.made == 1


async def test_a_token_that_cannot_be_made_is_tried_again() -> None:
    class Tokens:
        tries = 0

        async def token(self) -> Token:
            self.tries += 1
            if self.tries == 1:
                raise Unavailable("Away.")
            return Token("1", 300)

    login = BearerLogin(Tokens(), Time())
    with pytest.raises(Unavailable):
        await login.headers()
    assert (await login.headers())["Authorization"] == "Bearer 1"


async def test_a_login_that_is_not_enough_says_what_to_do(world: World) -> None:
    world.destine.accepts = False
    with pytest.raises(LoginNeeded, match=r"^DestinE Data Lake asks for a login\.$") as caught:
        await world.catalogue().search(QUERY)
    assert caught.value.hint == BearerLogin.hint
    assert problem_of(caught.value, "t")[0] == 401


async def test_no_secret_is_in_an_error(world: World) -> None:
    world.destine.answers = {"data-lake": httpx2.Response(500), "/token": httpx2.Response(500)}
    with pytest.raises((Upstream, Unavailable)) as caught:
        await world.catalogue().search(QUERY)
    said = str(problem_of(caught.value, "t"))
    assert not any(secret in said for secret in ("refresh", "server-token", "platform-token"))


async def test_without_any_login_it_is_said(tmp_path: Path) -> None:
    world = World(tmp_path, by_hub=True)
    catalogue = StacApi(open_web(httpx2.MockTransport(world.destine.handle)), SOURCE)
    with pytest.raises(LoginNeeded, match="asks for a login"):
        await catalogue.search(QUERY)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (httpx2.Response(404, json={"message": "no such platform"}), "exchange of logins"),
        (
            httpx2.Response(403, json={"message": "The login of anna has ended."}),
            "anna has ended",
        ),
        (httpx2.Response(403, text="<html>"), "Log in to the hub again"),
    ],
)
async def test_what_the_hub_refuses_is_said(answer: httpx2.Response, hint: str, tmp_path: Path) -> None:
    world = World(tmp_path, by_hub=True)
    world.destine.answers = {"tokens/data-lake": answer}
    with pytest.raises(LoginNeeded) as caught:
        await world.catalogue().search(QUERY)
    assert hint in (caught.value.hint or "")


async def test_the_hub_is_shown_the_servers_token_and_the_data_lake_is_not(tmp_path: Path) -> None:
    world = World(tmp_path, by_hub=True)
    await world.catalogue().search(QUERY)
    shown = {str(request.url): request.headers.get("authorization") for request in world.destine.asked}
    to = [url for url, header in shown.items() if header == "token server-token"]
    assert to == [f"{HUB}/eohub/tokens/data-lake"]


async def test_the_exchange_is_what_the_data_lake_asks_for(tmp_path: Path) -> None:
    world = World(tmp_path, by_hub=False)
    await world.catalogue().search(QUERY)
    refresh, exchange = world.destine.forms
    assert refresh == {"grant_type": "refresh_token", "refresh_token": "refresh-1", "client_id": "dedl-hda"}
    assert exchange == {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": "platform-token",
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "subject_issuer": "desp-oidc",
        "client_id": "hda-public",
        "audience": "hda-public",
    }


async def test_a_refresh_token_that_changes_is_kept_for_the_next_start(tmp_path: Path) -> None:
    world = World(tmp_path, by_hub=False)
    world.destine.rotates = True
    for number in (1, 2, 3):
        await world.catalogue().search(QUERY)
        assert world.destine.given == number
    assert world.file.read_text() == world.destine.refresh_token != "refresh-1"
    assert stat.S_IMODE(world.file.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["token"]


async def test_a_login_that_has_ended_is_said(tmp_path: Path) -> None:
    world = World(tmp_path, by_hub=False)
    world.destine.refresh_token = "another"
    with pytest.raises(LoginNeeded, match=r"The login of DestinE has ended\."):
        await world.catalogue().search(QUERY)


async def test_a_refusal_of_the_data_lake_is_said(tmp_path: Path) -> None:
    world = World(tmp_path, by_hub=False)
    world.destine.answers = {"dedl/token": httpx2.Response(403, json={"error": "access_denied"})}
    with pytest.raises(LoginNeeded, match="gives no token for this login"):
        await world.catalogue().search(QUERY)


@pytest.mark.parametrize("content", [None, "", "\n", "x" * 20_000, "\u00e9"])
async def test_a_file_without_a_token_is_said(content: str | None, tmp_path: Path) -> None:
    world = World(tmp_path, by_hub=False)
    world.file.unlink()
    if content is not None:
        world.file.write_text(content, "utf-8")
    with pytest.raises(LoginNeeded, match="cannot be read"):
        await world.catalogue().search(QUERY)


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"token_endpoint": "https://evil.example.org/token"},
        {"token_endpoint": "file:///x"},
        {"token_endpoint": 3},
    ],
)
async def test_a_token_goes_to_whom_the_settings_name_and_to_nobody_else(
    metadata: Any, tmp_path: Path
) -> None:
    world = World(tmp_path, by_hub=False)
    world.destine.answers = {"desp/.well-known/openid-configuration": httpx2.Response(200, json=metadata)}
    with pytest.raises(Upstream, match="does not tell where a login is asked for"):
        await world.catalogue().search(QUERY)
    assert world.destine.forms == []


@pytest.mark.parametrize(
    "answer", [{}, {"access_token": 3}, {"access_token": "x" * 20_000}, [], {"access_token": "\u00e9"}]
)
async def test_what_is_no_token_is_not_used(answer: Any, world: World) -> None:
    world.destine.answers = {
        "data-lake": httpx2.Response(200, json=answer),
        "dedl/token": httpx2.Response(200, json=answer),
    }
    with pytest.raises(Upstream, match="gave no token"):
        await world.catalogue().search(QUERY)
