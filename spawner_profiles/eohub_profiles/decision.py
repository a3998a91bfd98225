"""What a decision is about and what comes out of it: frozen values without behaviour of their own."""

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """The rule that a refusal rests on; the value is stable, for logs and metrics."""

    UNKNOWN_OPTION = "unknown-option"
    MISSING_OPTION = "missing-option"
    MALFORMED_OPTION = "malformed-option"
    UNKNOWN_PROFILE = "unknown-profile"
    UNKNOWN_ENVIRONMENT = "unknown-environment"
    GROUP = "group"
    SERVERS_PER_USER = "servers-per-user"


# Rules that no right and no freed server would satisfy: the request itself must be written differently.
REQUEST_RULES = frozenset(
    {
        Rule.UNKNOWN_OPTION,
        Rule.MISSING_OPTION,
        Rule.MALFORMED_OPTION,
        Rule.UNKNOWN_PROFILE,
        Rule.UNKNOWN_ENVIRONMENT,
    }
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks: identified by issuer and subject, named for display, with canonical group names."""

    issuer: str
    sub: str
    name: str
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Usage:
    """What the subject uses now: names of running or starting servers (JupyterHub's default one is "")."""

    running_servers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """What the subject asks for; the names are not yet known to exist."""

    profile: str
    environment: str
    server_name: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The complete specification of a server: the only thing that a spawner may obey."""

    profile: str
    title: str
    cpu: float
    memory_bytes: int
    threads: int
    environment: str
    price_micro_eur_per_hour: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: the rule, a sentence for the person, what would change it and whom to ask.

    `option` is the form's field that the reason belongs beside; None means the whole request. The texts may
    quote what a person sent, so a page must escape them.
    """

    rule: Rule
    sentence: str
    change: str
    ask: str
    option: str | None = None

    def __str__(self) -> str:
        """Write the reason as one line."""
        return f"{self.sentence} {self.change} Ask: {self.ask}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Every reason why a request is refused; there is at least one."""

    reasons: tuple[Reason, ...]

    @property
    def is_invalid_request(self) -> bool:
        """Tell whether the request itself is wrong, rather than not allowed to this person now."""
        return any(reason.rule in REQUEST_RULES for reason in self.reasons)

    def __str__(self) -> str:
        """Write one reason a line, as a refused REST call shows it."""
        return "\n".join(str(reason) for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Offer:
    """A profile as the form shows it to one person; without reasons it may be started."""

    profile: str
    title: str
    cpu_text: str
    memory_text: str
    price_text: str
    price_micro_eur_per_hour: int
    reasons: tuple[Reason, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Tell whether the person may start it now."""
        return not self.reasons
