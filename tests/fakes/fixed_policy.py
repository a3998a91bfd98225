"""A policy that stays as it is, behind the port of the one that follows its files."""

from dataclasses import dataclass

from eohub_profiles.model import Policy


@dataclass(frozen=True)
class FixedPolicy:
    policy: Policy

    def current(self) -> Policy:
        return self.policy
