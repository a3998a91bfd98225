from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_profiles.decision import Refusal, Request, Rule
from eohub_profiles.fields import is_name
from eohub_profiles.model import Policy
from eohub_profiles.request import parse_request

GOOD: dict[str, object] = {"profile": "small", "environment": "eo"}
WRONG_VALUES: list[object] = [
    None,
    True,
    False,
    0,
    2.5,
    {},
    {"name": "small"},
    [],
    ["small", "small"],
    [["small"]],
    [None],
    [{}],
    ("small",),
    b"small",
    "Small",
    "small\n",
    " small",
    "small ",
    "sm\x00all",
    "../small",
    "small--unlisted-choice",
    "<script>",
    "x" * 31,
    "x" * 1_000_000,
    "\ud800",
]


def refused(raw: object, policy: Policy) -> Refusal:
    answer = parse_request(raw, policy)
    assert isinstance(answer, Refusal)
    return answer


def test_options_of_rest_are_texts(policy: Policy) -> None:
    assert parse_request(GOOD | {"server_name": "second"}, policy) == Request("small", "eo", "second")


def test_options_of_a_form_are_lists_of_one_text(policy: Policy) -> None:
    form = {"profile": ["small"], "environment": ["eo"], "server_name": [""]}
    assert parse_request(form, policy) == Request("small", "eo", "")


def test_a_server_name_may_be_left_out(policy: Policy) -> None:
    assert parse_request(GOOD, policy) == Request("small", "eo", "")


@pytest.mark.parametrize("value", WRONG_VALUES, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("option", ["profile", "environment", "server_name"])
def test_a_wrong_value_is_refused_beside_its_option(option: str, value: object, policy: Policy) -> None:
    (reason,) = refused(GOOD | {option: value}, policy).reasons
    assert (reason.rule, reason.option) == (Rule.MALFORMED_OPTION, option)
    assert len(str(reason)) < 600


@pytest.mark.parametrize("value", ["", [""]])
@pytest.mark.parametrize("option", ["profile", "environment"])
def test_an_empty_value_of_a_required_option_is_refused(option: str, value: object, policy: Policy) -> None:
    (reason,) = refused(GOOD | {option: value}, policy).reasons
    assert reason.sentence == f"The option {option} is empty."


@pytest.mark.parametrize("option", ["profile", "environment"])
def test_a_missing_option_is_refused_with_the_allowed_values(option: str, policy: Policy) -> None:
    raw = {name: value for name, value in GOOD.items() if name != option}
    (reason,) = refused(raw, policy).reasons
    allowed = {"profile": "small, medium, gpu-a100", "environment": "eo, r"}[option]
    assert (reason.rule, reason.sentence) == (Rule.MISSING_OPTION, f"The option {option} is missing.")
    assert reason.change == f"Allowed: {allowed}."


def test_a_malformed_value_is_refused_with_the_allowed_values(policy: Policy) -> None:
    (reason,) = refused(GOOD | {"profile": ["small", "medium"]}, policy).reasons
    assert reason.sentence == "The option profile must have exactly one value, not 2."
    assert reason.change == "Allowed: small, medium, gpu-a100."
    assert reason.ask == "support@example.org"


def test_an_unknown_option_is_refused_with_the_allowed_options(policy: Policy) -> None:
    (reason,) = refused(GOOD | {"gpu": "8"}, policy).reasons
    assert reason.rule == Rule.UNKNOWN_OPTION
    assert str(reason) == (
        "There is no option 'gpu'. Allowed options: profile, environment, size, image, mounts, server_name."
        " Ask: support@example.org"
    )


@pytest.mark.parametrize(
    "name",
    ["image--unlisted-choice", "profile--unlisted-choice", "sizes", "_xsrf", "Profile", "memory_bytes", ""],
)
def test_no_other_option_slips_through(name: str, policy: Policy) -> None:
    assert [reason.rule for reason in refused(GOOD | {name: "x"}, policy).reasons] == [Rule.UNKNOWN_OPTION]


def test_an_unlisted_image_without_a_profile_is_refused_for_both(policy: Policy) -> None:
    rules = {reason.rule for reason in refused({"image--unlisted-choice": "evil/x:1"}, policy).reasons}
    assert rules == {Rule.UNKNOWN_OPTION, Rule.MISSING_OPTION}


def test_thousands_of_unknown_options_give_a_short_answer(policy: Policy) -> None:
    raw = GOOD | {f"option-{number}": "x" for number in range(10_000)}
    assert len(refused(raw, policy).reasons) == 5


def test_an_option_name_that_is_not_text_is_refused(policy: Policy) -> None:
    raw: dict[object, object] = {**GOOD, 5: "x"}
    assert refused(raw, policy).reasons[0].sentence == "There is no option that is not text."


@pytest.mark.parametrize("raw", [None, [], ["small"], "profile=small", 5, True])
def test_options_that_are_no_mapping_are_refused(raw: object, policy: Policy) -> None:
    (reason,) = refused(raw, policy).reasons
    assert (reason.rule, reason.option) == (Rule.MALFORMED_OPTION, None)
    assert reason.change == "Allowed options: profile, environment, size, image, mounts, server_name."


def test_every_fault_of_a_request_is_told_at_once(policy: Policy) -> None:
    refusal = refused({"profile": None, "gpu": "1", "server_name": "A B"}, policy)
    assert [(reason.rule, reason.option) for reason in refusal.reasons] == [
        (Rule.UNKNOWN_OPTION, None),
        (Rule.MALFORMED_OPTION, "profile"),
        (Rule.MISSING_OPTION, "environment"),
        (Rule.MALFORMED_OPTION, "server_name"),
    ]


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["small", "eo"]),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=6,
)
option_names = (
    st.sampled_from(["profile", "environment", "server_name"]) | st.text() | st.integers() | st.none()
)


@given(raw=json_values | st.dictionaries(option_names, json_values, max_size=6))
def test_whatever_is_sent_the_answer_is_a_request_of_names_or_a_bounded_refusal(
    policy: Policy, raw: object
) -> None:
    answer = parse_request(raw, policy)
    if isinstance(answer, Request):
        assert is_name(answer.profile)
        assert is_name(answer.environment)
        assert answer.server_name == "" or is_name(answer.server_name)
    else:
        assert 1 <= len(answer.reasons) <= 8
        assert all(reason.rule in Rule and reason.ask and reason.change for reason in answer.reasons)
        assert answer.is_invalid_request
        assert len(str(answer)) < 8_000
