"""A server that runs, what is remembered of it, and what follows."""

from dataclasses import replace

from fakes.lifetime import ALICE, BIG, policy, running

from eohub_lifetime.running import Record, Running, assess, record_of
from eohub_lifetime.verdict import Alive, Cause, Stop, Warned
from eohub_profiles.model import Policy

HOUR = 3600


def assessed(server: Running, record: Record, now: float, rules: Policy | None = None) -> object:
    return assess(server, record, rules or policy(), now, silent_seconds=300).verdict


def test_a_server_is_named_as_the_audit_log_names_it() -> None:
    assert (str(ALICE), str(BIG)) == ("alice", "bob/big")


def test_nothing_of_an_earlier_run_counts() -> None:
    old = Record(0.0, active_at=50.0, keep_until=9e9, announced={Cause.IDLE: 40.0})
    assert record_of(running(started_at=100.0), old) == Record(100.0)
    assert record_of(running(started_at=0.0), old) is old
    assert record_of(running(started_at=7.0), None) == Record(7.0)


def test_the_rules_are_those_of_the_profile() -> None:
    found = assess(running(), Record(0.0), policy(idle="2 h"), 10, silent_seconds=300)
    assert found.lifetime.idle_seconds == 2 * HOUR
    assert found.verdict == Alive()


def test_what_the_policy_refuses_is_refused_from_the_first_look_on() -> None:
    server = running(BIG, options={"profile": "big", "environment": "eo"})
    first = assess(server, Record(0.0), policy(), 100, silent_seconds=300)
    assert first.record.refused_since == 100
    assert isinstance(first.verdict, Warned)
    assert first.verdict.cause is Cause.REFUSED
    assert "big-machines" in first.verdict.why
    later = assess(server, first.record, policy(), 160, silent_seconds=300)
    assert later.record.refused_since == 100


def test_a_right_that_came_back_is_as_if_it_had_never_gone() -> None:
    server = running(BIG, options={"profile": "big", "environment": "eo"}, groups=frozenset({"big-machines"}))
    record = Record(0.0, heard_at=700, refused_since=100, announced={Cause.REFUSED: 100})
    found = assess(server, record, policy(), 700, silent_seconds=300)
    assert found.record.refused_since is None
    assert found.verdict == Alive()


def test_a_server_whose_person_was_warned_for_the_grace_is_stopped() -> None:
    record = Record(0.0, heard_at=HOUR, announced={Cause.IDLE: 3000.0})
    assert isinstance(assessed(running(), record, HOUR), Stop)


def test_a_server_that_never_reports_lives_while_the_hub_sees_it_used() -> None:
    used = running(hub_active_at=3500.0)
    assert assessed(used, Record(0.0), HOUR) == Alive()
    assert isinstance(assessed(replace(used, hub_active_at=0.0), Record(0.0), HOUR), Warned)


def test_the_reason_is_bounded() -> None:
    groups = tuple(f"a-group-with-a-long-name-{number}" for number in range(40))
    wordy = policy()
    wordy = wordy.model_copy(
        update={"profiles": tuple(each.model_copy(update={"groups": groups}) for each in wordy.profiles)}
    )
    found = assessed(running(), Record(0.0), 10, wordy)
    assert isinstance(found, Warned)
    assert len(found.why) <= 500
