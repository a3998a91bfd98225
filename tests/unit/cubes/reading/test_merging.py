"""Which ranges of an object are read together."""

import random

from zarr.abc.store import ByteRequest, OffsetByteRequest, RangeByteRequest, SuffixByteRequest

from eohub_cubes.reading.merging import LARGEST, OVER, Together, merged


def ranges(*bounds: tuple[int, int]) -> list[ByteRequest | None]:
    return [RangeByteRequest(start, end) for start, end in bounds]


def test_neighbours_are_one_request_whatever_their_order() -> None:
    assert merged(ranges((20, 30), (0, 10), (10, 20))) == [Together(RangeByteRequest(0, 30), [1, 2, 0])]


def test_small_gaps_are_read_over_and_wide_ones_are_not() -> None:
    assert merged(ranges((0, 100), (105, 200), (300, 400))) == [
        Together(RangeByteRequest(0, 200), [0, 1]),
        Together(RangeByteRequest(300, 400), [2]),
    ]


def test_a_request_has_a_largest_size() -> None:
    half = LARGEST // 2
    found = merged(ranges(*((at * half, (at + 1) * half) for at in range(5))))
    assert [each.members for each in found] == [[0, 1], [2, 3], [4]]


def test_what_overlaps_and_what_has_no_known_place_is_read_too() -> None:
    wanted = [*ranges((0, 30), (10, 20), (20, 40)), None, OffsetByteRequest(3), SuffixByteRequest(3)]
    assert merged(wanted) == [
        *(Together(wanted[at], [at]) for at in (3, 4, 5)),
        Together(RangeByteRequest(0, 40), [0, 1, 2]),
    ]
    assert merged([]) == []


def test_of_any_ranges_each_is_read_and_little_more() -> None:
    chance = random.Random(1)
    for _ in range(300):
        bounds, at = list[tuple[int, int]](), 0
        for _ in range(chance.randrange(1, 40)):
            start = at + chance.choice((0, 0, 3, 40, 5_000))
            at = start + chance.randrange(1, 200)
            bounds.append((start, at))
        chance.shuffle(bounds)
        found = merged(ranges(*bounds))
        read = 0
        for each in found:
            assert isinstance(each.wanted, RangeByteRequest)
            read += each.wanted.end - each.wanted.start
            for member in each.members:
                assert each.wanted.start <= bounds[member][0] < bounds[member][1] <= each.wanted.end
        assert sorted(member for each in found for member in each.members) == [*range(len(bounds))]
        assert read <= (1 + OVER) * sum(stop - start for start, stop in bounds)
