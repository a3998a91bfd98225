"""A part of the running stack as `eohub status` reports it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psutil

from eohub_hub.local.health import Probe, answers
from eohub_hub.local.processes import Member


@dataclass(frozen=True)
class PartState:
    """Number of processes, their resident memory in bytes, and whether the part answers (None: not asked)."""

    name: str
    processes: int
    resident_bytes: int
    answers: bool | None


def part_states(members: Iterable[Member], probes: Sequence[Probe]) -> list[PartState]:
    """One entry for each part that should answer and for each user's server."""
    by_name: dict[str, list[int]] = {probe.part: [] for probe in probes}
    for member in members:
        by_name.setdefault(member.name, []).append(_resident_bytes(member))
    answering = {probe.part: answers(probe) for probe in probes}
    return [PartState(name, len(sizes), sum(sizes), answering.get(name)) for name, sizes in by_name.items()]


def _resident_bytes(member: Member) -> int:
    try:
        return int(member.process.memory_info().rss)
    except psutil.Error:
        return 0
