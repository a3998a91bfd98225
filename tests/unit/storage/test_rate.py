"""How often one person may ask."""

import pytest

from eohub_storage.errors import TooManyKeys
from eohub_storage.rate import KeyRate


def test_the_request_after_the_last_allowed_one_is_refused_with_the_time_to_wait() -> None:
    rate = KeyRate(3)
    for now in (0.0, 10.0, 20.0):
        rate.count("alice", now)
    with pytest.raises(TooManyKeys) as caught:
        rate.count("alice", 30.0)
    assert "in 30 s" in (caught.value.hint or "")
    assert caught.value.retry_after == 30


def test_a_refused_request_does_not_push_the_wait_further() -> None:
    rate = KeyRate(1)
    rate.count("alice", 0.0)
    for now in (10.0, 50.0, 59.9):
        with pytest.raises(TooManyKeys):
            rate.count("alice", now)
    rate.count("alice", 60.0)


def test_one_person_does_not_use_up_anothers_requests() -> None:
    rate = KeyRate(1)
    rate.count("alice", 0.0)
    rate.count("bob", 0.0)


def test_any_sixty_seconds_count_and_not_the_minute_of_a_clock() -> None:
    rate = KeyRate(2)
    rate.count("alice", 59.0)
    rate.count("alice", 60.0)
    with pytest.raises(TooManyKeys):
        rate.count("alice", 61.0)
    rate.count("alice", 119.0)


def test_it_remembers_a_bounded_number_of_people_and_forgets_the_quietest() -> None:
    rate = KeyRate(1)
    rate.count("alice", 0.0)
    for number in range(9_999):
        rate.count(f"person-{number}", 0.0)
    with pytest.raises(TooManyKeys):
        rate.count("alice", 0.0)
    for number in range(9_999, 20_000):
        rate.count(f"person-{number}", 0.0)
    rate.count("person-0", 0.0)
