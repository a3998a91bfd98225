"""The outside world of the lifetime service in memory, and a clock that only tests move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fakes.policies import profile, rules

from eohub_lifetime.running import Record, Running, ServerKey
from eohub_lifetime.verdict import Cause
from eohub_profiles.model import Policy
from eohub_toolkit.errors import Unavailable

ALICE = ServerKey("alice", "")
BIG = ServerKey("bob", "big")
SMALL = {"profile": "small", "environment": "eo"}
CULLING = {"idle": "1 h", "grace": "10 min", "keep": "1 h", "maximum_age": "24 h"}


def policy(**culling: str) -> Policy:
    """Small for everybody and big for a group, with the given rules in place of the usual ones."""
    known = (profile("small", culling=CULLING | culling), profile("big", groups=("big-machines",)))
    return Policy(profiles=known, **rules())


def running(key: ServerKey = ALICE, started_at: float = 0.0, **more: Any) -> Running:
    """A small server that runs."""
    known: dict[str, Any] = {"hub_active_at": None, "groups": frozenset(), "options": SMALL}
    return Running(key=key, started_at=started_at, **(known | more))


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class MemoryHub:
    """A Hub that runs what it is told to."""

    servers: dict[ServerKey, Running] = field(default_factory=dict[ServerKey, Running])
    stopped: list[ServerKey] = field(default_factory=list[ServerKey])
    is_away: bool = False
    refuses: set[ServerKey] = field(default_factory=set[ServerKey])

    async def running(self) -> Sequence[Running]:
        self._answer()
        return list(self.servers.values())

    async def stop(self, key: ServerKey) -> bool:
        self._answer()
        if key in self.refuses:
            raise Unavailable("The hub does not stop it.")
        self.stopped.append(key)
        return self.servers.pop(key, None) is not None

    def _answer(self) -> None:
        if self.is_away:
            raise Unavailable("The hub cannot be reached.")


@dataclass
class MemoryPolicies:
    """Policies that a test puts in force."""

    policy: Policy | None = field(default_factory=policy)

    async def in_force(self) -> Policy | None:
        return self.policy


@dataclass
class MemoryRecords:
    """Records that are gone with the test."""

    kept: dict[ServerKey, Record] = field(default_factory=dict[ServerKey, Record])
    is_away: bool = False
    writes: int = 0

    def load(self) -> Mapping[ServerKey, Record]:
        return dict(self.kept)

    def write(self, changed: Mapping[ServerKey, Record | None]) -> None:
        if self.is_away:
            raise Unavailable("The database cannot be used now.")
        self.writes += 1
        for key, record in changed.items():
            if record is None:
                self.kept.pop(key, None)
            else:
                self.kept[key] = record


@dataclass
class MemoryDiary:
    """A Diary that a test reads."""

    lines: list[tuple[str, ServerKey, Cause]] = field(default_factory=list[tuple[str, ServerKey, Cause]])

    async def announced(self, key: ServerKey, cause: Cause, why: str, seconds: float) -> None:
        assert why
        assert seconds >= 0
        self.lines.append(("announced", key, cause))

    async def culled(self, key: ServerKey, cause: Cause, why: str) -> None:
        assert why
        self.lines.append(("culled", key, cause))
