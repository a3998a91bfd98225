from typing import Any

import pytest
from fakes.policies import mount, profile, rules

from eohub_hub.spawner.choice import Choice, suggested, typed, with_its_size
from eohub_profiles.decision import Subject, Usage
from eohub_profiles.model import Environment, Policy
from eohub_profiles.offers import environments_for, mounts_for, offers

WIDE = {"name": "wide", "title": "Wide", "cpu": 8, "memory": "16 GiB", "price": "0.28 EUR/h"}
POLICY = Policy.model_validate(
    rules()
    | {
        "environments": (
            Environment(id="eo", title="Earth observation"),
            Environment(id="r", title="R"),
            Environment(id="julia", title="Julia", groups=("julia",)),
        ),
        "profiles": (profile("large", groups=("big",)), profile("small"), profile("medium", sizes=(WIDE,))),
        "mounts": (mount("climate"), mount("mine", prefix="{user}/"), mount("team", groups=("ice",))),
    }
)
ALICE = Subject("https://issuer.example", "1", "alice")
ALL = ("climate", "mine")


def suggestion(stored: dict[str, Any] | None, *groups: str, policy: Policy = POLICY) -> Choice:
    subject = Subject("https://issuer.example", "1", "alice", frozenset(groups))
    offered = offers(subject, Usage(), policy)
    return suggested(offered, environments_for(subject, policy), mounts_for(subject, policy), policy, stored)


class TestSuggestion:
    def test_the_last_choice_is_suggested_whole(self) -> None:
        stored = {
            "profile": "medium", "environment": "r", "size": "wide", "mounts": ["mine"],
            "image": "registry.example.org/eo/x:1",
        }  # fmt: skip
        assert suggestion(stored) == Choice(
            "medium", "r", size="wide", image="registry.example.org/eo/x:1", mounts=("mine",)
        )

    def test_data_that_was_left_out_stays_left_out(self) -> None:
        assert suggestion({"profile": "small", "environment": "eo"}).mounts == ()

    def test_the_first_time_all_data_that_one_may_use_is_chosen(self) -> None:
        assert suggestion(None) == Choice("small", "eo", mounts=ALL)
        assert suggestion(None, "ice").mounts == (*ALL, "team")

    def test_a_profile_that_may_no_longer_be_started_is_not_nor_its_size(self) -> None:
        stored = {"profile": "large", "environment": "eo", "size": "wide"}
        assert suggestion(stored) == Choice("small", "eo")

    def test_a_size_or_place_or_environment_that_is_gone_is_not(self) -> None:
        stored = {
            "profile": "medium",
            "environment": "julia",
            "size": "gone",
            "mounts": ["mine", "team", "x"],
        }
        assert suggestion(stored) == Choice("medium", "eo", mounts=("mine",))

    def test_a_choice_that_the_policy_no_longer_knows_is_not(self) -> None:
        assert suggestion({"profile": "huge", "environment": "zz"}) == Choice("small", "eo")

    @pytest.mark.parametrize("stored", [None, {}, {"profile": {"a": 1}}, {"x": "y"}, {"profile": "a\n"}])
    def test_without_a_sound_one_the_first_that_can_be_started_is(
        self, stored: dict[str, Any] | None
    ) -> None:
        assert suggestion(stored) == Choice("small", "eo", mounts=ALL)

    def test_with_nothing_to_start_nothing_is(self) -> None:
        only_large = POLICY.model_copy(update={"profiles": POLICY.profiles[:1]})
        assert suggestion(None, policy=only_large).profile is None


class TestTyped:
    def test_what_was_typed_is_shown_again_and_cut(self) -> None:
        raw = {
            "profile": ["small", "large"], "environment": [], "server_name": ["x" * 100_000],
            "image": ["y" * 100_000], "size": ["z" * 1_000], "mounts": ["m" * 1_000] * 1_000,
        }  # fmt: skip
        assert typed(raw) == Choice(
            "small", None, "x" * 100, size="z" * 100, image="y" * 400, mounts=("m" * 100,) * 100
        )

    def test_a_box_that_was_not_ticked_is_not_ticked_again(self) -> None:
        assert typed({"profile": ["small"]}).mounts == ()


class TestSizes:
    def test_only_the_size_of_the_chosen_profile_counts(self) -> None:
        form = {"profile": ["medium"], "size-of-medium": ["wide"], "size-of-small": ["x"]}
        assert with_its_size(form, POLICY) == {"profile": ["medium"], "size": ["wide"]}

    def test_of_a_profile_without_a_field_none_does(self) -> None:
        form = {"profile": ["small"], "size-of-medium": ["wide"]}
        assert with_its_size(form, POLICY) == {"profile": ["small"]}

    def test_a_size_that_was_sent_by_its_own_name_stays(self) -> None:
        form = {"profile": ["medium"], "size": ["x"], "size-of-medium": ["wide"]}
        assert with_its_size(form, POLICY)["size"] == ["x"]

    @pytest.mark.parametrize("field", ["size-of-", "size-of-huge", "size-of-medium--unlisted-choice"])
    def test_a_field_for_a_profile_that_is_not_there_stays_and_will_be_refused(self, field: str) -> None:
        form = {"profile": ["medium"], field: ["wide"]}
        assert with_its_size(form, POLICY) == form

    def test_two_profiles_choose_no_size(self) -> None:
        form = {"profile": ["medium", "small"], "size-of-medium": ["wide"]}
        assert "size" not in with_its_size(form, POLICY)
