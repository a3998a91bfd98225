"""What is remembered of servers: the contract of every Records, the one in memory included."""

from pathlib import Path

import pytest
from fakes.lifetime import ALICE, BIG, MemoryRecords

from eohub_lifetime.running import Record, ServerKey
from eohub_lifetime.service.ports import Records
from eohub_lifetime.service.store import SqlRecords
from eohub_lifetime.verdict import Cause

FULL = Record(
    started_at=1_790_000_000.125,
    active_at=1_790_000_001.5,
    heard_at=1_790_000_002.75,
    keep_until=1_790_003_600.0,
    refused_since=1_790_000_003.0,
    announced={Cause.IDLE: 1_790_000_004.25, Cause.REFUSED: 1_790_000_005.0},
)


class RecordsContract:
    """What every Records promises."""

    @pytest.fixture
    def records(self, tmp_path: Path) -> Records:
        raise NotImplementedError

    def test_what_is_written_is_what_is_remembered(self, records: Records) -> None:
        records.write({ALICE: FULL, BIG: Record(5.0)})
        assert records.load() == {ALICE: FULL, BIG: Record(5.0)}

    def test_the_newest_replaces_and_none_forgets(self, records: Records) -> None:
        records.write({ALICE: FULL, BIG: FULL})
        records.write({ALICE: Record(9.0), BIG: None})
        assert records.load() == {ALICE: Record(9.0)}

    def test_forgetting_what_was_never_known_is_nothing(self, records: Records) -> None:
        records.write({ALICE: None})
        records.write({})
        assert records.load() == {}

    def test_names_are_kept_letter_by_letter(self, records: Records) -> None:
        odd = {ServerKey("a'; drop table x", 'big "one"'): Record(1.0), ServerKey("é", "x/y"): Record(2.0)}
        records.write(odd)
        assert records.load() == odd


class TestMemory(RecordsContract):
    @pytest.fixture
    def records(self, tmp_path: Path) -> Records:
        return MemoryRecords()


class TestSqlite(RecordsContract):
    @pytest.fixture
    def records(self, tmp_path: Path) -> Records:
        return SqlRecords.open(f"sqlite:///{tmp_path}/lifetime.sqlite")

    def test_it_outlives_the_process(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/other.sqlite"
        first = SqlRecords.open(url)
        first.write({ALICE: FULL})
        first.close()
        assert SqlRecords.open(url).load() == {ALICE: FULL}
