"""How fast each host answered lately, and that notebooks and panel share it."""

from pathlib import Path

import pytest

from eohub_cubes.reading.meter import Meter
from eohub_cubes.reading.speeds import RememberedBandwidth, speeds_file

MIB = 2**20


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def speeds(tmp_path: Path, clock: Clock) -> RememberedBandwidth:
    return RememberedBandwidth(tmp_path / "eohub" / "speeds.json", clock, 0.0)


def test_a_host_that_nothing_was_read_from_has_no_speed(speeds: RememberedBandwidth) -> None:
    speeds.note("a", 10 * MIB, 5, 2.0)
    assert speeds.of("b") is None
    found = speeds.of("a")
    assert found is not None
    assert (found.bytes_per_second, found.requests_per_second) == (5 * MIB, 2.5)


def test_what_is_too_short_tells_nothing(speeds: RememberedBandwidth) -> None:
    speeds.note("a", 100, 1, 0.05)
    speeds.note("a", 10 * MIB, 1, 0.0)
    assert speeds.of("a") is None


def test_a_large_read_tells_more_than_small_ones(speeds: RememberedBandwidth) -> None:
    for _ in range(20):
        speeds.note("a", 100_000, 1, 0.1)
    speeds.note("a", 100 * MIB, 100, 1.0)
    found = speeds.of("a")
    assert found is not None
    assert found.bytes_per_second == pytest.approx(100 * MIB, rel=0.05)


def test_what_was_lately_counts_more_and_what_is_old_is_not_told(
    speeds: RememberedBandwidth, clock: Clock
) -> None:
    speeds.note("a", 32 * MIB, 1, 32.0)
    clock.seconds = 4 * 3_600
    speeds.note("a", 32 * MIB, 1, 1.0)
    found = speeds.of("a")
    assert found is not None
    assert found.bytes_per_second == pytest.approx(32 * MIB, rel=0.05)
    clock.seconds += 2 * 86_400
    assert speeds.of("a") is None


def test_another_process_knows_it(tmp_path: Path, speeds: RememberedBandwidth, clock: Clock) -> None:
    speeds.note("a", MIB, 1, 1.0)
    other = RememberedBandwidth(tmp_path / "eohub" / "speeds.json", clock, 0.0)
    assert other.of("a") == speeds.of("a")
    assert [path.name for path in (tmp_path / "eohub").iterdir()] == ["speeds.json"]


def test_no_process_forgets_what_another_measured(
    tmp_path: Path, speeds: RememberedBandwidth, clock: Clock
) -> None:
    other = RememberedBandwidth(tmp_path / "eohub" / "speeds.json", clock, 0.0)
    for each, host, seconds in (
        (speeds, "a", 1.0),
        (other, "b", 1.0),
        (other, "a", 0.001),
        (speeds, "c", 1.0),
    ):
        clock.seconds += 1
        each.note(host, MIB, 1, seconds)
    assert [speeds.of(host) for host in "abc"] == [other.of(host) for host in "abc"]
    assert None not in [speeds.of(host) for host in "abc"]


@pytest.mark.parametrize(
    "text", ['{"a": [0, 0, 0, 0, 0]}', "", "[1]", '{"a": 3}', '{"a": ["x"]}', "\x00", "[" * 100_000]
)
def test_a_file_that_is_none_is_done_without(tmp_path: Path, text: str) -> None:
    file = tmp_path / "speeds.json"
    file.write_text(text)
    speeds = RememberedBandwidth(file, Clock(), 0.0)
    assert speeds.of("a") is None
    speeds.note("a", MIB, 1, 1.0)
    assert speeds.of("a") is not None


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    speeds = RememberedBandwidth(tmp_path / "file" / "speeds.json", Clock(), 0.0)
    speeds.note("a", MIB, 1, 1.0)
    assert speeds.of("a") is not None


def test_only_so_many_hosts_are_remembered(speeds: RememberedBandwidth, clock: Clock) -> None:
    for number in range(100):
        clock.seconds += 1
        speeds.note(f"h{number}", MIB, 1, 1.0)
    assert [speeds.of(f"h{number}") is None for number in (35, 36, 99)] == [True, False, False]


def test_requests_that_overlap_are_one_stretch(speeds: RememberedBandwidth, clock: Clock) -> None:
    meter = Meter("a", speeds, clock)
    with meter.reading() as first:
        clock.seconds += 0.5
        with meter.reading() as second:
            clock.seconds += 0.5
            second.bytes_read = MIB
        first.bytes_read = MIB
    found = speeds.of("a")
    assert found is not None
    assert (found.bytes_per_second, found.requests_per_second) == (2 * MIB, 2.0)


def test_the_file_lies_in_the_cache_folder() -> None:
    assert speeds_file({"XDG_CACHE_HOME": "/cache"}) == Path("/cache/eohub/speeds.json")
