"""The line of those who wait for GPUs: who comes first is served first, and one look at the cluster serves
all."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from eohub_hub.kubernetes.ledger import Count, GpuNode, Standing, Ticket, count, standings
from eohub_hub.kubernetes.ports import GpuCluster, GpusUnknown
from eohub_profiles.decision import Placement

LOOK_SECONDS = 3.0
"""How old an answer may be: everybody who waits asks, and the cluster is asked once."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Place:
    ticket: Ticket
    left: float | None = None
    """When the server's start was over; the claim stays until the cluster was looked at after that."""


@dataclass(frozen=True, slots=True)
class _Look:
    asked: float
    nodes: tuple[GpuNode, ...]


class GpuQueue:
    """Claims in the order in which they came; `clock` gives seconds that never go back."""

    def __init__(self, cluster: GpuCluster, clock: Callable[[], float], longest: int) -> None:
        self._cluster = cluster
        self._clock = clock
        self._longest = longest
        self._places: dict[str, _Place] = {}
        self._looking = asyncio.Lock()
        self._look: _Look | None = None
        self._is_silent = False

    @property
    def is_full(self) -> bool:
        """Whether as many wait as may."""
        waiting = [each for each in self._places.values() if not each.ticket.is_granted and each.left is None]
        return len(waiting) >= self._longest

    def join(self, ticket: Ticket) -> None:
        """Stand at the end of the line."""
        self._places.pop(ticket.pod, None)
        self._places[ticket.pod] = _Place(ticket)

    def leave(self, pod: str) -> None:
        """Have the claim end, now that its pod runs or will never run.

        One that was granted counts until the next look, which sees the pod itself where there is one.
        """
        place = self._places.get(pod)
        if place is not None and not place.ticket.is_granted:
            del self._places[pod]
        elif place is not None:
            place.left = self._clock()

    async def standing(self, pod: str) -> Standing | None:
        """Where a claim stands; what was granted stays so. None where the cluster does not say."""
        place = self._places.get(pod)
        if place is None:
            return None
        if place.ticket.is_granted:
            return Standing(is_granted=True)
        nodes = await self._nodes()
        if nodes is None:
            return None
        found = standings(nodes, self._tickets())
        for each, standing in found.items():
            if standing.is_granted:
                self._places[each].ticket = replace(self._places[each].ticket, is_granted=True)
        return found.get(pod)

    async def count(self, placement: Placement, resource: str) -> Count | None:
        """How many GPUs are free for whoever starts next; None where the cluster does not say."""
        nodes = await self._nodes()
        return None if nodes is None else count(nodes, self._tickets(), placement, resource)

    def _tickets(self) -> list[Ticket]:
        return [place.ticket for place in self._places.values()]

    async def _nodes(self) -> tuple[GpuNode, ...] | None:
        async with self._looking:
            look = self._look
            if look is None or self._clock() - look.asked >= LOOK_SECONDS:
                look = await self._ask()
        return None if look is None else look.nodes

    async def _ask(self) -> _Look | None:
        asked = self._clock()
        try:
            self._look = _Look(asked, await self._cluster.nodes())
        except GpusUnknown as error:
            if not self._is_silent:
                _log.warning("GPUs are given out without a queue. %s", error)
            self._is_silent, self._look = True, None
            return None
        self._is_silent = False
        over = [pod for pod, place in self._places.items() if place.left is not None and place.left < asked]
        for pod in over:
            del self._places[pod]
        return self._look
