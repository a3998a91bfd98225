"""Which hosts the cube view may read from: none inside the site's network but those that are allowed."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import override
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

from eohub_cubes.errors import AddressRefused, StoreDown
from eohub_cubes.reading.addresses import AllowedHosts, address_of

type Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, best first; also of numbers in any form that the system takes for one."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


class Guard:
    """Refuses addresses; what connects uses the very one that was checked, for each step of a redirect."""

    def __init__(self, allowed: AllowedHosts, resolve: Resolve = resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve

    def check_literal(self, url: str) -> None:
        """Raise AddressRefused for an address that names a number of the site: it is never resolved."""
        host = urlsplit(url).hostname or ""
        try:
            address = address_of(host)
        except ValueError:
            return
        if not self._allowed.permit(host, address):
            raise refused(host)

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host; raises AddressRefused where one of them lies inside the site."""
        found = await self._resolve(host, port)
        if not all(self._allowed.permit(host.rstrip(".").lower(), address_of(each)) for each in found):
            raise refused(host)
        return found

    async def check_loose(self, url: str) -> None:
        """Raise AddressRefused for where a library may not read that resolves names and redirects by itself.

        Beside what is allowed it may read over TLS alone, which holds it to hosts with a certificate.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        try:
            await self.addresses(host, parts.port or 443)
        except OSError:
            raise StoreDown(f"{host} is not known.", hint="Check the address.") from None
        if parts.scheme != "https" and not self._is_allowed(host):
            raise AddressRefused(
                f"A virtual cube may read from {host} over https alone.",
                hint="Open it in a notebook, or have those who run this hub allow the host.",
            )

    def _is_allowed(self, host: str) -> bool:
        try:
            address = address_of(host)
        except ValueError:
            return self._allowed.knows(host)
        return self._allowed.knows(host) or any(address in network for network in self._allowed.networks)

    def resolver(self) -> AbstractResolver:
        """For aiohttp: it connects to what this one returns."""
        return _Resolver(self)


class _Resolver(AbstractResolver):
    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=each,
                port=port,
                family=socket.AF_INET6 if ":" in each else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for each in await self._guard.addresses(host, port)
        ]

    @override
    async def close(self) -> None:
        """Nothing is held."""


def refused(host: str) -> AddressRefused:
    """What is told of a host inside the site."""
    return AddressRefused(
        f"{host} lies in the network of this site, where nothing may be read from here.",
        hint="Those who run this hub can allow the host, see the operator guide on cubes.",
    )
