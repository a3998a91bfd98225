"""What the policy of now says of a server that runs already."""

from typing import Any

from fakes.policies import profile, rules

from eohub_profiles.decision import Refusal, Rule, Subject
from eohub_profiles.model import Culling, Policy, Tier
from eohub_profiles.standing import standing_of

ALICE = Subject(issuer="", sub="", name="alice", groups=frozenset({"science"}))
SMALL = {"profile": "small", "environment": "eo"}


def policy(**more: Any) -> Policy:
    known = (profile("small", culling={"idle": "10 min"}), profile("big", groups=("big-machines",)))
    return Policy(**({"profiles": known} | rules() | more))


def refused(refusal: Refusal | None) -> list[Rule]:
    return [] if refusal is None else [reason.rule for reason in refusal.reasons]


def test_a_server_that_its_person_may_run_goes_on_by_the_rules_of_its_profile() -> None:
    standing = standing_of(ALICE, SMALL, policy())
    assert standing.refusal is None
    assert standing.lifetime.idle_seconds == 600
    assert standing.lifetime.maximum_age_seconds == 86_400


def test_a_group_that_was_lost_refuses_what_needs_it() -> None:
    standing = standing_of(ALICE, SMALL | {"profile": "big"}, policy())
    assert refused(standing.refusal) == [Rule.GROUP]
    assert "big-machines" in str(standing.refusal)


def test_how_many_servers_run_ends_none_of_them() -> None:
    assert standing_of(ALICE, SMALL, policy()).refusal is None


def test_a_profile_that_is_gone_refuses_and_the_sites_rules_give_the_grace() -> None:
    culling = Culling.model_validate({"idle": "never", "grace": "3 min"})
    standing = standing_of(ALICE, SMALL | {"profile": "gone"}, policy(culling=culling))
    assert refused(standing.refusal) == [Rule.UNKNOWN_PROFILE]
    assert (standing.lifetime.grace_seconds, standing.lifetime.idle_seconds) == (180, None)


def test_options_that_are_none_refuse_and_still_have_a_grace() -> None:
    standing = standing_of(ALICE, {}, policy())
    assert Rule.MISSING_OPTION in refused(standing.refusal)
    assert standing.lifetime.grace_seconds == 600


def test_the_tier_of_now_shortens_a_server_that_runs() -> None:
    short = Tier.model_validate(
        {"name": "free", "title": "the free tier", "servers_per_user": 1, "maximum_age": "2 h"}
    )
    assert standing_of(ALICE, SMALL, policy(tiers=(short,))).lifetime.maximum_age_seconds == 7200
