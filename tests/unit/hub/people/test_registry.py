"""The registry of persons: names are safe, given once, and never mean somebody else."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from eohub_hub.people.names import first_free, slug, stem
from eohub_hub.people.registry import People, metadata
from eohub_toolkit.errors import Invalid

ISSUER = "https://sso.example.invalid"
SAFE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'people.sqlite'}"


@pytest.fixture
def people(url: str) -> Iterator[People]:
    registry = People.open(url)
    yield registry
    registry.close()


@pytest.mark.parametrize(
    ("preferred", "name"),
    [
        ("demo", "demo"),
        ("User.Seven", "user-seven"),
        ("anna@example.invalid", "anna"),
        ("ünï.çødé+eo@example.invalid", "uni-cde-eo"),
        ("日本", "user"),
        ("", "user"),
        ("@", "user"),
        ("--7-of-9--", "of-9"),
        ("123", "user"),
        ("../../etc/passwd", "etc-passwd"),
        ("a--b", "a-b"),
        ("root", "root"),
        ("A" * 100, "a" * 32),
        ("a" * 31 + "-b", "a" * 31),
        ("x\x00y\n", "x-y"),
        ("anna\nroot", "anna-root"),
        ("\x1b]0;owned\x07anna", "owned-anna"),
        ("<script>alert(1)</script>", "script-alert-1-script"),
        ("\u202eanna", "anna"),
        ("Anna" * 2_500, "anna" * 8),
        ("\ufdfa" * 10_000, "user"),
    ],
)
def test_a_name_is_safe_for_urls_paths_and_labels(preferred: str, name: str) -> None:
    assert slug(preferred) == name
    assert SAFE.fullmatch(name)
    assert len(name) <= 32


def test_a_taken_name_gets_a_number_and_stays_short() -> None:
    assert first_free("demo", {"demo"}) == "demo-2"
    assert first_free("demo", {"demo", "demo-2", "demo-4"}) == "demo-3"
    long = "a" * 32
    assert first_free(long, {long}) == "a" * 30 + "-2"
    hyphen = "a" * 29 + "-bc"
    assert first_free(hyphen, {hyphen}) == "a" * 29 + "-2"


def test_numbered_names_share_their_stem() -> None:
    for base in ("demo", "a" * 32, "ab-" * 10 + "ab", "a" * 22 + "-" + "b" * 9):
        taken = {base}
        for _ in range(120):
            name = first_free(base, taken)
            assert name.startswith(stem(base)), name
            assert SAFE.fullmatch(name), name
            assert len(name) <= 32
            taken.add(name)


def test_the_same_account_is_the_same_person(people: People) -> None:
    first = people.enrol(ISSUER, "1", "demo")
    assert (first.number, first.name) == (1, "demo")
    assert people.enrol(ISSUER, "1", "demo") == first


def test_a_renamed_account_keeps_its_name(people: People) -> None:
    first = people.enrol(ISSUER, "1", "demo")
    assert people.enrol(ISSUER, "1", "married") == first
    assert people.named("married") is None


def test_a_reused_name_is_another_person(people: People) -> None:
    old = people.enrol(ISSUER, "1", "demo")
    new = people.enrol(ISSUER, "2", "demo")
    assert new.name == "demo-2"
    assert new.number != old.number


def test_names_that_differ_in_case_or_accents_are_two_people(people: People) -> None:
    names = [
        people.enrol(ISSUER, str(n), name).name for n, name in enumerate(["anna", "Anna", "Ánna", "anna@b"])
    ]
    assert names == ["anna", "anna-2", "anna-3", "anna-4"]


def test_the_same_subject_of_another_issuer_is_another_person(people: People) -> None:
    assert people.enrol(ISSUER, "1", "demo").name == "demo"
    assert people.enrol("https://other.invalid", "1", "demo").name == "demo-2"


def test_subjects_are_compared_exactly(people: People) -> None:
    assert people.enrol(ISSUER, "a", "demo").number != people.enrol(ISSUER, "A", "demo").number


def test_a_name_that_somebody_chose_to_look_numbered_is_passed_over(people: People) -> None:
    assert people.enrol(ISSUER, "1", "demo-2").name == "demo-2"
    assert people.enrol(ISSUER, "2", "demo").name == "demo"
    assert people.enrol(ISSUER, "3", "demo").name == "demo-3"


def test_a_wildcard_in_a_name_matches_only_itself(people: People) -> None:
    people.enrol(ISSUER, "1", "demo")
    assert people.enrol(ISSUER, "2", "d_mo").name == "d-mo"
    assert people.enrol(ISSUER, "3", "%").name == "user"


def test_nobody_gets_the_name_of_the_system_itself(people: People) -> None:
    assert people.enrol(ISSUER, "1", "System").name == "system-2"
    assert people.enrol(ISSUER, "2", "system").name == "system-3"


@pytest.mark.parametrize("subject", ["", "x" * 256, "a\n", "\x1b[2J", "\u202ea", "é", "a\x00"])
def test_an_unusable_subject_is_refused(people: People, subject: str) -> None:
    with pytest.raises(Invalid):
        people.enrol(ISSUER, subject, "demo")


def test_a_person_is_found_by_name(people: People) -> None:
    person = people.enrol(ISSUER, "1", "demo")
    assert people.named("demo") == person
    assert people.named("nobody") is None
    assert people.named("demo' OR 1=1 --") is None


def test_a_person_who_was_found_is_found_without_the_database(people: People) -> None:
    assert people.named("anna") is None
    anna = people.enrol(ISSUER, "1", "anna")
    assert people.named("anna") == anna, "that there was none is not remembered"
    people.close()
    assert people.named("anna") == anna


def test_many_people_of_one_name_at_once_get_different_names(people: People) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: people.enrol(ISSUER, str(n), "demo"), range(24)))
    assert len({person.name for person in found}) == 24
    assert len({person.number for person in found}) == 24
    assert {person.name for person in found} == {"demo", *(f"demo-{n}" for n in range(2, 25))}


def test_one_account_enrolled_many_times_at_once_is_one_person(people: People) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: people.enrol(ISSUER, "1", "demo"), range(24)))
    assert len(found) == 1


def test_two_hubs_on_one_database_agree(url: str) -> None:
    registries = [People.open(url), People.open(url)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: registries[n % 2].enrol(ISSUER, str(n // 2), "demo"), range(24)))
    assert len({person.name for person in found}) == 12
    for registry in registries:
        registry.close()


def test_people_are_still_there_after_a_restart(url: str) -> None:
    first = People.open(url)
    person = first.enrol(ISSUER, "1", "demo")
    first.close()
    again = People.open(url)
    assert again.named("demo") == person
    again.close()


def test_a_number_is_never_given_twice(url: str, people: People) -> None:
    people.enrol(ISSUER, "1", "demo")
    last = people.enrol(ISSUER, "2", "demo")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM people WHERE number = :n"), {"n": last.number})
    assert people.enrol(ISSUER, "3", "demo").number > last.number
    engine.dispose()


def test_the_database_itself_keeps_names_and_accounts_apart(url: str, people: People) -> None:
    people.enrol(ISSUER, "1", "demo")
    engine = create_engine(url)
    for values in ("(9, 'i', 's', 'demo')", f"(9, '{ISSUER}', '1', 'other')"):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text(f"INSERT INTO people (number, issuer, subject, name) VALUES {values}"))
    engine.dispose()


def test_the_migration_makes_the_table_that_the_code_describes(url: str, people: People) -> None:
    del people
    described = create_engine("sqlite://")
    metadata.create_all(described)
    migrated = create_engine(url)

    def shape(engine: object) -> object:
        found = inspect(engine)
        assert found is not None
        columns = [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns("people")]
        unique = sorted(tuple(u["column_names"]) for u in found.get_unique_constraints("people"))
        return columns, unique, found.get_table_options("people")

    assert shape(migrated) == shape(described)
    assert "people_version" in inspect(migrated).get_table_names()
    migrated.dispose()
