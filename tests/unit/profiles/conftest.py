"""The policy, people and folders that the tests of the policy room share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eohub_profiles.decision import Subject
from eohub_profiles.model import Environment, Policy, Profile, Tier

RULES = """\
support: support@example.org
tiers:
  - name: free
    title: the free tier
    servers_per_user: 2
environments:
  - id: eo
    title: Earth observation (Python)
"""
SMALL = """\
name: small
title: Small
cpu: 2
memory: 4 GiB
price: 0.04 EUR/h
"""


WritePolicy = Callable[..., Path]


def profile(name: str, cpu: float, memory: str, price: str, groups: tuple[str, ...] = ()) -> Profile:
    """Build a profile from the fields of its file."""
    fields = {
        "name": name,
        "title": name.title(),
        "cpu": cpu,
        "memory": memory,
        "price": price,
        "groups": groups,
    }
    return Profile.model_validate(fields)


@pytest.fixture(scope="session")
def policy() -> Policy:
    """Return a policy with two profiles for everybody and one for a group, and two environments."""
    return Policy(
        support="support@example.org",
        tiers=(Tier(name="free", title="the free tier", servers_per_user=2),),
        environments=(Environment(id="eo", title="Earth observation"), Environment(id="r", title="R")),
        profiles=(
            profile("small", 2, "4 GiB", "0.04 EUR/h"),
            profile("medium", 4, "16 GiB", "0.14 EUR/h"),
            profile("gpu-a100", 8, "64 GiB", "3.50 EUR/h", ("gpu-large", "platform/admin")),
        ),
    )


@pytest.fixture(scope="session")
def ann() -> Subject:
    """Return a person without groups."""
    return Subject(issuer="https://id.example.org", sub="1", name="ann")


@pytest.fixture(scope="session")
def gpu_user() -> Subject:
    """Return a person who may start the group's profile."""
    return Subject(
        issuer="https://id.example.org", sub="2", name="bea", groups=frozenset({"gpu-large", "science"})
    )


@pytest.fixture
def write_policy(tmp_path: Path) -> WritePolicy:
    """Return a function that writes a sound policy folder, changed by the given files (None removes one)."""

    def write(files: dict[str, str | bytes | None] | None = None) -> Path:
        contents: dict[str, str | bytes | None] = {"policy.yaml": RULES, "profiles/small.yaml": SMALL}
        (tmp_path / "profiles").mkdir()
        for name, content in (contents | (files or {})).items():
            if content is not None:
                data = content.encode() if isinstance(content, str) else content
                (tmp_path / name).write_bytes(data)
        return tmp_path

    return write
