"""Ranges of one object that are read with few requests: neighbours together, over gaps that cost little."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from zarr.abc.store import ByteRequest, RangeByteRequest

OVER = 0.1
"""Bytes in gaps for each byte asked for, at most: what an estimate may be wrong by."""
LARGEST = 16 * 2**20
"""Of one request; more is asked for at once in several."""


@dataclass(frozen=True)
class Together:
    """One request, and which of the ranges asked for lie in it."""

    wanted: ByteRequest | None
    members: Sequence[int]


def merged(ranges: Sequence[ByteRequest | None]) -> list[Together]:
    """Requests for all ranges; those whose place is not known from the start stay alone."""
    known = [
        (each.start, each.end, at) for at, each in enumerate(ranges) if isinstance(each, RangeByteRequest)
    ]
    alone = [Together(each, [at]) for at, each in enumerate(ranges) if not isinstance(each, RangeByteRequest)]
    widest = _widest_gap(sorted(known))
    groups: list[list[tuple[int, int, int]]] = []
    stop = 0
    for each in sorted(known):
        start, end, _ = each
        if groups and start - stop <= widest and max(stop, end) - groups[-1][0][0] <= LARGEST:
            groups[-1].append(each)
        else:
            groups.append([each])
        stop = max(stop, end)
    return alone + [
        Together(RangeByteRequest(each[0][0], max(end for _, end, _ in each)), [at for *_, at in each])
        for each in groups
    ]


def _widest_gap(ranges: Sequence[tuple[int, int, int]]) -> int:
    """The widest gap to read over, such that all gaps up to it are no more than allowed."""
    allowed = OVER * sum(end - start for start, end, _ in ranges)
    stops = accumulate((end for _, end, _ in ranges), max)
    gaps = Counter(max(start - stop, 0) for stop, (start, _, _) in zip(stops, ranges[1:], strict=False))
    widest = 0
    for gap, times in sorted(gaps.items()):
        allowed -= gap * times
        if allowed < 0:
            break
        widest = gap
    return widest
