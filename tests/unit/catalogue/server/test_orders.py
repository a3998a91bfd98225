"""Orders of a person against an order desk that fails in every way: none is lost, none is placed twice."""

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fakes.catalogue_web import open_web
from fakes.destine import COLLECTION, DATA_LAKE, PLATFORM, Destine, orderable
from fakes.stac_catalogue import MemoryCatalogue
from fakes.stac_upstream import ROOT, StacUpstream

from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.errors import OrderedBefore
from eohub_catalogue.order_contract import KeptOrders, Order, OrderQuery
from eohub_catalogue.ports import StacCatalogue
from eohub_catalogue.server.budget import Clock
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.login import BearerLogin, FileTokens
from eohub_catalogue.server.orders import FileOrders
from eohub_catalogue.server.settings import DestineLogin, ServerSettings
from eohub_catalogue.server.stac_api import StacApi
from eohub_catalogue.summary import summary_of
from eohub_toolkit.errors import Conflict, Invalid, NotFound

SOURCE = CatalogueSource(id="hda", title="Data Lake", url=ROOT, kind="destine")
FROZEN = CatalogueSource(id="frozen", title="Frozen", path="frozen.zip", kind="frozen")
BUSY = httpx2.Response(429, headers={"Retry-After": "40"})
FAULT = httpx2.Response(502, text="<html>")


class Time:
    """A clock that sleeping moves on, and what was slept."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, tzinfo=UTC)
        self.slept: list[float] = []
        self.then: list[timedelta] = []

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 2))
        self.at += timedelta(seconds=seconds) + (self.then.pop(0) if self.then else timedelta())


class SameTime(Clock):
    """That clock for whoever counts seconds."""

    def __init__(self, time: Time) -> None:
        self.time = time

    def now(self) -> float:
        return self.time.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.time.at += timedelta(seconds=seconds)


class World:
    """A person's server, which can be started again, and DestinE."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.destine = Destine(StacUpstream([orderable()]))
        self.desk = self.destine.desk
        self.time = Time()
        (folder / "token").write_text("refresh-1")
        self.orders = self.started()

    def started(self) -> FileOrders:
        web = open_web(httpx2.MockTransport(self.destine.handle), SameTime(self.time))
        login = DestineLogin(
            token_file=str(self.folder / "token"), issuer=PLATFORM, exchange_issuer=DATA_LAKE
        )

        def opened(source: CatalogueSource) -> StacCatalogue:
            if source.kind == "frozen":
                return MemoryCatalogue([])
            return StacApi(web, source, BearerLogin(FileTokens(web, login), lambda: 0.0))

        catalogues = Catalogues(lambda: ServerSettings(catalogues=(SOURCE, FROZEN)), opened)
        return FileOrders(catalogues, self.file, self.time.now, self.time.sleep)

    @property
    def file(self) -> Path:
        return self.folder / "kept" / "orders.json"

    def query(self, item: dict[str, Any] | None = None, **changes: Any) -> OrderQuery:
        row = summary_of(item or orderable(), "hda")
        given = {"catalogue": "hda", "collection": COLLECTION, "item": row.id, "title": row.title}
        return OrderQuery.model_validate(given | {"offer": row.offer} | changes)

    async def over(self, **changes: Any) -> Order:
        """Place an order and follow it to its end."""
        await self.orders.place(self.query(**changes))
        return await self.ended()

    async def ended(self) -> Order:
        await self.orders.settled()
        (found,) = (await self.orders.all()).orders
        return found

    def leave_as(self, **changes: Any) -> None:
        """Leave the file as a killed server does."""
        kept = KeptOrders.model_validate_json(self.file.read_bytes())
        orders = tuple(each.model_copy(update=changes) for each in kept.orders)
        self.file.write_text(KeptOrders(orders=orders).model_dump_json())


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_an_order_is_placed_and_asked_for_until_it_is_delivered(world: World) -> None:
    begun = await world.orders.place(world.query())
    assert (begun.state, begun.title) == ("placing", "Wind in June 2028")
    ended = await world.ended()
    assert (ended.state, ended.next_ask, ended.problem) == ("succeeded", None, None)
    assert ended.delivered is not None
    assert (ended.delivered.collection, ended.delivered.item) == (COLLECTION, "order-1")
    assert world.desk.taken == [orderable()["links"][0]["body"]]
    assert world.time.slept == [5.0, 7.5]
    asked = [request.url.path for request in world.destine.asked if "/order" in request.url.path]
    assert len(asked) == 4  # the order, an ask without the login, and two with it


