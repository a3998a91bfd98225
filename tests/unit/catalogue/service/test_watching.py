"""Work ends with its caller."""

import anyio
import pytest
from starlette.requests import Request
from starlette.types import Message

from eohub_catalogue.service.watching import NobodyWaits, while_connected
from eohub_toolkit.errors import Unavailable


class Caller:
    """Stays until it is told to go."""

    def __init__(self) -> None:
        self.gone = anyio.Event()
        self.seen = 0

    async def receive(self) -> Message:
        self.seen += 1
        if self.seen == 1:
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    @property
    def request(self) -> Request:
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
        return Request(scope, self.receive)


async def test_the_result_comes_back_and_nobody_is_watched_any_more() -> None:
    async def work() -> int:
        await anyio.lowlevel.checkpoint()
        return 5

    assert await while_connected(Caller().request, work) == 5


async def test_an_error_comes_back_as_it_is() -> None:
    async def work() -> int:
        raise Unavailable("Too slow.")

    with pytest.raises(Unavailable, match="Too slow"):
        await while_connected(Caller().request, work)


async def test_work_is_cancelled_when_the_caller_goes() -> None:
    caller, ended = Caller(), anyio.Event()

    async def work() -> int:
        caller.gone.set()
        try:
            await anyio.sleep_forever()
        finally:
            ended.set()

    with pytest.raises(NobodyWaits):
        await while_connected(caller.request, work)
    assert ended.is_set()
