"""The policy that this hub follows, and what keeps one from being used on this machine."""

import logging
import time
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from eohub_hub.audit.event import SYSTEM, Action, Audit, AuditEvent, AuditUnavailable, Detail, Outcome
from eohub_profiles.catalog import RULES_FILE
from eohub_profiles.faults import Fault
from eohub_profiles.model import Policy
from eohub_profiles.source import Change, Check, PolicySource
from eohub_profiles.wording import listed, shown

_log = logging.getLogger(__name__)

__all__ = ["PolicySource", "follow_policy", "unknown_environments", "watch_policy"]


def watch_policy(folder: Path, environments: Collection[str], audit: Audit) -> PolicySource:
    """Read the policy in `folder` and follow its files; raises PolicyError with every fault.

    `environments` are those that there is a recipe for; a policy that offers another one is not used. Each
    change and each fault is written down and logged.
    """
    return follow_policy(folder, lambda policy: unknown_environments(policy, environments), audit)


def follow_policy(folder: Path, check: Check, audit: Audit) -> PolicySource:
    """The same with any check of what keeps a sound policy from being used."""
    source = PolicySource(folder, clock=time.monotonic, today=lambda: datetime.now(UTC), check=check)
    source.listen(lambda change: _write_down(change, audit))
    return source


def _write_down(change: Change, audit: Audit) -> None:
    details: dict[str, Detail] = {"version": change.version}
    if change.fault is None:
        _log.info("The policy in force is version %s.", change.version)
        event = AuditEvent(Action.POLICY_RELOADED, SYSTEM, "policy", Outcome.ALLOWED, details)
    else:
        _log.error("The policy on disk is not in force, version %s stays. %s", change.version, change.fault)
        event = AuditEvent(
            Action.POLICY_REFUSED, SYSTEM, "policy", Outcome.REFUSED, details | {"fault": change.fault}
        )
    # Whoever asked for the policy waits for it; a log that cannot be written has complained already.
    with suppress(AuditUnavailable):
        audit.record(event)


def unknown_environments(policy: Policy, environments: Collection[str]) -> list[Fault]:
    """A fault for each environment that the policy offers and nobody has a recipe for.

    One that this machine merely lacks, or that failed its test, is no fault: it is not offered.
    """
    return [
        Fault(
            RULES_FILE,
            None,
            f"environments[{position}].id",
            f"there is no environment {shown(each.id)}. There are: {listed(sorted(environments))}",
        )
        for position, each in enumerate(policy.environments)
        if each.id not in environments
    ]
