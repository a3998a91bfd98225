"""Environments of a machine as a test wants them; making one says what it is told to say, or fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from eohub_hub.isolation.order import Mode
from eohub_profiles.decision import EnvironmentHere
from eohub_toolkit.errors import EohubError


@dataclass
class FakeSoftware:
    """Knows `known`; `ready` are there, `ports` are reached by ports, others are made with `steps`."""

    known: Mapping[str, EnvironmentHere]
    ready: set[str] = field(default_factory=set[str])
    ports: frozenset[str] = frozenset()
    steps: tuple[str, ...] = ()
    fault: EohubError | None = None

    def here(self) -> Mapping[str, EnvironmentHere]:
        """What the test said."""
        return self.known

    def uses_ports(self, identifier: str) -> bool:
        """Whether the test said so."""
        return identifier in self.ports

    def is_ready(self, identifier: str) -> bool:
        """Whether it was made."""
        return identifier in self.ready

    async def make_ready(self, identifier: str, mode: Mode, report: Callable[[str], None]) -> None:
        """Say the steps, then fail or be ready."""
        assert mode is not Mode.NOBODY
        for step in self.steps:
            report(step)
        if self.fault is not None:
            raise self.fault
        self.ready.add(identifier)
