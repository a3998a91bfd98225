import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from eohub_hub.local.explain import who
from eohub_toolkit.errors import NotFound, Unavailable

SCHEMA = """
create table users (id integer, name text);
create table groups (id integer, name text);
create table user_group_map (user_id integer, group_id integer);
create table spawners (user_id integer, name text, server_id integer);
insert into users values (1, 'ann'), (2, 'bea');
insert into groups values (1, 'science'), (2, 'platform/admin'), (3, 'nobody');
insert into user_group_map values (1, 1), (1, 2), (2, 1);
insert into spawners values (1, '', 7), (1, 'old', null), (2, 'big', 8);
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "a folder" / "hub#1.sqlite"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as hub:
        hub.executescript(SCHEMA)
    return path


@pytest.mark.parametrize(
    ("name", "groups", "running"),
    [("ann", ["science", "platform/admin"], [""]), ("bea", ["science"], ["big"])],
)
def test_a_persons_groups_and_running_servers_are_read(
    database: Path, name: str, groups: Sequence[str], running: Sequence[str]
) -> None:
    subject, usage = who(database, name)
    assert (subject.name, subject.groups) == (name, set(groups))
    assert usage.running_servers == set(running)


@pytest.mark.parametrize("name", ["", "ANN", "ann' or '1' = '1", "\x1b[2J"])
def test_nobody_else_is_known(database: Path, name: str) -> None:
    with pytest.raises(NotFound, match="knows nobody called") as caught:
        who(database, name)
    assert caught.value.detail.isprintable()


def test_the_database_is_only_read(database: Path) -> None:
    before = database.read_bytes()
    who(database, "ann")
    assert database.read_bytes() == before
    assert [path.name for path in database.parent.iterdir()] == [database.name]


def test_before_the_first_start_nobody_is_known_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="has not run yet"):
        who(tmp_path / "hub.sqlite", "ann")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_database_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "hub.sqlite"
    path.write_bytes(b"nothing of a database" * 100)
    with pytest.raises(Unavailable, match="cannot be read"):
        who(path, "ann")
