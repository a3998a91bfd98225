from dataclasses import dataclass

import pytest

from eohub_hub.local.watch import LONGEST_WAIT_SECONDS, MOST_MISSES, STEADY_SECONDS, Restarts, Silences


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def restarts(clock: Clock) -> Restarts:
    return Restarts(clock)


def wait_of(restarts: Restarts, clock: Clock, name: str = "s3") -> float:
    """Seconds from the death of a service until it may start."""
    began = clock.now
    while not restarts.may_start(name):
        clock.now += 1.0
    waited = clock.now - began
    restarts.alive(name)
    return waited


def test_a_first_death_is_answered_at_once(restarts: Restarts) -> None:
    restarts.alive("s3")
    assert restarts.may_start("s3")


def test_the_wait_doubles_from_death_to_death_up_to_its_limit(restarts: Restarts, clock: Clock) -> None:
    waits = [wait_of(restarts, clock) for _ in range(9)]
    assert waits == [0, 1, 2, 4, 8, 16, LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS]


def test_asking_often_makes_no_difference(restarts: Restarts, clock: Clock) -> None:
    wait_of(restarts, clock)
    assert [restarts.may_start("s3") for _ in range(100)] == [False] * 100
    clock.now += 1.0
    assert restarts.may_start("s3")


def test_a_service_that_lived_long_enough_starts_at_once_again(restarts: Restarts, clock: Clock) -> None:
    for _ in range(4):
        wait_of(restarts, clock)
    clock.now += STEADY_SECONDS
    restarts.alive("s3")
    assert restarts.may_start("s3")


def test_a_service_that_lived_a_little_less_does_not(restarts: Restarts, clock: Clock) -> None:
    wait_of(restarts, clock)
    clock.now += STEADY_SECONDS - 1
    restarts.alive("s3")
    assert not restarts.may_start("s3")


def test_one_service_s_deaths_do_not_slow_another(restarts: Restarts, clock: Clock) -> None:
    for _ in range(5):
        wait_of(restarts, clock, "s3")
    assert restarts.may_start("catalogue")


def looks_until_ended(silences: Silences, pid: int) -> int:
    return next(look for look in range(1, 100) if silences.missed(pid))


def test_a_process_that_answered_and_is_silent_for_long_is_ended() -> None:
    silences = Silences()
    silences.answered(7)
    assert looks_until_ended(silences, 7) == MOST_MISSES


def test_one_answer_makes_good_for_all_silences_before() -> None:
    silences = Silences()
    silences.answered(7)
    for _ in range(MOST_MISSES - 1):
        assert not silences.missed(7)
    silences.answered(7)
    assert looks_until_ended(silences, 7) == MOST_MISSES


def test_a_process_that_has_not_answered_yet_is_starting() -> None:
    silences = Silences()
    silences.answered(7)
    assert not any(silences.missed(8) for _ in range(100))


def test_a_process_that_was_ended_is_not_ended_again() -> None:
    silences = Silences()
    silences.answered(7)
    looks_until_ended(silences, 7)
    assert not any(silences.missed(7) for _ in range(100))
