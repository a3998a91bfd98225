"""One thing that happened, in words that are bounded, escaped and without secrets."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from typing import Any, Protocol

from eohub_toolkit.errors import Invalid, Unavailable
from eohub_toolkit.logs import HIDDEN, redact, redact_text

SYSTEM = "system"
"""The actor of what nobody in particular did; no person has this name, since it is reserved."""

SERVICE_PREFIX = "service:"
"""Begins the actor that is a service and not a person: no user name holds a colon."""

LONGEST_NAME = 200
LONGEST_TEXT = 300
MOST_DETAILS = 12

_ACTION = re.compile(r"[a-z]{1,20}(\.[a-z_]{1,30})?")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Enough for a pattern of a secret to be seen whole before a text is cut.
_LOOKED_AT = 1_900
_LARGEST_NUMBER = 10**18

type Detail = str | int | float | bool | None


class Action(StrEnum):
    """What EOHub itself writes down; an administrator's act is `admin.` and a word, see `admin_action`."""

    BEGAN = "audit.began"
    REPAIRED = "audit.repaired"
    GAP = "audit.gap"
    COUNTED = "audit.counted"
    HUB_STARTED = "hub.started"
    LOGIN = "login"
    LOGIN_REFUSED = "login.refused"
    LOGOUT = "logout"
    SPAWN = "spawn"
    SPAWN_REFUSED = "spawn.refused"
    SPAWN_FAILED = "spawn.failed"
    STOP = "stop"
    KEY_ISSUED = "key.issued"
    KEY_REFUSED = "key.refused"
    SHARE_CHANGED = "share.changed"
    POLICY_RELOADED = "policy.reloaded"
    POLICY_REFUSED = "policy.refused"
    TERMS_ACCEPTED = "terms.accepted"
    CULLED = "culled"
    ANNOUNCED = "announced"


class Outcome(StrEnum):
    """How it ended: done, refused by a rule, or not done for another reason."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    FAILED = "failed"


class AuditUnavailable(Unavailable):
    """Something could not be written into the audit log, so that what needs its line is not done."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Who (`actor`, a hub user name, `service:<name>` or `system`) did what (`action`) to what (`object`).

    The texts may be anything that somebody typed: they are cleaned when they are written. Raises Invalid for
    an action that is no dotted word.
    """

    action: str
    actor: str
    object: str
    outcome: Outcome = Outcome.ALLOWED
    details: Mapping[str, Detail] = field(default_factory=dict[str, Detail])

    def __post_init__(self) -> None:
        if not _ACTION.fullmatch(self.action):
            raise Invalid("The action of an audit event is one or two words with a dot between.")

    def fields(self) -> dict[str, Any]:
        """The event as it is written: bounded in number and length, without secrets."""
        return {
            "action": str(self.action),
            "actor": bounded(self.actor, LONGEST_NAME),
            "object": bounded(self.object, LONGEST_NAME),
            "outcome": str(self.outcome),
            "details": _details(self.details),
        }


class Audit(Protocol):
    """Where events are written down."""

    def record(self, event: AuditEvent) -> None:
        """Return when the event is on disk; raises AuditUnavailable where it is not. Blocks for a moment."""
        ...


async def recorded(audit: Audit, event: AuditEvent) -> None:
    """Write an event down in a thread, for callers in an event loop; raises AuditUnavailable."""
    await asyncio.to_thread(audit.record, event)


async def recorded_if_possible(audit: Audit, event: AuditEvent) -> None:
    """The same for what is done in any case: a log that cannot be written has complained already."""
    with suppress(AuditUnavailable):
        await recorded(audit, event)


def admin_action(act: str) -> str:
    """The action of an administrator's act, such as `user_deleted`."""
    return f"admin.{act}"


def bounded(text: str, longest: int) -> str:
    """`text` without secrets and cut to `longest` characters; what was cut says how long it was."""
    clean = redact_text(text[:_LOOKED_AT])
    if len(text) <= longest and len(clean) <= longest:
        return clean
    return f"{clean[:longest]}... ({len(text)} characters)"


def _details(details: Mapping[str, Detail]) -> dict[str, Detail]:
    kept = [(key, value) for key, value in details.items() if _KEY.fullmatch(key)][:MOST_DETAILS]
    hidden = redact(None, "", dict(kept))
    return {key: HIDDEN if hidden[key] == HIDDEN else _value(value) for key, value in kept}


def _value(value: Detail) -> Detail:
    match value:
        case bool() | None:
            return value
        case int() if abs(value) <= _LARGEST_NUMBER:
            return value
        case float() if isfinite(value):
            return value
        case int():
            return "a number of more than 18 digits"
        case _:
            return bounded(str(value), LONGEST_TEXT)
