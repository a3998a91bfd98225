from dataclasses import replace

import pytest
from fakes.plans import small_plan
from hypothesis import given
from hypothesis import strategies as st

from eohub_profiles.decision import (
    ANYWHERE,
    EnvironmentHere,
    Plan,
    Refusal,
    Request,
    Rule,
    Subject,
    Usage,
)
from eohub_profiles.model import Environment, Policy, Profile, Tier
from eohub_profiles.offers import offers
from eohub_profiles.resolve import resolve, threads

NOTHING = Usage()
SMALL = Request("small", "eo")


def reasons(answer: Plan | Refusal) -> list[tuple[Rule, str, str]]:
    assert isinstance(answer, Refusal)
    return [(reason.rule, reason.sentence, reason.change) for reason in answer.reasons]


def test_a_plan_is_the_complete_specification(ann: Subject, policy: Policy) -> None:
    assert resolve(ann, NOTHING, Request("medium", "r"), policy) == replace(
        small_plan(),
        profile="medium",
        title="Medium",
        cpu=4.0,
        memory_bytes=16 * 2**30,
        threads=4,
        environment="r",
        price_micro_eur_per_hour=140_000,
    )


def test_the_same_question_has_the_same_answer(gpu_user: Subject, ann: Subject, policy: Policy) -> None:
    first = resolve(ann, NOTHING, SMALL, policy)
    resolve(gpu_user, NOTHING, Request("gpu-a100", "eo"), policy)
    assert resolve(ann, NOTHING, SMALL, policy) == first


def test_an_unknown_profile_is_refused_with_those_the_person_may_start(ann: Subject, policy: Policy) -> None:
    assert reasons(resolve(ann, NOTHING, Request("smal", "eo"), policy)) == [
        (Rule.UNKNOWN_PROFILE, "There is no profile 'smal', did you mean 'small'?", "Allowed: small, medium.")
    ]


def test_a_member_is_told_of_the_group_profile_too(gpu_user: Subject, policy: Policy) -> None:
    answer = resolve(gpu_user, NOTHING, Request("zzz", "eo"), policy)
    assert reasons(answer) == [
        (Rule.UNKNOWN_PROFILE, "There is no profile 'zzz'.", "Allowed: small, medium, gpu-a100.")
    ]


def test_an_unknown_environment_is_refused_with_the_allowed_ones(ann: Subject, policy: Policy) -> None:
    assert reasons(resolve(ann, NOTHING, Request("small", "julia"), policy)) == [
        (Rule.UNKNOWN_ENVIRONMENT, "There is no environment 'julia'.", "Allowed: eo, r.")
    ]


def test_a_stranger_to_the_group_is_refused_and_told_the_groups(ann: Subject, policy: Policy) -> None:
    answer = resolve(ann, NOTHING, Request("gpu-a100", "eo"), policy)
    assert isinstance(answer, Refusal)
    (reason,) = answer.reasons
    assert reason.rule == Rule.GROUP
    assert reason.sentence == "Gpu-A100 needs one of the groups gpu-large, platform/admin."
    assert reason.change == "Become a member of one of them, or choose another profile."
    assert (reason.ask, reason.option) == ("support@example.org", "profile")


def test_a_single_group_is_told_in_the_singular(ann: Subject, policy: Policy) -> None:
    only = policy.profiles[2].model_copy(update={"groups": ("gpu-large",)})
    answer = resolve(ann, NOTHING, Request("gpu-a100", "eo"), policy.model_copy(update={"profiles": (only,)}))
    assert reasons(answer)[0][1:] == (
        "Gpu-A100 needs the group gpu-large.",
        "Become a member of it, or choose another profile.",
    )


def test_a_member_of_one_group_may_start_the_group_profile(gpu_user: Subject, policy: Policy) -> None:
    answer = resolve(gpu_user, NOTHING, Request("gpu-a100", "eo"), policy)
    assert isinstance(answer, Plan)
    assert answer.memory_bytes == 64 * 2**30


