from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, select

from eohub_hub.notices.model import Banner, Terms
from eohub_hub.notices.store import NoticeStore, acceptances, metadata
from eohub_hub.people.registry import People
from eohub_toolkit.errors import Conflict

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'people.sqlite'}"


@pytest.fixture
def store(url: str) -> Iterator[NoticeStore]:
    store = NoticeStore.open(url)
    yield store
    store.close()


def test_a_new_board_is_empty(store: NoticeStore) -> None:
    assert store.banner() is None
    assert store.terms() is None


def test_a_banner_takes_the_place_of_the_one_before(store: NoticeStore) -> None:
    store.put_banner(Banner(text="one"))
    store.put_banner(Banner(text="two", ends_at=NOW))
    assert store.banner() == Banner(text="two", ends_at=NOW)
    store.put_banner(None)
    assert store.banner() is None


def test_versions_of_terms_count_from_one_and_the_newest_is_in_force(store: NoticeStore) -> None:
    assert store.publish("first", "root", NOW) == Terms(
        version=1, text="first", published_at=NOW, published_by="root"
    )
    second = store.publish("second", "ada", NOW + timedelta(days=1))
    assert second.version == 2
    assert store.terms() == second


def test_acceptance_belongs_to_a_person_and_a_version(store: NoticeStore) -> None:
    store.publish("first", "root", NOW)
    store.accept(1, "alice", NOW)
    assert store.has_accepted(1, "alice")
    assert not store.has_accepted(1, "bob")
    assert not store.has_accepted(2, "alice")


def test_the_first_acceptance_is_the_one_on_record(store: NoticeStore, url: str) -> None:
    store.accept(1, "alice", NOW)
    store.accept(1, "alice", NOW + timedelta(hours=1))
    store.accept(2, "alice", NOW + timedelta(hours=2))
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(select(acceptances).order_by(acceptances.c.version)).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [
        (1, "alice", NOW.isoformat()),
        (2, "alice", (NOW + timedelta(hours=2)).isoformat()),
    ]
    assert store.accepted_by(1) == 1


def test_two_administrators_who_publish_at_once_never_share_a_version(store: NoticeStore) -> None:
    def publish(number: int) -> int | None:
        try:
            return store.publish(f"text {number}", "root", NOW).version
        except Conflict:
            return None

    with ThreadPoolExecutor(8) as threads:
        versions = [version for version in threads.map(publish, range(16)) if version is not None]
    assert versions
    assert len(versions) == len(set(versions))
    newest = store.terms()
    assert newest is not None
    assert newest.version == max(versions)


def test_what_was_written_is_there_after_a_restart(store: NoticeStore, url: str) -> None:
    store.put_banner(Banner(text="one"))
    store.publish("first", "root", NOW)
    store.accept(1, "alice", NOW)
    again = NoticeStore.open(url)
    assert again.banner() == Banner(text="one")
    assert again.has_accepted(1, "alice")
    again.close()


def test_the_migrations_make_the_tables_of_the_code(store: NoticeStore, url: str) -> None:
    engine = create_engine(url)
    found = inspect(engine)
    for table in metadata.sorted_tables:
        columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        assert columns == {column.name: bool(column.nullable) for column in table.columns}
    engine.dispose()


def test_the_registry_of_persons_may_live_in_the_same_database(store: NoticeStore, url: str) -> None:
    people = People.open(url)
    assert people.enrol("https://sso.example.invalid", "1", "alice").number == 1
    people.close()
    store.put_banner(Banner(text="still here"))
    assert store.banner() is not None
