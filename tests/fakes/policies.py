"""Profiles and rules as a site would write them, for tests of what decides by them."""

from typing import Any

from eohub_profiles.model import Environment, Mount, Profile, Tier


def profile(name: str, **more: Any) -> Profile:
    """A profile for everybody, changed by the given fields of its file."""
    fields = {"name": name, "title": name.title(), "cpu": 2, "memory": "4 GiB", "price": "0.04 EUR/h"}
    return Profile.model_validate(fields | more)


def mount(name: str, **more: Any) -> Mount:
    """A whole bucket for everybody to read, changed by the given fields of its file."""
    fields = {"name": name, "title": name.title(), "bucket": "data", "access": "read-only"}
    return Mount.model_validate(fields | more)


def rules() -> dict[str, Any]:
    """One tier and two environments."""
    return {
        "support": "support@example.org",
        "tiers": (Tier(name="free", title="the free tier", servers_per_user=2),),
        "environments": (Environment(id="eo", title="Earth observation"), Environment(id="r", title="R")),
    }
