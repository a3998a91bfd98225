from dataclasses import FrozenInstanceError

import pytest
from fakes.plans import small_plan

from eohub_profiles.decision import REQUEST_RULES, Reason, Refusal, Rule


def reason(rule: Rule) -> Reason:
    return Reason(
        rule, "Medium needs the group gpu.", "Become a member of it.", "support@example.org", "profile"
    )


def test_a_reason_is_told_with_what_would_change_it_and_whom_to_ask() -> None:
    assert (
        str(reason(Rule.GROUP))
        == "Medium needs the group gpu. Become a member of it. Ask: support@example.org"
    )


def test_a_refusal_is_told_one_reason_a_line() -> None:
    assert str(Refusal((reason(Rule.GROUP), reason(Rule.GROUP)))).count("\n") == 1


@pytest.mark.parametrize("rule", sorted(REQUEST_RULES))
def test_a_request_that_nobody_could_grant_is_invalid(rule: Rule) -> None:
    assert Refusal((reason(Rule.GROUP), reason(rule))).is_invalid_request


@pytest.mark.parametrize("rule", [Rule.GROUP, Rule.TIER, Rule.MOUNT, Rule.NOT_HERE, Rule.SERVERS_PER_USER])
def test_a_request_that_is_only_not_allowed_is_a_valid_one(rule: Rule) -> None:
    assert not Refusal((reason(rule),)).is_invalid_request


def test_the_names_of_rules_are_stable() -> None:
    assert [rule.value for rule in Rule] == [
        "unknown-option",
        "missing-option",
        "malformed-option",
        "unknown-profile",
        "unknown-environment",
        "unknown-size",
        "unknown-mount",
        "environment",
        "image",
        "mount",
        "group",
        "tier",
        "not-here",
        "servers-per-user",
    ]


@pytest.mark.parametrize("rule", [Rule.GROUP, Rule.TIER, Rule.MOUNT])
def test_a_membership_would_help_against_some_rules(rule: Rule) -> None:
    assert Refusal((reason(Rule.SERVERS_PER_USER), reason(rule))).is_missing_right


@pytest.mark.parametrize("rule", [Rule.SERVERS_PER_USER, Rule.NOT_HERE, Rule.UNKNOWN_PROFILE])
def test_no_membership_would_help_against_the_others(rule: Rule) -> None:
    assert not Refusal((reason(rule),)).is_missing_right


def test_a_plan_cannot_be_changed_after_the_decision() -> None:
    plan = small_plan()
    with pytest.raises(FrozenInstanceError):
        plan.memory_bytes = 2**50  # pyright: ignore[reportAttributeAccessIssue]
