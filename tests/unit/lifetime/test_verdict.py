"""Whether a server lives on, is warned or is stopped."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_lifetime.verdict import (
    SILENT_SECONDS,
    Alive,
    Cause,
    Facts,
    Refused,
    Stop,
    Verdict,
    Warned,
    judge,
    kept_until,
)
from eohub_profiles.decision import Lifetime

HOUR = 3600
LIFETIME = Lifetime(
    idle_seconds=HOUR,
    grace_seconds=600,
    keep_seconds=HOUR,
    maximum_age_seconds=24 * HOUR,
    cpu_percent=10.0,
    gpu_percent=5.0,
)
NEW = Facts(started_at=0, active_at=None, heard_at=None, hub_active_at=None, refused=None, announced={})


def reporting(now: float, facts: Facts = NEW) -> Facts:
    return replace(facts, heard_at=now)


def warned(verdict: Verdict) -> Warned:
    assert isinstance(verdict, Warned), verdict
    return verdict


def test_a_server_that_was_just_used_lives() -> None:
    assert judge(reporting(3000, replace(NEW, active_at=2990)), LIFETIME, None, 3000) == Alive()


def test_an_idle_server_is_warned_for_the_grace_so_that_it_ends_when_the_policy_says() -> None:
    assert judge(reporting(2999), LIFETIME, None, 2999) == Alive()
    verdict = warned(judge(reporting(3000), LIFETIME, None, 3000))
    assert (verdict.stops_at, verdict.cause) == (HOUR, Cause.IDLE)
    announced = replace(NEW, announced={Cause.IDLE: 3000})
    assert isinstance(judge(reporting(3599, announced), LIFETIME, None, 3599), Warned)
    assert isinstance(judge(reporting(3600, announced), LIFETIME, None, 3600), Stop)


def test_an_open_tab_keeps_no_server_alive() -> None:
    tab = replace(NEW, hub_active_at=3599, announced={Cause.IDLE: 3000})
    assert isinstance(judge(reporting(3600, tab), LIFETIME, None, 3600), Stop)


def test_a_server_that_works_with_the_browser_closed_lives() -> None:
    sleeping = replace(NEW, active_at=7190, hub_active_at=5)
    assert judge(reporting(7200, sleeping), LIFETIME, None, 7200) == Alive()


def test_activity_takes_the_warning_back_and_the_next_one_has_its_own_grace() -> None:
    announced = replace(NEW, announced={Cause.IDLE: 3000}, active_at=3300)
    assert judge(reporting(3400, announced), LIFETIME, None, 3400) == Alive()
    late = warned(judge(reporting(9000, announced), LIFETIME, None, 9000))
    assert late.stops_at == 9600


def test_nobody_is_stopped_unwarned_after_the_service_was_away() -> None:
    assert warned(judge(reporting(90_000), LIFETIME, None, 90_000)).stops_at == 90_600


def test_keep_holds_an_idle_server_and_warns_again_before_it_ends() -> None:
    until = kept_until(None, LIFETIME, 3300)
    announced = replace(NEW, announced={Cause.IDLE: 3000})
    assert until == 6900
    assert judge(reporting(6299, announced), LIFETIME, until, 6299) == Alive()
    assert warned(judge(reporting(6300, announced), LIFETIME, until, 6300)).stops_at == 6900


def test_keeping_twice_does_not_add_up() -> None:
    assert kept_until(kept_until(None, LIFETIME, 100), LIFETIME, 100) == 100 + HOUR
    assert kept_until(9000, LIFETIME, 100) == 9000


def test_keep_is_offered_for_idleness_only_and_where_the_policy_allows_it() -> None:
    assert warned(judge(reporting(3000), LIFETIME, None, 3000)).keeps_until == 3000 + HOUR
    forbidden = replace(LIFETIME, keep_seconds=0)
    assert warned(judge(reporting(3000), forbidden, None, 3000)).keeps_until is None
    old = replace(NEW, active_at=86_000)
    assert warned(judge(reporting(86_000, old), LIFETIME, None, 86_000)).keeps_until is None


def test_keep_is_offered_up_to_the_maximum_age_and_no_longer() -> None:
    short = replace(LIFETIME, maximum_age_seconds=5000)
    assert warned(judge(reporting(3000), short, None, 3000)).keeps_until == 5000


def test_the_maximum_age_is_warned_of_and_ends_a_busy_and_kept_server() -> None:
    old = replace(NEW, active_at=85_800)
    verdict = warned(judge(reporting(85_800, old), LIFETIME, 90_000, 85_800))
    assert (verdict.cause, verdict.stops_at) == (Cause.AGE, 86_400)
    announced = replace(old, active_at=86_400, announced={Cause.AGE: 85_800})
    assert judge(reporting(86_400, announced), LIFETIME, 90_000, 86_400) == Stop(Cause.AGE, verdict.why)


def test_a_server_that_the_policy_refuses_is_announced_and_stopped_after_the_grace() -> None:
    refused = replace(NEW, active_at=100, refused=Refused(100, "It needs the group gpu."))
    verdict = warned(judge(reporting(100, refused), LIFETIME, None, 100))
    assert (verdict.stops_at, verdict.why, verdict.keeps_until) == (700, "It needs the group gpu.", None)
    announced = replace(refused, announced={Cause.REFUSED: 100})
    assert isinstance(judge(reporting(700, announced), LIFETIME, None, 700), Stop)


def test_a_person_who_is_refused_a_second_time_is_warned_a_second_time() -> None:
    again = replace(NEW, active_at=5000, refused=Refused(5000, "No."), announced={Cause.REFUSED: 100})
    assert warned(judge(reporting(5000, again), LIFETIME, None, 5000)).stops_at == 5600


def test_a_server_that_does_not_report_is_judged_by_the_hub() -> None:
    now = 9000
    assert judge(replace(NEW, hub_active_at=8900), LIFETIME, None, now) == Alive()
    assert "does not report" in warned(judge(replace(NEW, hub_active_at=100), LIFETIME, None, now)).why


def test_what_a_server_did_after_its_last_report_is_not_held_against_it() -> None:
    silent = replace(NEW, active_at=10, heard_at=5000, hub_active_at=10)
    now = 5000 + SILENT_SECONDS + 1
    assert judge(silent, LIFETIME, None, now) == Alive()


def test_a_server_without_limits_lives_for_ever() -> None:
    unlimited = replace(LIFETIME, idle_seconds=None, maximum_age_seconds=None)
    assert judge(reporting(1e9), unlimited, None, 1e9) == Alive()


def test_a_grace_longer_than_the_limit_does_not_warn_who_works() -> None:
    strict = replace(LIFETIME, idle_seconds=10, grace_seconds=60)
    assert judge(reporting(104, replace(NEW, active_at=100)), strict, None, 104) == Alive()
    assert warned(judge(reporting(105, replace(NEW, active_at=100)), strict, None, 105)).stops_at == 165


@pytest.mark.parametrize("order", [list(Cause), list(reversed(Cause))])
def test_of_two_ends_in_one_second_the_stronger_is_said(order: list[Cause]) -> None:
    both = replace(NEW, announced=dict.fromkeys(order, 3000.0), refused=Refused(3000, "No."))
    verdict = judge(reporting(3600, both), replace(LIFETIME, maximum_age_seconds=HOUR), None, 3600)
    assert isinstance(verdict, Stop)
    assert verdict.cause is Cause.REFUSED


@dataclass(frozen=True)
class Step:
    """What happens before the service looks again."""

    seconds: int
    works: bool
    reports: bool
    keeps: bool
    refuses: bool


@dataclass(frozen=True)
class Look:
    """One look of a service that notes announcements as it is told."""

    now: float
    facts: Facts
    verdict: Verdict


STEPS = st.lists(
    st.builds(
        Step,
        seconds=st.integers(1, 900),
        works=st.booleans(),
        reports=st.booleans(),
        keeps=st.booleans(),
        refuses=st.booleans(),
    ),
    min_size=1,
    max_size=60,
)
LIFETIMES = st.builds(
    Lifetime,
    idle_seconds=st.none() | st.integers(1, 3000),
    grace_seconds=st.integers(0, 1000),
    keep_seconds=st.integers(0, 3000),
    maximum_age_seconds=st.none() | st.integers(1, 9000),
    cpu_percent=st.just(10.0),
    gpu_percent=st.just(10.0),
)


def looks(steps: list[Step], lifetime: Lifetime) -> Iterator[Look]:
    """Run a server until it is stopped, or the steps are over."""
    facts, keep, now = NEW, None, 0.0
    for step in steps:
        now += step.seconds
        if step.works:
            facts = replace(facts, active_at=now, heard_at=now)
        if step.reports:
            facts = replace(facts, heard_at=now)
        if step.keeps and lifetime.keep_seconds:
            keep = kept_until(keep, lifetime, now)
        refused = (facts.refused or Refused(now, "No.")) if step.refuses else None
        facts = replace(facts, refused=refused)
        verdict = judge(facts, lifetime, keep, now)
        yield Look(now, facts, verdict)
        if isinstance(verdict, Stop):
            return
        facts = replace(facts, announced=verdict.announced if isinstance(verdict, Warned) else {})


@given(STEPS, LIFETIMES)
def test_no_server_is_stopped_that_was_not_warned_for_the_whole_grace(
    steps: list[Step], lifetime: Lifetime
) -> None:
    for look in looks(steps, lifetime):
        if isinstance(look.verdict, Stop):
            assert look.now - look.facts.announced[look.verdict.cause] >= lifetime.grace_seconds


@given(STEPS, LIFETIMES)
def test_a_server_that_works_at_every_look_is_never_stopped_for_idleness(
    steps: list[Step], lifetime: Lifetime
) -> None:
    for look in looks([replace(step, works=True, refuses=False) for step in steps], lifetime):
        assert not isinstance(look.verdict, Stop) or look.verdict.cause is Cause.AGE


@given(STEPS, LIFETIMES)
def test_a_server_that_is_forgotten_ends(steps: list[Step], lifetime: Lifetime) -> None:
    rest = [Step(900, works=False, reports=True, keeps=False, refuses=False)] * 12
    before = [replace(step, refuses=False) for step in steps]
    every = list(looks([*before, *rest], replace(lifetime, idle_seconds=3000, maximum_age_seconds=None)))
    assert isinstance(every[-1].verdict, Stop)


@given(STEPS, LIFETIMES)
def test_nothing_moves_the_maximum_age(steps: list[Step], lifetime: Lifetime) -> None:
    busy = [replace(step, works=True, keeps=True, refuses=False) for step in steps]
    limited = replace(lifetime, maximum_age_seconds=1000)
    for look in looks(busy, limited):
        warned_at = look.facts.announced.get(Cause.AGE)
        if warned_at is not None and look.now >= max(1000, warned_at + limited.grace_seconds):
            assert isinstance(look.verdict, Stop)


@given(STEPS, LIFETIMES, st.floats(0, 1e6))
def test_no_open_tab_changes_the_verdict_on_a_server_that_reports(
    steps: list[Step], lifetime: Lifetime, hub_active_at: float
) -> None:
    for look in looks([replace(step, reports=True) for step in steps], lifetime):
        tab = replace(look.facts, hub_active_at=hub_active_at)
        assert judge(tab, lifetime, None, look.now) == judge(look.facts, lifetime, None, look.now)


@given(STEPS, LIFETIMES)
def test_a_warning_is_of_a_time_to_come_and_a_keep_only_offered_where_it_gains(
    steps: list[Step], lifetime: Lifetime
) -> None:
    for look in looks(steps, lifetime):
        if isinstance(look.verdict, Warned):
            assert look.verdict.stops_at >= look.now
            assert look.verdict.keeps_until is None or look.verdict.keeps_until > look.verdict.stops_at
