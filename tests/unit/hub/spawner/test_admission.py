import pytest

from eohub_hub.spawner.admission import Admissions


def test_a_held_server_counts_for_its_person_only() -> None:
    admissions = Admissions()
    with admissions.hold("alice", ""), admissions.hold("alice", "big"), admissions.hold("bob", "small"):
        assert admissions.of("alice") == {"", "big"}
        assert admissions.of("bob") == {"small"}
        assert admissions.of("carol") == frozenset()
    assert admissions.of("alice") == frozenset()


def test_it_is_held_until_the_last_one_lets_go() -> None:
    admissions = Admissions()
    with admissions.hold("alice", "big"):
        with admissions.hold("alice", "big"):
            pass
        assert admissions.of("alice") == {"big"}
    assert admissions.of("alice") == frozenset()


def test_a_start_that_fails_lets_go() -> None:
    admissions = Admissions()
    with pytest.raises(ValueError, match="failed"), admissions.hold("alice", "big"):
        raise ValueError("failed")
    assert admissions.of("alice") == frozenset()


def test_who_asks_for_a_server_is_known_while_they_do() -> None:
    admissions = Admissions()
    with admissions.asked("alice", "big", "root"):
        assert admissions.actor("alice", "big") == "root"
        assert admissions.actor("alice", "") is None
        assert admissions.actor("bob", "big") is None
    assert admissions.actor("alice", "big") is None


def test_an_error_makes_nobody_asked_for_ever() -> None:
    admissions = Admissions()
    with pytest.raises(ValueError, match="no"), admissions.asked("alice", "", "root"):
        raise ValueError("no")
    assert admissions.actor("alice", "") is None
