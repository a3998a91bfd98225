"""Five hundred WebSockets through the real proxy, for two minutes: what they took comes back."""

import asyncio
import sys
import time
from collections.abc import Iterator

import httpx2
import psutil
import pytest
from fakes.passing_processes import variables_of, words_of
from integration.local_stack import LocalStack, Person, fresh_state
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="file descriptors are counted in /proc")
SOCKETS = 500
AT_ONCE = 25
HELD_SECONDS = 120
PING_SECONDS = 30
KEPT_ALIVE = 12
"""Idle connections that the parts keep open for one another, and close when they like."""


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    stack = LocalStack(fresh_state())
    try:
        yield stack.up()
    finally:
        stack.close()
        print(stack.output[-5_000:])


def proxy_of(stack: LocalStack) -> psutil.Process:
    """The proxy's process."""
    return next(
        member.process
        for member in stack.members()
        if "configurable-http-proxy" in " ".join(words_of(member.process))
    )


def server_of(stack: LocalStack) -> psutil.Process:
    """The process of the person's single-user server."""
    return next(
        process
        for process in psutil.process_iter()
        if any(word.endswith("jupyterhub-singleuser") for word in words_of(process)[:3])
        and variables_of(process).get("EOHUB_INSTANCE") == stack.state.instance
    )


def loopback_sockets(process: psutil.Process) -> int:
    """Connections that are open or that still hold a port, of one process."""
    return sum(each.status != psutil.CONN_LISTEN for each in process.net_connections("tcp"))


async def opened(stack: LocalStack, person: Person, count: int) -> list[WebSocketClientConnection]:
    """Open `count` sockets on the person's stream of events, as JupyterLab does."""
    base = f"{stack.at.public}/user/{person.name}"
    cookies = "; ".join(
        f"{cookie.name}={cookie.value}"
        for cookie in person.browser.cookies.jar
        if f"/user/{person.name}/".startswith(cookie.path)
    )
    headers = {"Cookie": cookies, "Origin": stack.at.public}
    url = f"{base.replace('http', 'ws', 1)}/api/events/subscribe"
    free = asyncio.Semaphore(AT_ONCE)

    async def one() -> WebSocketClientConnection:
        async with free:
            request = HTTPRequest(url, headers=headers, connect_timeout=60)
            return await websocket_connect(request, ping_interval=PING_SECONDS, ping_timeout=PING_SECONDS - 1)

    return list(await asyncio.gather(*(one() for _ in range(count))))


def is_alive(connection: WebSocketClientConnection) -> bool:
    """Whether the other end has answered every ping so far."""
    assert connection.protocol is not None
    return not connection.protocol.is_closing()


async def ended(connection: WebSocketClientConnection) -> None:
    """Return when our own end is closed, so that none of ours keeps one of the proxy's open."""
    while await connection.read_message() is not None:
        pass


def test_what_five_hundred_websockets_take_comes_back(stack: LocalStack) -> None:
    with Person(stack, "demo") as person:
        person.log_in()
        person.start_server()
        watched = {"proxy": proxy_of(stack), "server": server_of(stack), "hub": stack.process("hub")}

        def taken() -> dict[str, int]:
            return {name: process.num_fds() for name, process in watched.items()}

        async def hold() -> tuple[dict[str, int], int, list[int]]:
            sockets = await opened(stack, person, SOCKETS)
            most, pages = taken(), list[int]()
            end = time.monotonic() + HELD_SECONDS
            async with httpx2.AsyncClient(cookies=person.browser.cookies.jar, timeout=60) as browser:
                while time.monotonic() < end:
                    pages.append((await browser.get(f"{stack.at.public}/user/demo/api/status")).status_code)
                    await asyncio.sleep(5)
            alive = sum(is_alive(socket) for socket in sockets)
            for number, socket in enumerate(sockets):
                if number % 2:
                    socket.close()
                else:
                    # As a laptop that is shut: no word of goodbye.
                    socket.protocol.stream.close()
            await asyncio.gather(*(ended(socket) for socket in sockets))
            return most, alive, pages

        before = taken()
        most, alive, pages = asyncio.run(hold())
        assert alive == SOCKETS
        assert set(pages) == {200}
        assert most["proxy"] >= 2 * SOCKETS
        assert most["server"] >= SOCKETS
        assert most["hub"] <= before["hub"] + KEPT_ALIVE
        end = time.monotonic() + 90
        after = taken()
        while any(after[name] > before[name] + KEPT_ALIVE for name in before):
            assert time.monotonic() < end, (before, most, after)
            time.sleep(1)
            after = taken()
        print(f"file descriptors before {before}, with {SOCKETS} WebSockets {most}, after {after}")
        assert loopback_sockets(watched["proxy"]) <= KEPT_ALIVE
