"""The policy that this hub follows, and what keeps one from being used on this machine."""

import time
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from eohub_profiles.catalog import RULES_FILE
from eohub_profiles.faults import Fault
from eohub_profiles.model import Policy
from eohub_profiles.source import PolicySource
from eohub_profiles.wording import listed, shown

__all__ = ["PolicySource", "unknown_environments", "watch_policy"]


def watch_policy(folder: Path, environments: Collection[str]) -> PolicySource:
    """Read the policy in `folder` and follow its files; raises PolicyError with every fault.

    `environments` are those that this machine has; a policy that offers another one is not used.
    """
    return PolicySource(
        folder,
        clock=time.monotonic,
        today=lambda: datetime.now(UTC),
        check=lambda policy: unknown_environments(policy, environments),
    )


def unknown_environments(policy: Policy, environments: Collection[str]) -> list[Fault]:
    """A fault for each environment that the policy offers and this machine does not have."""
    return [
        Fault(
            RULES_FILE,
            None,
            f"environments[{position}].id",
            f"this machine has no environment {shown(each.id)}. It has: {listed(sorted(environments))}",
        )
        for position, each in enumerate(policy.environments)
        if each.id not in environments
    ]
