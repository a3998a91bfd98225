"""Who may have which GPUs of a cluster, and who waits for how many: a ledger computed from what is. Pure.

What a node has left is what it can give less what its pods hold, and never less than nothing. A pod that is
ending holds its GPUs until it is gone, and a node that is cordoned or not ready gives none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eohub_profiles.decision import Placement, Toleration

NO_SCHEDULE = frozenset({"NoSchedule", "NoExecute"})
"""Effects of taints that keep a pod off a node (Kubernetes: "Taints and Tolerations")."""


@dataclass(frozen=True, slots=True)
class Taint:
    """What keeps pods off a node that do not tolerate it."""

    key: str
    value: str
    effect: str

    def is_tolerated(self, toleration: Toleration) -> bool:
        """Tell whether a pod with this toleration may run beside the taint."""
        if toleration.effect not in ("", self.effect) or toleration.key != self.key:
            return False
        return toleration.operator == "Exists" or toleration.value == self.value


@dataclass(frozen=True, slots=True)
class Holder:
    """A pod that is on a node and not over, with the GPUs that it holds by the name of the resource."""

    pod: str
    gpus: Mapping[str, int]
    is_ending: bool = False


@dataclass(frozen=True, slots=True)
class GpuNode:
    """A node with GPUs; `is_open` tells whether it is ready and takes new pods."""

    name: str
    labels: Mapping[str, str]
    taints: tuple[Taint, ...]
    is_open: bool
    gpus: Mapping[str, int]
    holders: tuple[Holder, ...] = ()

    def free(self, resource: str) -> int:
        """Return how many GPUs another pod could get here now."""
        held = sum(max(0, holder.gpus.get(resource, 0)) for holder in self.holders)
        return max(0, self.gpus.get(resource, 0) - held) if self.is_open else 0

    def suits(self, placement: Placement, resource: str) -> bool:
        """Tell whether a pod that is placed so could ever have such a GPU here."""
        return (
            self.gpus.get(resource, 0) > 0
            and all(self.labels.get(key) == value for key, value in placement.node_selector.items())
            and all(
                any(taint.is_tolerated(each) for each in placement.tolerations)
                for taint in self.taints
                if taint.effect in NO_SCHEDULE
            )
        )


@dataclass(frozen=True, slots=True)
class Ticket:
    """A server's claim to GPUs; `pod` names its pod, and a granted claim keeps what it was granted."""

    pod: str
    resource: str
    count: int
    placement: Placement
    is_granted: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a claim stands: granted, or with so many before it that wait for the same GPUs.

    `is_possible` is false where no node that there is could ever hold it.
    """

    is_granted: bool
    before: int = 0
    is_possible: bool = True


@dataclass(frozen=True, slots=True)
class Count:
    """How many GPUs are free, of how many that nodes could give."""

    free: int
    of: int

    def __str__(self) -> str:
        """Write it as the form does: `2 of 4 free`."""
        return f"{self.free} of {self.of} free"


def standings(nodes: Sequence[GpuNode], tickets: Sequence[Ticket]) -> dict[str, Standing]:
    """Return where each claim stands, by its pod; `tickets` are in the order in which they came.

    Nobody overtakes: a claim is granted only where none that came earlier waits for GPUs of the same nodes.
    """
    room = _Room(nodes)
    found: dict[str, Standing] = {}
    for ticket in tickets:
        if ticket.is_granted:
            room.hold(ticket)
            found[ticket.pod] = Standing(is_granted=True)
    waiting: list[tuple[Ticket, frozenset[str]]] = []
    for ticket in tickets:
        if ticket.is_granted:
            continue
        suitable = frozenset(node.name for node in nodes if node.suits(ticket.placement, ticket.resource))
        before = sum(
            other.resource == ticket.resource and not suitable.isdisjoint(theirs) for other, theirs in waiting
        )
        if before == 0 and room.take(ticket):
            found[ticket.pod] = Standing(is_granted=True)
            continue
        waiting.append((ticket, suitable))
        largest = max((node.gpus[ticket.resource] for node in nodes if node.name in suitable), default=0)
        found[ticket.pod] = Standing(False, before, is_possible=largest >= ticket.count)
    return found


def count(nodes: Sequence[GpuNode], tickets: Iterable[Ticket], placement: Placement, resource: str) -> Count:
    """Return how many GPUs of a resource a pod placed so could choose from now."""
    room = _Room(nodes)
    for ticket in tickets:
        if ticket.is_granted:
            room.hold(ticket)
    suitable = [node for node in nodes if node.is_open and node.suits(placement, resource)]
    free = sum(room.left(node, resource) for node in suitable)
    return Count(free, sum(node.gpus[resource] for node in suitable))


class _Room:
    """What nodes have left while claims are granted one after the other."""

    def __init__(self, nodes: Sequence[GpuNode]) -> None:
        self._nodes = nodes
        self._taken: dict[tuple[str, str], int] = {}
        # A pod that runs already holds its GPUs as a pod; one that is ending is an earlier pod of that name.
        self._placed = {each.pod for node in nodes for each in node.holders if not each.is_ending}

    def left(self, node: GpuNode, resource: str) -> int:
        return max(0, node.free(resource) - self._taken.get((node.name, resource), 0))

    def hold(self, ticket: Ticket) -> None:
        """Set aside what was granted; of a claim that no node can hold any more, as much as one still can."""
        if self.take(ticket):
            return
        suitable = self._suitable(ticket)
        left, name = max(
            ((self.left(node, ticket.resource), node.name) for node in suitable), default=(0, "")
        )
        self._set_aside(name, ticket.resource, left)

    def take(self, ticket: Ticket) -> bool:
        """Set GPUs aside on the node where they fit most tightly, which is what a scheduler packs, too."""
        if ticket.pod in self._placed:
            return True
        rooms = [(self.left(node, ticket.resource), node.name) for node in self._suitable(ticket)]
        fitting = [(left, name) for left, name in rooms if left >= ticket.count]
        if not fitting:
            return False
        self._set_aside(min(fitting)[1], ticket.resource, ticket.count)
        return True

    def _suitable(self, ticket: Ticket) -> list[GpuNode]:
        return [node for node in self._nodes if node.suits(ticket.placement, ticket.resource)]

    def _set_aside(self, name: str, resource: str, number: int) -> None:
        self._taken[name, resource] = self._taken.get((name, resource), 0) + number
