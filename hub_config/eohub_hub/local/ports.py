"""Which port each part listens on: what was set, else what was used before, else a free one."""

import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import psutil

from eohub_hub.local.errors import BrokenState, PortTaken
from eohub_hub.local.files import write_atomically

LOOPBACK = "127.0.0.1"
_GRPC_OFFSET = 10_000
_WITH_GRPC = frozenset({"s3_master", "s3_volume", "s3_filer", "s3"})
"""SeaweedFS opens a second port, 10000 above, for each of these."""

_FIXED = frozenset({"identity"})
"""The issuer contains this port, and people are known by issuer and subject: it never moves by itself."""


@dataclass(frozen=True)
class Ports:
    """One TCP port on 127.0.0.1 for each part; the defaults are the documented ones."""

    public: int = 8000
    hub: int = 8001
    proxy_api: int = 8002
    identity: int = 8003
    storage: int = 8004
    catalogue: int = 8005
    s3: int = 8006
    s3_master: int = 8007
    s3_volume: int = 8008
    s3_filer: int = 8009
    admin: int = 8010
    lifetime: int = 8011


Wanted = Mapping[str, int]
"""Ports by the names of `Ports`' fields; a name may be absent."""


def choose(
    wanted: Wanted, remembered: Wanted, is_free: Callable[[int], bool], owner: Callable[[int], str | None]
) -> Ports:
    """One free port for each part; raises PortTaken for a port that was set, or that cannot move."""
    defaults = asdict(Ports())
    chosen: dict[str, int] = {}
    for name, default in defaults.items():
        port = wanted.get(name, remembered.get(name, default))
        must_be = name in wanted or (name in _FIXED and name in remembered)
        taken = next((one for one in _all_of(name, port) if not is_free(one)), None)
        if must_be and taken is not None:
            raise _port_taken(name, taken, owner(taken))
        avoid = {
            one
            for other, used in {**wanted, **chosen}.items()
            if other != name
            for one in _all_of(other, used)
        }
        if must_be and not avoid.isdisjoint(_all_of(name, port)):
            raise PortTaken(f"Port {port} was given to two parts of EOHub, one of them {_title(name)}.")
        # A part that moves does not drive another one from its usual port.
        usual = {one for other, its in defaults.items() if other != name for one in _all_of(other, its)}
        chosen[name] = port if must_be else _first_free(name, port, is_free, avoid | usual)
    return Ports(**chosen)


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:`port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def owner(port: int) -> str | None:
    """Name and process id of the program that listens on `port`, where the system lets us see it."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except (psutil.Error, OSError):
        return None
    for one in connections:
        if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port and one.pid:
            try:
                return f"{psutil.Process(one.pid).name()} (process {one.pid})"
            except psutil.Error:
                return f"process {one.pid}"
    return None


def recall(path: Path) -> dict[str, int]:
    """The ports remembered in `path`, none when it does not exist; raises BrokenState."""
    try:
        found: Any = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError:
        raise BrokenState(
            f"{path} is not valid JSON.", hint="Remove it: ports are then chosen anew."
        ) from None
    names = {field.name for field in fields(Ports)}
    if not isinstance(found, dict) or not all(isinstance(port, int) for port in found.values()):
        raise BrokenState(f"{path} does not hold ports.", hint="Remove it: ports are then chosen anew.")
    return {name: port for name, port in found.items() if name in names}


def every_port(ports: Ports) -> list[int]:
    """All ports that will be bound, also those that SeaweedFS opens beside."""
    return [one for name, port in asdict(ports).items() for one in _all_of(name, port)]


def remember(path: Path, ports: Ports) -> None:
    """Write `ports` to `path`; raises DiskTrouble."""
    write_atomically(path, json.dumps(asdict(ports), indent=2).encode(), mode=0o644)


def _all_of(name: str, port: int) -> tuple[int, ...]:
    return (port, port + _GRPC_OFFSET) if name in _WITH_GRPC else (port,)


def _first_free(name: str, start: int, is_free: Callable[[int], bool], avoid: set[int]) -> int:
    for port in range(start, 55_000, 10):
        if all(one not in avoid and is_free(one) for one in _all_of(name, port)):
            return port
    raise PortTaken(f"No free port was found for {_title(name)}.", hint=f"Set {_variable(name)}.")


def _port_taken(name: str, port: int, program: str | None) -> PortTaken:
    by = f" by {program}" if program else " by another program"
    return PortTaken(
        f"Port {port}, which {_title(name)} needs, is taken{by}.",
        hint=f"Stop that program or set {_variable(name)} to another port.",
    )


def _variable(name: str) -> str:
    return f"EOHUB_LOCAL_{name.upper()}_PORT"


def _title(name: str) -> str:
    return {
        "public": "the hub's public address",
        "proxy_api": "the proxy",
        "identity": "the identity provider",
    }.get(name, name.replace("_", " "))