async def test_nothing_of_what_is_delivered_is_downloaded(world: World) -> None:
    ended = await world.over()
    assert (ended.address, ended.size_bytes) == ("https://files.example.org/big.nc", 100_800_000_000)
    assert not [each for each in world.destine.asked if each.url.host == "files.example.org"]


async def test_the_file_is_the_persons_own_and_holds_no_token(world: World) -> None:
    await world.over()
    assert os.stat(world.file).st_mode & 0o077 == 0
    text = world.file.read_text()
    assert "token" not in text
    assert "refresh" not in text


async def test_two_at_the_same_time_are_one_order(world: World) -> None:
    begun = await asyncio.gather(*(world.orders.place(world.query()) for _ in range(5)))
    assert len({each.id for each in begun}) == 1
    await world.ended()
    assert len(world.desk.taken) == 1


async def test_two_servers_of_a_person_place_one_order_and_see_the_same(world: World) -> None:
    other = world.started()
    await asyncio.gather(*(each.place(world.query()) for each in (world.orders, other) * 3))
    ended = await world.ended()
    await other.settled()
    assert len(world.desk.taken) == 1
    assert (await other.all()).orders == (ended,)


async def test_one_that_was_delivered_is_ordered_again_only_when_that_is_wanted(world: World) -> None:
    await world.over()
    with pytest.raises(OrderedBefore):
        await world.orders.place(world.query())
    assert (await world.over(again=True)).state == "succeeded"
    assert len(world.desk.taken) == 2


async def test_a_host_that_wants_rest_gets_it_and_then_the_order(world: World) -> None:
    world.desk.answers = [BUSY, BUSY]
    assert (await world.over()).state == "succeeded"
    assert world.time.slept[:2] == [40.0, 40.0]
    assert len(world.desk.taken) == 1


@pytest.mark.parametrize("status", [500, 503])
async def test_one_that_the_catalogue_says_it_did_nothing_with_is_sent_again(
    world: World, status: int
) -> None:
    world.desk.answers = [httpx2.Response(status)]
    assert (await world.over()).state == "succeeded"
    assert len(world.desk.taken) == 1


async def test_one_that_finds_nobody_is_sent_again_and_fails_in_the_end(world: World) -> None:
    world.desk.answers = [httpx2.ConnectError("away")] * 10
    failed = await world.over()
    assert (failed.state, failed.problem) == ("failed", "Data Lake does not answer.")
    assert world.desk.taken == []
    assert (await world.over()).state == "succeeded"


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.ReadError("lost"),
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("gone"),
        FAULT,
        httpx2.Response(504),
        httpx2.Response(200, text="<html>"),
        httpx2.Response(200, json={"id": 7}),
        httpx2.Response(307, headers={"Location": "https://elsewhere.example.org/order"}),
    ],
)
async def test_one_whose_answer_is_lost_is_unknown_and_is_not_sent_by_itself_again(
    world: World, answer: Any
) -> None:
    world.desk.answers = [answer]
    unknown = await world.over()
    assert (unknown.state, unknown.next_ask) == ("unknown", None)
    assert unknown.hint is not None
    placed = sum(each.method == "POST" and each.url.path.endswith("/order") for each in world.destine.asked)
    with pytest.raises(OrderedBefore, match="Nobody knows"):
        await world.orders.place(world.query())
    again = sum(each.method == "POST" and each.url.path.endswith("/order") for each in world.destine.asked)
    assert placed == again
    assert (await world.over(again=True)).state == "succeeded"
    assert not [each for each in world.destine.asked if each.url.host == "elsewhere.example.org"]


