"""A transport that connects to the very address it has checked: a second DNS answer cannot change it."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import override

import httpx2

from eohub_catalogue.errors import AddressRefused
from eohub_catalogue.server.addresses import AllowedHosts, Origin, address_of

TRUSTED = "eohub_trusted"
"""Extension of a request: the origin that may lie anywhere, since the site itself configured it."""

type Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_MOST_ADDRESSES = 3
_MOST_HOSTS = 200
_CONNECTIONS = httpx2.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=15)


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, best first; also of numbers in any form that the system takes for one."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


class PinnedTransport(httpx2.AsyncBaseTransport):
    """Resolves a host once, checks every address, and connects to one of them under the host's own name.

    Raises AddressRefused where one is not permitted, ConnectError where there is none.
    """

    def __init__(
        self,
        allowed: AllowedHosts,
        *,
        resolve: Resolve = resolve,
        connect: Callable[[], httpx2.AsyncBaseTransport] | None = None,
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._connect = connect or _direct()
        # One pool for each host: a connection that was made for one name is never used for another.
        self._pools: dict[Origin, httpx2.AsyncBaseTransport] = {}

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; redirects are the caller's."""
        origin = Origin.of(str(request.url))
        addresses = await self._addresses(origin, trusted=request.extensions.get(TRUSTED) == origin)
        fault: httpx2.TransportError = httpx2.ConnectError("no address")
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                return await self._pool(origin).handle_async_request(_at(request, origin, address))
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                fault = error
        raise fault

    @override
    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

    async def _addresses(self, origin: Origin, *, trusted: bool) -> Sequence[str]:
        try:
            found = list(dict.fromkeys(await self._resolve(origin.host, origin.port)))
        except (OSError, UnicodeError) as error:
            raise httpx2.ConnectError("the name is not known") from error
        if not trusted and not all(self._allowed.permit(origin.host, address_of(each)) for each in found):
            raise AddressRefused(
                f"{origin.host} lies in the network of this site, where nothing may be asked for from here.",
                hint="Those who run this hub can allow the host, see the operator guide on catalogues.",
            )
        return found

    def _pool(self, origin: Origin) -> httpx2.AsyncBaseTransport:
        pool = self._pools.pop(origin, None)
        if pool is None:
            if len(self._pools) >= _MOST_HOSTS:
                # Unused for longest; a request that still uses it keeps its connection until it is done.
                self._pools.pop(next(iter(self._pools)))
            pool = self._connect()
        self._pools[origin] = pool
        return pool


def _direct() -> Callable[[], httpx2.AsyncBaseTransport]:
    context = httpx2.create_ssl_context()
    return lambda: httpx2.AsyncHTTPTransport(verify=context, trust_env=False, limits=_CONNECTIONS)


def _at(request: httpx2.Request, origin: Origin, address: str) -> httpx2.Request:
    """The same request to an address: the name stays in the Host header and in TLS."""
    extensions = {**request.extensions, "sni_hostname": origin.host}
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=[(name, value) for name, value in request.headers.raw if name.lower() != b"host"]
        + [(b"Host", request.url.netloc)],
        stream=request.stream,
        extensions=extensions,
    )
