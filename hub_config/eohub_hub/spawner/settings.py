"""All that the local spawner is told, once, at the start of the hub."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from eohub_hub.audit.event import Audit
from eohub_hub.isolation.cgroup import CgroupTree
from eohub_hub.isolation.limits import Enforcement, Machine, enforcement
from eohub_hub.isolation.order import Mode
from eohub_hub.isolation.probe import Walls
from eohub_hub.isolation.walls import Isolation
from eohub_hub.spawner.mounts.tool import MountTool
from eohub_profiles.decision import ONE_MACHINE, EnvironmentHere, Place
from eohub_profiles.model import Policy

FIRST_UID = 70_000
"""Between system accounts and the ranges that shadow-utils (100000 on) and systemd (524288 on) give to
containers: https://systemd.io/UIDS-GIDS. Leaves room for 29,999 people."""
LAST_NUMBER = 29_999


class Person(Protocol):
    """One account of one issuer; `number` counts from 1 and is never given twice."""

    @property
    def number(self) -> int:
        """Added to the first uid, it is the person's system account."""
        ...

    @property
    def issuer(self) -> str:
        """Who vouches for the person."""
        ...

    @property
    def subject(self) -> str:
        """The person's identifier at the issuer."""
        ...


class Registry(Protocol):
    """Knows who is behind a hub user name."""

    def named(self, name: str) -> Person | None:
        """The person, None for a name that was never given; blocks for a moment."""
        ...


class Software(Protocol):
    """Knows the software environments of this machine and makes one when it is first started."""

    def here(self) -> Mapping[str, EnvironmentHere]:
        """What this machine knows of each environment, now."""
        ...

    def uses_ports(self, identifier: str) -> bool:
        """Whether the environment's kernels are reached by ports of the loopback only."""
        ...

    def is_ready(self, identifier: str) -> bool:
        """Whether a server can be started with it at once."""
        ...

    async def make_ready(self, identifier: str, mode: Mode, report: Callable[[str], None]) -> None:
        """Make it and try it within walls of that kind, with a line to `report` for each step.

        Raises EohubError with a sentence for the person.
        """
        ...


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A STAC API that a user's server offers from the start."""

    id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class SpawnerSettings:
    """Folders, addresses and people; `environments` maps an environment's id to its folder (with
    bin/python), `ends_servers` tells whether something ends servers as the policy says."""

    state: Path
    instance: str
    environments: Mapping[str, Path]
    people: Registry
    s3_url: str
    s3_region: str
    storage_url: str
    lifetime_url: str | None = None
    catalogues: tuple[Catalogue, ...] = ()
    first_uid: int = FIRST_UID
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    ends_servers: bool = False
    software: Software | None = None
    """None where each of `environments` is there and works."""

    @property
    def servers(self) -> Path:
        """Where what belongs to running servers lies."""
        return self.state / "servers"

    @property
    def homes(self) -> Path:
        """Where the home folders lie."""
        return self.state / "homes"

    @property
    def owner_file(self) -> Path:
        """Names the one account that may start servers where there are no walls."""
        return self.servers / "only-account"

    @property
    def logs(self) -> Path:
        """Where each server has its log."""
        return self.state / "logs" / "servers"


class Policies(Protocol):
    """Holds the policy in force, which may be another one at the next question; `fault` says why a newer one
    on disk is not in force."""

    version: str
    loaded_at: datetime
    fault: str | None

    def current(self) -> Policy:
        """The policy in force."""
        ...


class Grounds(Protocol):
    """What a decision and the form need to know of the place where servers run, whatever starts them."""

    @property
    def people(self) -> Registry:
        """Who is behind a hub user name."""
        ...

    @property
    def policies(self) -> Policies:
        """The policy in force and its version."""
        ...

    @property
    def policy(self) -> Policy:
        """The policy in force now; ask once for each decision, so that one policy decides all of it."""
        ...

    @property
    def audit(self) -> Audit:
        """Where what happens is written down."""
        ...

    @property
    def place(self) -> Place:
        """What the place can do for a server now; ask once for each decision, as for the policy."""
        ...

    @property
    def machine(self) -> Machine:
        """The one machine that all servers share; without cores and memory where they share none."""
        ...

    @property
    def limits_lines(self) -> tuple[str, ...]:
        """What is enforced for any server, one line per resource, for people."""
        ...

    @property
    def separation(self) -> str:
        """What stands between servers of different people, for people."""
        ...

    @property
    def mounts_obstacle(self) -> str | None:
        """Why no server shows data as files, a sentence; None where they do."""
        ...


def ports_obstacle(isolation: Isolation) -> str:
    """Why kernels that are reached by ports cannot run here, a sentence; empty where they can.

    They neither encrypt nor hide what they say, and any account may listen at a loopback that is shared; a
    network of its own for each server has a loopback of its own.
    """
    if not isolation.separates_accounts or not isinstance(isolation.network, str):
        return ""
    return "Its kernels are reached by ports of this machine, where other accounts could listen."


@dataclass(frozen=True, slots=True)
class Site:
    """The settings, the policy, and what was found about this machine when the hub started."""

    settings: SpawnerSettings
    policies: Policies
    audit: Audit
    walls: Walls
    isolation: Isolation
    machine: Machine
    cgroups: CgroupTree | None = None
    mount_tool: MountTool | str = "Nobody has looked for what mounts need."

    @property
    def mounts_obstacle(self) -> str | None:
        """Why no server here shows data as files, a sentence; None where they do."""
        return self.mount_tool if isinstance(self.mount_tool, str) else None

    @property
    def policy(self) -> Policy:
        """The policy in force now; ask once for each decision, so that one policy decides all of it."""
        return self.policies.current()

    @property
    def place(self) -> Place:
        """What this machine can do for a server; GPUs and container images are a cluster's."""
        return replace(
            ONE_MACHINE,
            environments=self._environments(),
            shows_data_as_files=self.mounts_obstacle is None,
            ends_servers=self.settings.ends_servers,
        )

    def _environments(self) -> Mapping[str, EnvironmentHere]:
        software = self.settings.software
        if software is None:
            return {}
        shared = ports_obstacle(self.isolation)
        return {
            name: replace(known, obstacle=shared)
            if shared and not known.obstacle and software.uses_ports(name)
            else known
            for name, known in software.here().items()
        }

    @property
    def people(self) -> Registry:
        """Who is behind a hub user name."""
        return self.settings.people

    @property
    def enforcement(self) -> Enforcement:
        """What is enforced for any server here."""
        return enforcement(self.machine)

    @property
    def limits_lines(self) -> tuple[str, ...]:
        """The same as lines for people."""
        return self.enforcement.lines

    @property
    def separation(self) -> str:
        """The walls between servers of different people, for people."""
        return self.isolation.sentence