@pytest.mark.parametrize("status", [400, 403, 404, 422])
async def test_a_body_that_is_refused_says_why(world: World, status: int) -> None:
    world.desk.answers = [httpx2.Response(status, json={"detail": "No field 999."})]
    failed = await world.over()
    assert (failed.state, failed.next_ask) == ("failed", None)
    assert failed.problem is not None
    assert failed.problem.startswith("Data Lake")
    assert ("No field 999." in failed.problem) == (status in (400, 422))
    assert failed.hint is not None


@pytest.mark.parametrize(
    "href",
    [
        "https://elsewhere.example.org/order",
        "http://stac.example.org/api/v1/order",
        "https://stac.example.org:8443/order",
        "https://stac.example.org.elsewhere.org/order",
        "http://169.254.169.254/latest/meta-data",
    ],
)
async def test_an_order_that_leads_elsewhere_is_sent_nowhere(world: World, href: str) -> None:
    link = orderable()["links"][0] | {"href": href}
    await world.orders.place(world.query(orderable(links=[link])))
    failed = await world.ended()
    assert (failed.state, failed.problem) == (
        "failed",
        "This order leads away from Data Lake, so nothing was sent.",
    )
    assert world.destine.asked == []


async def test_a_token_that_ends_while_an_order_is_under_way_is_renewed(world: World) -> None:
    world.desk.states = ["ordered", "shipping", "shipping", "succeeded"]
    world.desk.asks = [httpx2.Response(401), httpx2.Response(401)]
    assert (await world.over()).state == "succeeded"
    assert world.destine.given > 1
    assert len(world.desk.taken) == 1


async def test_a_login_that_fails_keeps_the_order_and_says_so(world: World) -> None:
    world.destine.answers["/realms/dedl/token"] = httpx2.Response(503)
    await world.orders.place(world.query())
    seen: list[Order] = []

    async def look(seconds: float) -> None:
        seen.extend((await world.orders.all()).orders)
        world.time.at += timedelta(seconds=seconds)
        world.destine.answers.clear()

    world.orders._sleep = look
    assert (await world.ended()).state == "succeeded"
    assert (seen[0].state, seen[0].problem) == ("placing", "DestinE did not answer to a login.")
    assert len(world.desk.taken) == 1


async def test_a_login_that_has_ended_fails_before_and_waits_after_the_order_was_taken(world: World) -> None:
    world.destine.refresh_token = "another"
    failed = await world.over()
    assert (failed.state, failed.problem) == ("failed", "The login of DestinE has ended.")
    world.destine.refresh_token = "refresh-1"
    world.desk.asks = [httpx2.Response(401), httpx2.Response(401)]
    assert (await world.over()).state == "succeeded"
    assert len(world.desk.taken) == 1


async def test_faults_between_asks_are_waited_for(world: World) -> None:
    lost = httpx2.ReadError("lost")
    world.desk.asks = [FAULT, httpx2.Response(500), lost, lost, BUSY, httpx2.Response(200, json={"id": "x"})]
    assert (await world.over()).state == "succeeded"
    assert 40.0 in world.time.slept
    assert len(world.desk.taken) == 1


async def test_an_order_that_fails_there_says_why(world: World) -> None:
    world.desk.states = ["ordered", "failed"]
    failed = await world.over()
    assert (failed.state, failed.problem, failed.delivered) == ("failed", "It failed there.", None)


async def test_an_order_that_the_catalogue_has_forgotten_fails_after_some_asks(world: World) -> None:
    gone = httpx2.Response(404)
    world.desk.asks = [gone] * 4
    assert (await world.over()).state == "succeeded"
    world.desk.asks = [gone] * 5
    failed = await world.over(again=True)
    assert (failed.state, failed.problem) == ("failed", "Data Lake has no item 'order-2' (any more).")


