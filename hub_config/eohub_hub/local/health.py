"""Whether a part of the stack answers."""

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

from eohub_hub.local.ports import LOOPBACK, Ports

_DEADLINE_SECONDS = 2.0
HUB = "hub"
ESSENTIAL = frozenset({HUB, "identity"})
"""Without these nobody can log in; without the others people lack data, and see it where they need it."""

_SERVICES = ("storage", "catalogue", "admin", "lifetime")


@dataclass(frozen=True)
class Probe:
    """A part of the stack and the address that answers 200 when the part can work."""

    part: str
    url: str


def probes(ports: Ports) -> list[Probe]:
    """What must answer before people are told the address."""
    inside = f"http://{LOOPBACK}"
    return [
        Probe("identity", f"{inside}:{ports.identity}/.well-known/openid-configuration"),
        Probe("s3", f"{inside}:{ports.s3}/healthz"),
        *(Probe(name, f"{inside}:{getattr(ports, name)}/services/{name}/health") for name in _SERVICES),
        Probe(HUB, f"{inside}:{ports.public}/hub/health"),
    ]


def answers(probe: Probe) -> bool:
    """Whether the part answers 200 within two seconds."""
    address = urlsplit(probe.url)
    connection = http.client.HTTPConnection(
        address.hostname or LOOPBACK, address.port, timeout=_DEADLINE_SECONDS
    )
    try:
        connection.request("GET", address.path, headers={"Connection": "close"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
