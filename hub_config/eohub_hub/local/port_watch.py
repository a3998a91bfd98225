"""Whether somebody else got a port between the choice of it and the start of the part that needs it."""

import socket
from collections.abc import Callable, Collection

import psutil

from eohub_hub.local.ports import LOOPBACK, Ports, every_port
from eohub_hub.local.processes import Member

_SECONDS = 0.5


class PortWatch:
    """Looks at the ports of one start; `members` gives the processes of this stack."""

    def __init__(self, ports: Ports, members: Callable[[], Collection[Member]]) -> None:
        self._members = members
        self._open = set(every_port(ports))

    def taken(self) -> int | None:
        """A port that answers although none of our processes listens there, or None."""
        answering = {port for port in self._open if _answers(port)}
        if not answering:
            return None
        ours = _listening(self._members())
        if ours is None:
            return None
        self._open -= ours
        # Asked again: one of ours that has just ended no longer answers.
        return next((port for port in sorted(answering - ours) if _answers(port)), None)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(_SECONDS)
        return probe.connect_ex((LOOPBACK, port)) == 0


def _listening(members: Collection[Member]) -> set[int] | None:
    """The ports at which parts among `members` listen; None where the system does not let us see them all.

    What belongs to people's servers is no part, and what connects their networks may not be looked at.
    """
    found: set[int] = set()
    for member in (each for each in members if not each.of_user):
        try:
            connections = member.process.net_connections(kind="tcp")
        except psutil.NoSuchProcess:
            continue
        except psutil.Error:
            return None
        found |= {one.laddr.port for one in connections if one.status == psutil.CONN_LISTEN}
    return found