async def test_one_that_never_ends_is_not_watched_for_ever_and_can_be_watched_again(world: World) -> None:
    world.desk.states = ["ordered", "shipping"]
    world.time.then = [timedelta(), timedelta(), timedelta(days=8)]
    left = await world.over()
    assert (left.state, left.problem) == ("cancelled-watching", "It was not delivered within 7 days.")
    world.desk.states = ["ordered", "succeeded"]
    again = await world.orders.watch(left.id)
    assert (again.state, again.problem) == ("ordered", None)
    assert (await world.ended()).state == "succeeded"
    assert len(world.desk.taken) == 1


async def test_a_person_stops_watching_and_forgets(world: World) -> None:
    world.desk.states = ["ordered", "shipping"]
    stopped: list[Order] = []

    async def stop(seconds: float) -> None:
        world.time.at += timedelta(seconds=seconds)
        (under_way,) = (await world.orders.all()).orders
        stopped.append(await world.orders.stop_watching(under_way.id))

    world.orders._sleep = stop
    ended = await world.over()
    assert (ended.state, ended.hint is not None) == ("cancelled-watching", True)
    assert (await world.orders.forget(ended.id)).orders == ()
    for act in (world.orders.watch, world.orders.stop_watching):
        with pytest.raises(NotFound):
            await act(ended.id)


async def test_one_that_was_sent_when_its_server_was_killed_is_unknown_and_asked_about(world: World) -> None:
    await world.over()
    world.leave_as(state="placing", next_ask=None)
    later = world.started()
    (unknown,) = (await later.all()).orders
    assert unknown.state == "unknown"
    assert unknown.problem == "The server ended while the order was being sent."
    with pytest.raises(OrderedBefore):
        await later.place(world.query())
    await later.settled()
    assert len(world.desk.taken) == 1


async def test_one_that_was_not_sent_yet_when_its_server_was_killed_is_sent(world: World) -> None:
    await world.over()
    world.leave_as(state="placing", next_ask=world.time.at)
    world.orders = world.started()
    await world.orders.all()
    assert (await world.ended()).state == "succeeded"
    assert len(world.desk.taken) == 2


async def test_one_that_was_under_way_when_its_server_was_killed_is_asked_for_again(world: World) -> None:
    await world.over()
    world.leave_as(state="shipping", next_ask=world.time.at + timedelta(seconds=90))
    world.orders = world.started()
    await world.orders.all()
    assert (await world.ended()).state == "succeeded"
    assert len(world.desk.taken) == 1


async def test_what_another_server_is_sending_is_not_in_doubt(world: World) -> None:
    sending, answered = asyncio.Event(), asyncio.Event()
    place = world.desk.place

    class Slow(StacApi):
        async def order(self, offer: Any) -> Any:
            sending.set()
            await answered.wait()
            return json.loads(place(httpx2.Request("POST", offer.href, json=offer.body)).content)

    web = open_web(httpx2.MockTransport(world.destine.handle))
    catalogues = Catalogues(lambda: ServerSettings(catalogues=(SOURCE,)), lambda source: Slow(web, source))
    slow = FileOrders(catalogues, world.file, world.time.now, world.time.sleep)
    await slow.place(world.query())
    await sending.wait()
    (seen,) = (await world.orders.all()).orders
    assert (seen.state, seen.next_ask) == ("placing", None)
    with pytest.raises(Conflict):
        await world.orders.forget(seen.id)
    answered.set()
    await asyncio.gather(slow.settled(), world.orders.settled())
    assert len(world.desk.taken) == 1


async def test_a_catalogue_that_is_no_api_takes_no_orders(world: World) -> None:
    with pytest.raises(Invalid, match="Frozen takes no orders"):
        await world.orders.place(world.query(catalogue="frozen"))
    assert (await world.orders.all()).orders == ()


async def test_a_broken_file_is_put_aside_and_said(world: World) -> None:
    world.file.parent.mkdir()
    world.file.write_text("{")
    listed = await world.orders.all()
    assert listed.orders == ()
    assert listed.note is not None
    assert listed.note.startswith("Your orders could not be read.")
