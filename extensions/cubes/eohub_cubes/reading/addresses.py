"""Which addresses the pod's half may connect to: no name of a person's leads into the site's network."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self
from urllib.parse import urlsplit

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")
_IPV4_COMPATIBLE = IPv6Network("::/96")
# Not of the public internet either, but taken for it by some versions of Python.
_CLOSED = (IPv6Network("fec0::/10"), IPv6Network("64:ff9b:1::/48"), IPv4Network("192.0.0.0/24"))
_LINK_LOCAL = (IPv4Network("169.254.0.0/16"), IPv6Network("fe80::/10"))
# The one metadata service that has an address which looks public (Azure's).
_METADATA = (IPv4Address("168.63.129.16"), IPv6Address("fd00:ec2::254"), IPv4Address("100.100.100.200"))
_ISATAP = 0x00005EFE
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port: who gets a request."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Self:
        """The origin of an http or https address; raises ValueError for anything else."""
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
        if parts.scheme not in _PORTS or not host or "\\" in url or "@" in parts.netloc:
            raise ValueError("no http or https address")
        return cls(parts.scheme, host, _PORTS[parts.scheme] if parts.port is None else parts.port)


def is_public(address: Address) -> bool:
    """Whether an address, and each that it stands for in IPv6, belongs to the public internet."""
    if isinstance(address, IPv6Address):
        if address.teredo is not None or address in _IPV4_COMPATIBLE:
            return False
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
    closed = address in _METADATA or any(address in network for network in _CLOSED)
    return address.is_global and not address.is_multicast and not closed


def is_metadata(address: Address) -> bool:
    """Whether a machine's own secrets may be served there: only a network can allow that, no name."""
    inner = _embedded(address) if isinstance(address, IPv6Address) else None
    return any((inner or address) in network for network in _LINK_LOCAL) or (inner or address) in _METADATA


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside a mapped, 6to4, NAT64 or ISATAP one."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or (int(address) >> 32) & 0xFDFFFFFF == _ISATAP:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


@dataclass(frozen=True)
class AllowedHosts:
    """What an administrator allows beside the public internet."""

    names: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()
    networks: tuple[Network, ...] = field(default=())

    @classmethod
    def of(cls, entries: Iterable[str]) -> Self:
        """From names (`stac.internal`), suffixes (`.internal`) and networks (`10.1.0.0/16`, `10.1.2.3`).

        Raises ValueError with the entry that is none of them.
        """
        names: set[str] = set()
        suffixes: list[str] = []
        networks: list[Network] = []
        for entry in (entry.strip().lower() for entry in entries):
            try:
                networks.append(ip_network(entry))
            except ValueError:
                if not entry.strip(".") or any(sign in entry for sign in "/: *@") or not entry.isprintable():
                    raise ValueError(f"{entry!r} is no host name, no .suffix and no network") from None
                if entry.startswith("."):
                    suffixes.append(entry)
                else:
                    names.add(entry)
        return cls(frozenset(names), tuple(suffixes), tuple(networks))

    def permit(self, host: str, address: Address) -> bool:
        """Whether `host` may be reached at `address`, which is where a connection would go."""
        inner = _embedded(address) if isinstance(address, IPv6Address) else None
        if is_public(address) or any((inner or address) in network for network in self.networks):
            return True
        return self.knows(host) and not is_metadata(address)

    def knows(self, host: str) -> bool:
        """Whether a host is allowed by its name."""
        return host in self.names or host.endswith(self.suffixes)


def address_of(text: str) -> Address:
    """An address as a resolver gives it, perhaps with a zone such as `fe80::1%eth0`."""
    return ip_address(text.partition("%")[0])
