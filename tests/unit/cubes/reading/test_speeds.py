"""How fast each host answered lately."""

import pytest

from eohub_cubes.reading.speeds import RecentSpeeds

MIB = 2**20


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_host_that_nothing_was_read_from_has_no_speed() -> None:
    speeds = RecentSpeeds(Clock())
    speeds.note("a", 10 * MIB, 5, 2.0)
    assert speeds.of("b") is None
    found = speeds.of("a")
    assert found is not None
    assert (found.bytes_per_second, found.requests_per_second) == (5 * MIB, 2.5)


def test_what_is_too_short_tells_nothing() -> None:
    speeds = RecentSpeeds(Clock())
    speeds.note("a", 100, 1, 0.05)
    speeds.note("a", 10 * MIB, 1, 0.0)
    assert speeds.of("a") is None


def test_what_was_lately_counts_more() -> None:
    speeds = RecentSpeeds(Clock())
    speeds.note("a", 32 * MIB, 1, 32.0)
    for _ in range(10):
        speeds.note("a", 32 * MIB, 1, 1.0)
    found = speeds.of("a")
    assert found is not None
    assert found.bytes_per_second == pytest.approx(32 * MIB, rel=0.05)


def test_what_is_old_is_not_told() -> None:
    clock = Clock()
    speeds = RecentSpeeds(clock)
    speeds.note("a", 32 * MIB, 1, 1.0)
    clock.seconds = 3_600
    assert speeds.of("a") is None