def test_a_name_never_opens_a_profile(ann: Subject, policy: Policy) -> None:
    for name in ("gpu-large", "platform/admin", "bea"):
        answer = resolve(replace(ann, name=name, sub=name), NOTHING, Request("gpu-a100", "eo"), policy)
        assert isinstance(answer, Refusal)


def test_one_server_less_than_the_limit_is_allowed(ann: Subject, policy: Policy) -> None:
    usage = Usage(frozenset({""}))
    assert isinstance(resolve(ann, usage, replace(SMALL, server_name="b"), policy), Plan)


def test_a_server_beyond_the_limit_is_refused_with_the_running_ones(ann: Subject, policy: Policy) -> None:
    answer = resolve(ann, Usage(frozenset({"", "b"})), replace(SMALL, server_name="c"), policy)
    assert reasons(answer) == [
        (
            Rule.SERVERS_PER_USER,
            "You run 2 of at most 2 servers: the default server, b.",
            "Stop one of them first.",
        )
    ]


def test_the_limit_of_one_is_told_in_the_singular(ann: Subject, policy: Policy) -> None:
    tier = policy.tiers[0].model_copy(update={"servers_per_user": 1})
    one = policy.model_copy(update={"tiers": (tier,)})
    answer = resolve(ann, Usage(frozenset({"b"})), SMALL, one)
    assert reasons(answer)[0][1] == "You run 1 of at most 1 server: b."


def test_the_server_that_is_being_started_does_not_count_against_itself(ann: Subject, policy: Policy) -> None:
    usage = Usage(frozenset({"", "b"}))
    assert isinstance(resolve(ann, usage, replace(SMALL, server_name="b"), policy), Plan)


def test_every_reason_is_told_at_once(ann: Subject, policy: Policy) -> None:
    usage = Usage(frozenset({"a", "b", "c"}))
    answer = resolve(ann, usage, Request("gpu-a100", "julia"), policy)
    assert [rule for rule, _, _ in reasons(answer)] == [
        Rule.GROUP,
        Rule.UNKNOWN_ENVIRONMENT,
        Rule.SERVERS_PER_USER,
    ]


def test_an_absurdly_long_name_gives_a_short_sentence(ann: Subject, policy: Policy) -> None:
    answer = resolve(ann, NOTHING, Request("x" * 10**6, "y" * 10**6), policy)
    assert len(str(answer)) < 500


def test_an_offer_carries_all_that_the_form_shows(ann: Subject, policy: Policy) -> None:
    offered = offers(ann, NOTHING, policy)
    assert [(o.title, o.cpu_text, o.memory_text, o.price_text, o.is_allowed) for o in offered] == [
        ("Small", "2 CPU", "4 GiB", "0.04 EUR/h", True),
        ("Medium", "4 CPU", "16 GiB", "0.14 EUR/h", True),
        ("Gpu-A100", "8 CPU", "64 GiB", "3.50 EUR/h", False),
    ]
    assert offered[0].price_micro_eur_per_hour == 40_000


@pytest.mark.parametrize(("cpu", "text"), [(0.5, "0.5 CPU"), (2.0, "2 CPU"), (100.125, "100.125 CPU")])
def test_cores_are_written_without_needless_digits(
    ann: Subject, policy: Policy, cpu: float, text: str
) -> None:
    part = policy.profiles[0].model_copy(update={"cpu": cpu})
    assert offers(ann, NOTHING, policy.model_copy(update={"profiles": (part,)}))[0].cpu_text == text


def test_at_the_limit_every_offer_says_why_not(ann: Subject, policy: Policy) -> None:
    offered = offers(ann, Usage(frozenset({"a", "b"})), policy)
    assert [[reason.rule for reason in offer.reasons] for offer in offered] == [
        [Rule.SERVERS_PER_USER],
        [Rule.SERVERS_PER_USER],
        [Rule.GROUP, Rule.SERVERS_PER_USER],
    ]


@pytest.mark.parametrize(
    ("cpu", "count"), [(0.1, 1), (0.5, 1), (1, 1), (1.999, 1), (2, 2), (2.5, 2), (512, 512)]
)
def test_threads_are_whole_cores_and_at_least_one(cpu: float, count: int) -> None:
    assert threads(cpu) == count


