"""A policy that stays as it is, behind the port of the one that follows its files."""

from dataclasses import dataclass
from datetime import UTC, datetime

from eohub_profiles.model import Policy


@dataclass
class FixedPolicy:
    policy: Policy
    version: str = "000000000000"
    loaded_at: datetime = datetime(2026, 11, 25, tzinfo=UTC)
    fault: str | None = None

    def current(self) -> Policy:
        return self.policy
