"""What a server and its person are told."""

from types import MappingProxyType

import pytest
from fakes.lifetime import policy, running

from eohub_lifetime.contract import ServerLifetime
from eohub_lifetime.running import Record, assess
from eohub_lifetime.saying import NEW, refresh_seconds, told
from eohub_lifetime.verdict import Cause
from eohub_profiles.decision import Lifetime


def said(record: Record, now: float, **culling: str) -> ServerLifetime:
    found = assess(running(), record, policy(**culling), now, silent_seconds=300)
    return told(found, ("one busy kernel",), now)


def announced(now: float, **since: float) -> Record:
    causes = {Cause(cause): at for cause, at in since.items()}
    return Record(0.0, heard_at=now, announced=MappingProxyType(causes))


def test_a_server_that_lives_is_told_its_rules_and_no_end() -> None:
    told_now = said(announced(100), 100)
    assert told_now.ending is None
    assert told_now.rules == "Stops after 1 h without activity, at the latest after 24 h."
    assert told_now.busy_with == ("one busy kernel",)
    assert told_now.age_seconds == 100


def test_a_warning_says_when_why_and_for_how_long_it_could_be_kept() -> None:
    ending = said(announced(3100, idle=3000), 3100).ending
    assert ending is not None
    assert (ending.stops_in_seconds, ending.cause, ending.keep_seconds) == (500, "idle", 3600)
    assert ending.why == "Nothing is running in it."


def test_nobody_is_told_a_warning_before_it_is_written_down() -> None:
    assert said(announced(3100), 3100).ending is None


def test_where_the_policy_allows_no_keeping_none_is_offered() -> None:
    ending = said(announced(3100, idle=3000), 3100, keep="never").ending
    assert ending is not None
    assert ending.keep_seconds is None


def test_what_is_due_is_said_to_end_at_any_moment() -> None:
    ending = said(announced(4000, idle=3000), 4000).ending
    assert ending is not None
    assert (ending.stops_in_seconds, ending.keep_seconds) == (0, None)


@pytest.mark.parametrize(
    ("idle", "grace", "age", "is_warned", "seconds"),
    [
        (3600, 600, 86_400, False, 60),
        (3600, 600, 86_400, True, 15),
        (None, 600, None, False, 60),
        (60, 600, None, False, 10),
        (3600, 30, None, False, 5),
        (3600, 600, 90, True, 15),
        (2, 1, 1, True, 1),
    ],
)
def test_a_server_reports_often_enough_for_its_shortest_limit(
    idle: int | None, grace: int, age: int | None, is_warned: bool, seconds: float
) -> None:
    lifetime = Lifetime(
        idle_seconds=idle,
        grace_seconds=grace,
        keep_seconds=0,
        maximum_age_seconds=age,
        cpu_percent=10,
        gpu_percent=5,
    )
    assert refresh_seconds(lifetime, is_warned=is_warned) == seconds


def test_a_server_that_is_not_known_yet_asks_again_soon() -> None:
    assert NEW.ending is None
    assert NEW.refresh_seconds < 60
