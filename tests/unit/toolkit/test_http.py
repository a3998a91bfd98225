import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest

from eohub_toolkit.errors import Unavailable, Upstream
from eohub_toolkit.http import Client


class Answers(httpx2.AsyncBaseTransport):
    """Gives prepared answers one after another and counts the requests."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.answers = list(answers)
        self.seen: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def ok(body: bytes = b"{}") -> httpx2.Response:
    return httpx2.Response(200, content=body)


def client_of(*answers: httpx2.Response | Exception, **options: float) -> tuple[Client, Answers]:
    transport = Answers(*answers)
    return Client("http://stac.test/api/", transport=transport, **options), transport  # type: ignore[arg-type]


async def test_a_path_is_joined_to_the_base() -> None:
    client, transport = client_of(ok(b'{"a": 1}'))
    async with client:
        answer = await client.get("search", params={"limit": 3})
    assert answer.json() == {"a": 1}
    assert str(transport.seen[0].url) == "http://stac.test/api/search?limit=3"


@pytest.mark.parametrize(
    "fault", [httpx2.ConnectError("refused"), httpx2.Response(503), httpx2.Response(429)]
)
async def test_a_get_is_repeated_until_it_succeeds(fault: httpx2.Response | Exception) -> None:
    client, transport = client_of(fault, fault, ok())
    assert (await client.get("x")).status_code == 200
    assert len(transport.seen) == 3


async def test_a_post_is_never_repeated() -> None:
    client, transport = client_of(httpx2.ConnectError("refused"))
    with pytest.raises(Unavailable):
        await client.post("x", json={})
    assert len(transport.seen) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (httpx2.ConnectError("refused"), Unavailable),
        (httpx2.ReadTimeout("slow"), Unavailable),
        (httpx2.Response(500), Upstream),
        (httpx2.Response(503), Upstream),
    ],
)
async def test_a_lasting_fault_has_its_kind(
    fault: httpx2.Response | Exception, kind: type[Exception]
) -> None:
    client, _ = client_of(fault)
    with pytest.raises(kind, match=r"stac\.test"):
        await client.get("x")


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422])
async def test_a_4xx_is_the_callers_business(status: int) -> None:
    client, transport = client_of(httpx2.Response(status))
    assert (await client.get("x")).status_code == status
    assert len(transport.seen) == 1


def busy(retry_after: str, status: int = 429) -> httpx2.Response:
    return httpx2.Response(status, headers=[(b"Retry-After", retry_after.encode("latin-1"))])


def in_an_hour() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)


@pytest.mark.parametrize("retry_after", ["6", "11", "3600", "9" * 4_000, in_an_hour()])
async def test_an_upstream_that_wants_to_be_left_alone_beyond_the_deadline_is_not_asked_again(
    retry_after: str,
) -> None:
    client, transport = client_of(busy(retry_after), ok(), deadline_seconds=5)
    async with asyncio.timeout(2):
        assert (await client.get("x")).status_code == 429
    assert len(transport.seen) == 1


async def test_one_that_fails_and_wants_to_be_left_alone_is_a_failure_at_once() -> None:
    client, transport = client_of(busy("3600", 503), ok())
    async with asyncio.timeout(2):
        with pytest.raises(Upstream):
            await client.get("x")
    assert len(transport.seen) == 1


async def test_a_wait_that_fits_is_waited_for_in_full() -> None:
    client, transport = client_of(busy("1"), ok())
    began = asyncio.get_running_loop().time()
    assert (await client.get("x")).status_code == 200
    assert asyncio.get_running_loop().time() - began >= 1
    assert len(transport.seen) == 2


@pytest.mark.parametrize(
    "retry_after", ["", "soon", "-1", "1.5", "²", "1e9", "Sat, 01 Jan 2000 00:00:00 GMT", "Sat, 99 Foo"]
)
async def test_a_wait_that_is_over_or_is_none_keeps_nobody_from_asking_again(retry_after: str) -> None:
    client, transport = client_of(busy(retry_after), ok())
    async with asyncio.timeout(2):
        assert (await client.get("x")).status_code == 200
    assert len(transport.seen) == 2


async def test_a_huge_body_is_refused() -> None:
    client, _ = client_of(ok(b"x" * (33 * 2**20)))
    with pytest.raises(Upstream, match="more than 32 MiB"):
        await client.get("x")


async def test_cancelling_the_caller_cancels_the_request() -> None:
    started = asyncio.Event()
    ended = asyncio.Event()

    class Hanging(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()
            raise AssertionError

    task = asyncio.create_task(Client("http://stac.test", transport=Hanging()).get("x"))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


def test_the_machines_proxy_settings_are_not_used() -> None:
    make: Callable[[], Client] = lambda: Client("http://stac.test")  # noqa: E731
    assert make()._client._trust_env is False  # pyright: ignore[reportPrivateUsage]
