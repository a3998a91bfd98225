from typing import Any

import pytest
from fakes.policies import profile, rules

from eohub_profiles.decision import Lifetime
from eohub_profiles.model import Culling, Policy, Tier
from eohub_profiles.tiers import lifetime_of, lifetime_text, tier_of, tier_text

HOUR = 3_600


def tier(name: str, *groups: str, **more: Any) -> Tier:
    fields = {"name": name, "title": name, "groups": groups, "servers_per_user": 2}
    return Tier.model_validate(fields | more)


def policy(*tiers: Tier, culling: dict[str, Any] | None = None) -> Policy:
    return Policy.model_validate(
        rules()
        | {"tiers": tiers, "profiles": (profile("small"),), "culling": Culling.model_validate(culling or {})}
    )


class TestTier:
    TIERS = policy(tier("staff", "staff", "operators"), tier("science", "science"), tier("free"))

    @pytest.mark.parametrize(
        ("groups", "name"),
        [
            ({"staff"}, "staff"),
            ({"operators", "x"}, "staff"),
            ({"science"}, "science"),
            ({"science", "staff"}, "staff"),
            ({"Staff", "sta", "science/staff"}, "free"),
            (set[str](), "free"),
        ],
    )
    def test_the_first_with_a_group_of_theirs_counts(self, groups: set[str], name: str) -> None:
        assert tier_of(frozenset(groups), self.TIERS).name == name

    @pytest.mark.parametrize(("servers", "text"), [(1, "one server"), (3, "3 servers")])
    def test_it_says_how_many_servers_may_run(self, servers: int, text: str) -> None:
        free = tier("free", title="the free tier", servers_per_user=servers)
        assert tier_text(free) == f"With the free tier you may run {text} at the same time."


class TestLifetime:
    def test_without_a_word_about_it_the_rules_of_the_house_hold(self) -> None:
        rules_of_house = policy(tier("free"))
        assert lifetime_of(profile("small"), rules_of_house.tiers[0], rules_of_house) == Lifetime(
            HOUR, 600, HOUR, 24 * HOUR, 10.0, 5.0
        )

    def test_a_profile_changes_what_it_writes_out_and_keeps_the_rest(self) -> None:
        site = policy(tier("free"), culling={"idle": "2 h", "keep": "never", "cpu_percent": 20.0})
        own = profile("gpu", culling={"idle": "never", "maximum_age": "8 h"})
        assert lifetime_of(own, site.tiers[0], site) == Lifetime(None, 600, 0, 8 * HOUR, 20.0, 5.0)

    def test_a_profile_may_go_back_to_the_rule_of_the_house(self) -> None:
        site = policy(tier("free"), culling={"idle": "never"})
        own = profile("gpu", culling={"idle": "1 h"})
        assert lifetime_of(own, site.tiers[0], site).idle_seconds == HOUR

    @pytest.mark.parametrize(
        ("of_profile", "of_tier", "seconds"),
        [
            ("24 h", "8 h", 8 * HOUR),
            ("4 h", "8 h", 4 * HOUR),
            ("never", "8 h", 8 * HOUR),
            ("4 h", "never", 4 * HOUR),
            ("never", "never", None),
        ],
    )
    def test_a_tier_shortens_and_never_prolongs(
        self, of_profile: str, of_tier: str, seconds: int | None
    ) -> None:
        free = tier("free", idle=of_tier, maximum_age=of_tier)
        own = profile("small", culling={"idle": of_profile, "maximum_age": of_profile})
        lifetime = lifetime_of(own, free, policy(free))
        assert (lifetime.idle_seconds, lifetime.maximum_age_seconds) == (seconds, seconds)

    @pytest.mark.parametrize(
        ("idle", "age", "text"),
        [
            (HOUR, 24 * HOUR, "Stops after 1 h without activity, at the latest after 24 h."),
            (1_800, None, "Stops after 30 min without activity."),
            (None, 7 * 24 * HOUR, "Stops at the latest after 7 days."),
            (None, None, "Runs until it is stopped."),
        ],
    )
    def test_it_is_told_in_one_sentence(self, idle: int | None, age: int | None, text: str) -> None:
        assert lifetime_text(Lifetime(idle, 600, 0, age, 10.0, 5.0)) == text