names = st.sampled_from(["small", "medium", "gpu-l4", "gpu-a100", "x"])
groups = st.sampled_from(["gpu", "gpu-large", "admin", "g"])
subjects = st.builds(
    Subject, st.just("https://id.example.org"), st.just("1"), st.just("ann"), st.frozensets(groups)
)
usages = st.builds(Usage, st.frozensets(st.sampled_from(["", "a", "b", "c", "d"])))
requests = st.builds(Request, names, st.sampled_from(["eo", "r", "z"]), st.sampled_from(["", "a", "new"]))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    def profile(name: str) -> Profile:
        return Profile.model_validate(
            {
                "name": name,
                "title": name,
                "cpu": draw(st.integers(1, 8)),
                "memory": "4 GiB",
                "price": "0.04 EUR/h",
                "groups": tuple(draw(st.sets(groups))),
            }
        )

    return Policy(
        support="support",
        tiers=(Tier(name="free", title="Free", servers_per_user=draw(st.integers(1, 4))),),
        environments=(Environment(id="eo", title="EO"), Environment(id="r", title="R")),
        profiles=tuple(profile(name) for name in sorted(draw(st.sets(names, min_size=1)))),
    )


@given(subjects, usages, requests, policies())
def test_a_plan_is_given_exactly_when_every_rule_allows_it(
    subject: Subject, usage: Usage, request: Request, policy: Policy
) -> None:
    answer = resolve(subject, usage, request, policy)
    known = {profile.name: set(profile.groups) for profile in policy.profiles}
    exists = request.profile in known and request.environment in {"eo", "r"}
    member = not known.get(request.profile) or bool(known[request.profile] & subject.groups)
    room = len(usage.running_servers - {request.server_name}) < policy.tiers[0].servers_per_user
    assert isinstance(answer, Plan) == (exists and member and room)


@given(subjects, usages, requests, policies())
def test_a_profile_closed_to_the_groups_of_a_person_is_never_planned(
    subject: Subject, usage: Usage, request: Request, policy: Policy
) -> None:
    answer = resolve(subject, usage, request, policy)
    if isinstance(answer, Plan):
        (chosen,) = (profile for profile in policy.profiles if profile.name == answer.profile)
        assert not chosen.groups or set(chosen.groups) & subject.groups
        assert (answer.profile, answer.environment) == (request.profile, request.environment)
        assert answer.memory_bytes == chosen.memory_bytes
        assert answer.price_micro_eur_per_hour == chosen.price_micro_eur_per_hour
    else:
        assert all(reason.sentence and reason.change and reason.ask for reason in answer.reasons)


@given(subjects, usages, policies())
def test_the_form_offers_exactly_what_resolve_would_plan(
    subject: Subject, usage: Usage, policy: Policy
) -> None:
    for offer in offers(subject, usage, policy):
        answer = resolve(subject, usage, Request(offer.profile, "eo", "new"), policy)
        assert offer.is_allowed == isinstance(answer, Plan)
        assert offer.reasons == (answer.reasons if isinstance(answer, Refusal) else ())


@given(subjects, usages, requests, policies(), groups)
def test_a_further_group_never_takes_a_plan_away(
    subject: Subject, usage: Usage, request: Request, policy: Policy, group: str
) -> None:
    if isinstance(resolve(subject, usage, request, policy), Plan):
        member = replace(subject, groups=subject.groups | {group})
        assert isinstance(resolve(member, usage, request, policy), Plan)


def test_an_environment_that_does_not_work_at_the_place_is_refused_with_why(
    ann: Subject, policy: Policy
) -> None:
    place = replace(ANYWHERE, environments={"eo": EnvironmentHere(obstacle="Its test failed: no answer.")})
    title = next(each.title for each in policy.environments if each.id == "eo")
    assert reasons(resolve(ann, NOTHING, SMALL, policy, place)) == [
        (
            Rule.NOT_HERE,
            f"{title} cannot be used here now. Its test failed: no answer.",
            "Choose another environment.",
        )
    ]
    assert isinstance(resolve(ann, NOTHING, Request("small", "r"), policy, place), Plan)
