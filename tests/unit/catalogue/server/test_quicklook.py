"""Pictures of assets: fetched once, within bounds, with a login only where it belongs."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fakes.catalogue_web import Answering, Answers, JumpingClock, open_web
from fakes.quicklooks import image_file
from fakes.stac_catalogue import MemoryCatalogue
from fakes.stac_documents import cube_item

from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.item_contract import AssetKey
from eohub_catalogue.ports import Picture, RawPage
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.home import Home
from eohub_catalogue.server.picture_files import PictureFiles
from eohub_catalogue.server.quicklook import KeptPictures, PodQuicklooks
from eohub_catalogue.server.settings import ServerSettings
from eohub_catalogue.server.web import Ask
from eohub_catalogue.summary import page_of, summary_of
from eohub_toolkit.errors import NotFound, TooMany, Upstream

SOURCE = CatalogueSource(id="site", title="Site", url="https://stac.example.org/api")
TOKEN = {"Authorization": "Bearer this-is-a-token"}


class TokenLogin:
    """A login that always gives the same token."""

    hint = "Log in."

    async def headers(self, refused: Any = None) -> Any:
        """Give it."""
        return TOKEN


class CountingCatalogue(MemoryCatalogue):
    """Counts how often an item was asked for."""

    items_asked = 0

    async def item(self, collection: str | None, item: str) -> object:
        """Return it."""
        self.items_asked += 1
        return await super().item(collection, item)


def item(href: str = "https://files.example.org/t.png", **changes: Any) -> dict[str, Any]:
    return cube_item(assets={"t": {"href": href, "type": "image/png", "roles": ["thumbnail"]}}, **changes)


def key(name: str = "a1b-north-america", asset: str = "t") -> AssetKey:
    return AssetKey(catalogue="site", collection="a1b-e1-north-america", item=name, asset=asset)


def answer(body: bytes | None = None, status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, content=image_file() if body is None else body)


class Pod:
    """Quicklooks over one catalogue in memory and prepared answers of the network."""

    def __init__(
        self,
        *answers: Answering,
        items: Any = None,
        login: bool = False,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.catalogue = CountingCatalogue(items or [item()])
        self.network = Answers(*answers)
        self.clock = JumpingClock()
        web = self.web = open_web(transport or self.network, self.clock)
        settings = ServerSettings(catalogues=(SOURCE,))
        catalogues = Catalogues(lambda: settings, lambda source: self.catalogue)
        self.quicklooks = PodQuicklooks(
            catalogues,
            lambda: web,
            PictureFiles(Home(Path("/nowhere"))),
            lambda source: TokenLogin() if login else None,
        )


async def test_a_picture_is_fetched_once_and_then_kept() -> None:
    pod = Pod(lambda request: answer())
    first = await pod.quicklooks.picture(key())
    assert await pod.quicklooks.picture(key()) == first
    assert first.media_type == "image/webp"
    assert [str(request.url) for request in pod.network.asked] == ["https://files.example.org/t.png"]


async def test_a_picture_that_two_rows_want_at_once_is_fetched_once() -> None:
    pod = Pod(lambda request: answer())
    pictures = await asyncio.gather(*(pod.quicklooks.picture(key()) for _ in range(20)))
    assert len(set(pictures)) == 1
    assert len(pod.network.asked) == 1


async def test_a_search_of_the_same_host_goes_before_pictures() -> None:
    items = [item(f"https://files.example.org/{number}.png", id=f"i{number}") for number in range(80)]
    pod = Pod(lambda request: answer(), items=items)
    await asyncio.gather(*(pod.quicklooks.picture(key(each["id"])) for each in items))
    waited = len(pod.clock.slept)
    assert waited > 0
    for _ in range(20):
        await pod.web.send(Ask("https://files.example.org/search"))
    assert len(pod.clock.slept) == waited


async def test_the_item_is_not_asked_for_again_after_a_search() -> None:
    pod = Pod(lambda request: answer())
    await pod.quicklooks.note([summary_of(item(), "site")], [item()])
    await pod.quicklooks.picture(key())
    assert pod.catalogue.items_asked == 0


async def test_after_a_restart_the_item_is_asked_for_once() -> None:
    pod = Pod(lambda request: answer())
    await pod.quicklooks.picture(key())
    await pod.quicklooks.picture(key())
    assert pod.catalogue.items_asked == 1


async def test_rows_without_a_picture_are_passed_over_when_they_are_noted() -> None:
    features = [None, cube_item(), item(id=None), item()]
    page = [summary_of(each, "site") for each in features]
    pod = Pod(lambda request: answer())
    await pod.quicklooks.note(page, features)
    await pod.quicklooks.picture(key())
    assert pod.catalogue.items_asked == 0


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (answer(b"<html>log in</html>"), NotFound),
        (answer(b'<svg xmlns="http://www.w3.org/2000/svg"/>'), NotFound),
        (answer(status=404), NotFound),
        (answer(status=403), Upstream),
        (answer(status=500), Upstream),
    ],
)
async def test_what_is_no_picture_is_said_in_a_sentence(response: httpx2.Response, kind: type[Any]) -> None:
    with pytest.raises(kind) as caught:
        await Pod(response).quicklooks.picture(key())
    assert caught.value.detail.endswith(".")


async def test_what_is_no_picture_is_not_fetched_again_and_a_fault_that_passes_is() -> None:
    broken = Pod(lambda request: answer(b"<html>"))
    for _ in range(3):
        with pytest.raises(NotFound):
            await broken.quicklooks.picture(key())
    assert len(broken.network.asked) == 1
    passing = Pod(answer(status=500), answer())
    with pytest.raises(Upstream):
        await passing.quicklooks.picture(key())
    assert (await passing.quicklooks.picture(key())).media_type == "image/webp"


async def test_an_asset_without_a_picture_is_not_asked_for() -> None:
    pod = Pod(answer(), items=[cube_item()])
    with pytest.raises(NotFound):
        await pod.quicklooks.picture(key(asset="data"))
    with pytest.raises(NotFound):
        await pod.quicklooks.picture(key(asset="missing"))
    assert pod.network.asked == []


async def test_the_login_is_shown_to_the_catalogues_own_host_after_it_asked() -> None:
    own = "https://stac.example.org/api/t.png"
    pod = Pod(answer(status=401), answer(), items=[item(own)], login=True)
    await pod.quicklooks.picture(key())
    assert ["Authorization" in request.headers for request in pod.network.asked] == [False, True]


@pytest.mark.parametrize("href", ["https://files.example.org/t.png", "http://stac.example.org/t.png"])
async def test_the_login_is_shown_to_nobody_else(href: str) -> None:
    pod = Pod(lambda request: answer(status=401), items=[item(href)], login=True)
    with pytest.raises(Upstream):
        await pod.quicklooks.picture(key())
    assert not any("Authorization" in request.headers for request in pod.network.asked)


async def test_a_path_of_this_machine_is_not_read_for_a_catalogue_on_the_web() -> None:
    for href in ("/etc/passwd.png", "file:///etc/passwd.png"):
        pod = Pod(answer(), items=[item(href)])
        with pytest.raises(NotFound):
            await pod.quicklooks.picture(key())
        assert pod.network.asked == []


async def test_many_pictures_stay_within_the_memory_and_the_oldest_goes_first() -> None:
    kept = KeptPictures()
    for number in range(100):
        kept.keep(number, Picture(b"x" * 2**20, "image/webp"))
    assert [number for number in range(100) if kept.get(number)] == list(range(68, 100))


async def test_a_picture_that_nobody_waits_for_any_more_is_not_fetched_to_its_end() -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()
    ended: list[bool] = []

    class Slow(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            asked.set()
            try:
                await go_on.wait()
            except asyncio.CancelledError:
                ended.append(True)
                raise
            return answer()

    pod = Pod(transport=Slow())
    first = asyncio.create_task(pod.quicklooks.picture(key()))
    second = asyncio.create_task(pod.quicklooks.picture(key()))
    await asked.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert not ended
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    third = asyncio.create_task(pod.quicklooks.picture(key()))
    go_on.set()
    assert (await third).media_type == "image/webp"
    assert ended == [True]


async def test_a_page_notes_where_its_pictures_lie() -> None:
    features = [item(id=f"i{number}") for number in range(3)]
    page = page_of(RawPage(features, None, 3), "site")
    pod = Pod(lambda request: answer())
    await pod.quicklooks.note(page.items, features)
    await asyncio.gather(*(pod.quicklooks.picture(key(f"i{number}")) for number in range(3)))
    assert (pod.catalogue.items_asked, len(pod.network.asked)) == (0, 3)


class Watched(dict[str, Any]):
    """An item that knows which threads looked into it."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.read_by: set[threading.Thread] = set()

    def get(self, key: str, default: Any = None) -> Any:
        """Look."""
        self.read_by.add(threading.current_thread())
        return super().get(key, default)


@pytest.mark.parametrize("is_noted", [True, False])
async def test_items_which_may_be_old_and_large_are_read_beside_the_event_loop(is_noted: bool) -> None:
    watched = Watched(item())

    class Giving(CountingCatalogue):
        async def item(self, collection: str | None, item: str) -> object:
            return watched

    pod = Pod(lambda request: answer(), items=[watched])
    pod.catalogue = Giving([])
    if is_noted:
        await pod.quicklooks.note([summary_of(item(), "site")], [watched])
    assert (await pod.quicklooks.picture(key())).body
    assert watched.read_by
    assert threading.current_thread() not in watched.read_by


async def test_a_flood_of_wishes_is_refused() -> None:
    stopped = asyncio.Event()

    class Never(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            await stopped.wait()
            return answer()

    pod = Pod(items=[item(id=f"i{number}") for number in range(201)], transport=Never())
    waiting = [asyncio.create_task(pod.quicklooks.picture(key(f"i{number}"))) for number in range(200)]
    for _ in waiting:
        await asyncio.sleep(0)
    with pytest.raises(TooMany):
        await pod.quicklooks.picture(key("i200"))
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
