from dataclasses import FrozenInstanceError

import pytest

from eohub_profiles.decision import Offer, Plan, Reason, Refusal, Rule


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


@pytest.mark.parametrize(
    "rule",
    [
        Rule.UNKNOWN_OPTION,
        Rule.MISSING_OPTION,
        Rule.MALFORMED_OPTION,
        Rule.UNKNOWN_PROFILE,
        Rule.UNKNOWN_ENVIRONMENT,
    ],
)
def test_a_request_that_nobody_could_grant_is_invalid(rule: Rule) -> None:
    assert Refusal((reason(Rule.GROUP), reason(rule))).is_invalid_request


@pytest.mark.parametrize("rule", [Rule.GROUP, Rule.SERVERS_PER_USER])
def test_a_request_that_is_only_not_allowed_is_a_valid_one(rule: Rule) -> None:
    assert not Refusal((reason(rule),)).is_invalid_request


def test_the_names_of_rules_are_stable() -> None:
    assert [rule.value for rule in Rule] == [
        "unknown-option",
        "missing-option",
        "malformed-option",
        "unknown-profile",
        "unknown-environment",
        "group",
        "servers-per-user",
    ]


def test_an_offer_with_a_reason_is_not_allowed() -> None:
    assert Offer("s", "S", "2 CPU", "4 GiB", "0.04 EUR/h", 40_000).is_allowed
    assert not Offer("s", "S", "2 CPU", "4 GiB", "0.04 EUR/h", 40_000, (reason(Rule.GROUP),)).is_allowed


def test_a_plan_cannot_be_changed_after_the_decision() -> None:
    plan = Plan("small", "Small", 2.0, 4 * 2**30, 2, "eo", 40_000)
    with pytest.raises(FrozenInstanceError):
        plan.memory_bytes = 2**50  # pyright: ignore[reportAttributeAccessIssue]
