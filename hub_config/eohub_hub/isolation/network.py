"""What connects a server whose network is its own, and to what. Pure.

pasta (of passt.top) carries between that network and the machine's: out as the machine itself would go, in to
the server's one port, and from the server's loopback to those ports of the machine's that are listed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from eohub_hub.isolation.order import Network

NAME_SERVER = "169.254.1.1"
"""Where a server asks for names when the machine asks itself; link-local, so that it is no other machine."""
_LOOPBACK_URL = re.compile(
    r"\b(?P<scheme>https?)://(?:localhost|127\.0\.0\.1|\[::1\])(?::(?P<port>\d{1,5}))?(?![\w.:-])"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class NetworkTool:
    """The program that connects servers, and whether it has to pass on questions for names."""

    program: str
    forwards_names: bool

    def network(
        self, title: str, port: int | None, reachable: Iterable[int], environment: Mapping[str, str]
    ) -> Network:
        """Connect a server that listens on `port` of its loopback and may reach the ports `reachable` of the
        machine's."""
        return Network(pasta_arguments(self, title, port, reachable), dict(environment))


def pasta_arguments(
    tool: NetworkTool, title: str, port: int | None, reachable: Iterable[int]
) -> tuple[str, ...]:
    """Write the command line without its last word: the program's path, and then its words from the first on.

    `title` stands where a process shows its name: pasta hides its environment, and strays have to be found.
    """
    listed = ",".join(str(each) for each in sorted(set(reachable))) or "none"
    names = ["--dns-forward", NAME_SERVER] if tool.forwards_names else []
    return (
        tool.program, title, "--quiet", "--config-net",
        # Without this the gateway's address would be the machine's loopback, with every port.
        "--no-map-gw", *names,
        "-t", "none" if port is None else f"127.0.0.1/{port}", "-u", "none", "-T", listed, "-U", "none",
    )  # fmt: skip


def title(instance: str, server: str) -> str:
    """What the process list shows for the program that connects a server of an installation.

    The program does something else where the word pasta is not in its name.
    """
    return f"pasta of {instance} {server}"


def server_of_title(shown: str, instance: str) -> str | None:
    """The server whose network a process connects that is shown so; None for any other process."""
    start = title(instance, "")
    return shown.removeprefix(start) if shown.startswith(start) else None


def loopback_ports(texts: Iterable[str]) -> frozenset[int]:
    """The ports of this machine's loopback to which http and https URLs anywhere in those texts lead."""
    found = (match for text in texts for match in _LOOPBACK_URL.finditer(text))
    return frozenset(int(match["port"] or _DEFAULT_PORTS[match["scheme"]]) for match in found)


def name_servers(text: str) -> tuple[str, ...]:
    """The servers that a resolv.conf names (resolv.conf(5))."""
    rows = (line.split() for line in text.splitlines())
    return tuple(row[1] for row in rows if len(row) > 1 and row[0] == "nameserver")


def asks_itself(servers: Sequence[str]) -> bool:
    """Whether a machine with these name servers asks one of its own loopback, which no server sees."""
    return any(_is_loopback(each) for each in servers)


def names_file(text: str) -> str:
    """A resolv.conf for servers: the machine's, with the one name server that they can reach."""
    kept = [line for line in text.splitlines() if line.split()[:1] not in ([], ["nameserver"])]
    return "\n".join([*kept, f"nameserver {NAME_SERVER}", ""])


def _is_loopback(text: str) -> bool:
    try:
        return ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False
