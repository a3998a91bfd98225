"""Whether the S3 endpoint answers, which the panel shows in a row."""

import httpx2
import pytest

from eohub_catalogue.server.data_store import DataStoreProbe
from eohub_catalogue.server.routes import data_store
from eohub_catalogue.server.settings import ServerSettings
from eohub_toolkit.errors import Unavailable, status_of
from eohub_toolkit.http import Client
from eohub_toolkit.settings import SettingsError

URL = "http://127.0.0.1:8006"


class Store:
    """An endpoint that answers with one status, or does not answer; keeps what it was asked."""

    def __init__(self, status: int = 403) -> None:
        self.status = status
        self.fault: Exception | None = None
        self.asked: list[httpx2.Request] = []
        self.deadlines: list[float] = []

    def open(self, url: str, deadline_seconds: float) -> Client:
        self.deadlines.append(deadline_seconds)
        transport = httpx2.MockTransport(self._answer)
        return Client(url, deadline_seconds=deadline_seconds, attempts=1, transport=transport)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        if self.fault is not None:
            raise self.fault
        return httpx2.Response(self.status, headers={"Location": "http://elsewhere.example.org/"})


def probe_of(store: Store, **settings: object) -> DataStoreProbe:
    made = ServerSettings.model_validate({"s3_url": URL, **settings})
    return DataStoreProbe(lambda: made, store.open)


@pytest.mark.parametrize("status", [200, 301, 400, 403, 404, 405, 429, 500, 503])
async def test_any_answer_means_that_the_store_is_there(status: int) -> None:
    store = Store(status)
    assert (await data_store(probe_of(store))).url == URL
    assert len(store.asked) == 1


async def test_it_is_asked_for_nothing_and_without_a_key() -> None:
    store = Store()
    await data_store(probe_of(store))
    (request,) = store.asked
    assert (request.method, request.url.path, request.content) == ("HEAD", "/", b"")
    assert not {"authorization", "cookie"} & set(request.headers)


@pytest.mark.parametrize(
    "fault", [httpx2.ConnectError("refused"), httpx2.ReadTimeout("slow"), httpx2.RemoteProtocolError("x")]
)
async def test_a_store_that_is_gone_is_a_sentence_and_found_again_when_it_is_back(fault: Exception) -> None:
    store = Store()
    probe = probe_of(store)
    store.fault = fault
    with pytest.raises(
        Unavailable, match=r"data store at 127\.0\.0\.1:8006 does not answer: cells"
    ) as caught:
        await data_store(probe)
    assert status_of(caught.value) == 503
    assert len(store.asked) == 1
    store.fault = None
    assert (await data_store(probe)).url == URL


@pytest.mark.parametrize(("configured", "used"), [(10, 3), (3, 3), (1, 1)])
async def test_it_is_waited_for_shortly(configured: float, used: float) -> None:
    store = Store()
    probe = probe_of(store, deadline_seconds=configured)
    for _ in range(2):
        await data_store(probe)
    assert store.deadlines == [used]


async def test_without_a_configured_store_nobody_is_asked() -> None:
    store = Store()
    assert (await data_store(probe_of(store, s3_url=None))).url is None
    assert store.deadlines == []


async def test_a_wrong_setting_is_the_error_of_the_request() -> None:
    def broken() -> ServerSettings:
        raise SettingsError("EOHUB_CATALOGUE_SERVER_S3_URL is wrong.")

    with pytest.raises(SettingsError):
        await data_store(DataStoreProbe(broken, Store().open))
