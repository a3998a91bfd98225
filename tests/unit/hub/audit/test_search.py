"""Searching the log: the newest first, and never silently a part of what there is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from eohub_hub.audit.chain import BEGINNING, written, written_time
from eohub_hub.audit.event import AuditEvent, Outcome
from eohub_hub.audit.files import newest_first, path_of, raw_lines
from eohub_hub.audit.search import MOST_LINES, Query, entry_of, search

START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
EVENTS = [
    AuditEvent("login", "ann", "hub"),
    AuditEvent("spawn", "service:cron", "server:ann/gpu"),
    AuditEvent("spawn.refused", "bob", "bob/", Outcome.REFUSED, {"rule": "group"}),
    AuditEvent("admin.server_stopped", "root", "ann/gpu"),
    AuditEvent("key.issued", "annabel", "s3"),
]


def lines() -> list[bytes]:
    found, head = list[bytes](), BEGINNING
    for hour, event in enumerate(EVENTS):
        line, head = written({"time": written_time(START + timedelta(hours=hour)), **event.fields()}, head)
        found.append(line)
    return found[::-1]


def actions(query: Query) -> list[str]:
    return [entry.action for entry in search(lines(), query).entries]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(), ["key.issued", "admin.server_stopped", "spawn.refused", "spawn", "login"]),
        (Query(user="ann"), ["admin.server_stopped", "spawn", "login"]),
        (Query(user="root"), ["admin.server_stopped"]),
        (Query(action="spawn"), ["spawn.refused", "spawn"]),
        (Query(action="spawn.refused"), ["spawn.refused"]),
        (Query(action="spa"), []),
        (Query(outcome="refused"), ["spawn.refused"]),
        (Query(since=START + timedelta(hours=3)), ["key.issued", "admin.server_stopped"]),
        (Query(since=START + timedelta(hours=3, microseconds=1)), ["key.issued"]),
        (Query(user="ann", action="login"), ["login"]),
    ],
)
def test_a_query_finds_what_it_says(query: Query, found: list[str]) -> None:
    assert actions(query) == found


def test_a_time_of_another_zone_is_the_same_moment() -> None:
    east = datetime(2026, 11, 25, 17, 0, tzinfo=timezone(timedelta(hours=2)))
    assert len(actions(Query(since=east))) == 2


def test_a_part_says_that_it_is_one() -> None:
    assert not search(lines(), Query(limit=4)).is_all
    assert search(lines(), Query(limit=5)).is_all
    assert len(search(lines(), Query(limit=0)).entries) == 1


def test_a_search_gives_up_after_a_bounded_number_of_lines() -> None:
    looked_at: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            looked_at.append(1)
            yield b""

    assert not search(endless(), Query(user="nobody")).is_all
    assert len(looked_at) == MOST_LINES + 1


def test_what_is_no_line_is_passed_over() -> None:
    broken = [lines()[0][:-1], b"", *lines()]
    assert len(search(broken, Query()).entries) == 5
    assert entry_of(b"{}") is None


def test_lines_come_backwards_over_blocks_and_files(tmp_path: Path) -> None:
    wide = [f"{number:06} {'x' * (number % 997)}".encode() for number in range(3_000)]
    for file, part in enumerate((wide[:1000], wide[1000:2900], wide[2900:]), 1):
        path_of(tmp_path, file).write_bytes(b"".join(line + b"\n" for line in part))
    assert list(newest_first(tmp_path)) == wide[::-1]
    assert [raw.content for raw in raw_lines(tmp_path, 1)] == wide[:1000]
    assert list(newest_first(tmp_path / "absent")) == []
