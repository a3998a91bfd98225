from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from eohub_hub.admin.hub_calls import MOST_SERVERS, running_servers

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def spawner(name: str, server: str = "", **known: Any) -> SimpleNamespace:
    """A server as JupyterHub keeps it: times in UTC that do not say so."""
    record = {"started": datetime(2026, 11, 25, 10), "last_activity": datetime(2026, 11, 25, 11)}
    fields = {
        "active": True,
        "pending": None,
        "display_name": server.title(),
        "size_text": "Small, 0.04 EUR/h",
        "price_micro_eur_per_hour": 40_000,
    }
    record |= {each: known.pop(each) for each in list(known) if each in record}
    return SimpleNamespace(
        name=server, user=SimpleNamespace(name=name), orm_spawner=SimpleNamespace(**record), **fields | known
    )


def test_nothing_runs_and_costs_nothing() -> None:
    found = running_servers([spawner("alice", active=False)], NOW)
    assert (found.servers, found.total, found.cost_micro_eur, found.price_micro_eur_per_hour) == ((), 0, 0, 0)


def test_a_server_costs_its_time_since_the_start() -> None:
    found = running_servers([spawner("alice", "big")], NOW)
    (server,) = found.servers
    assert server.cost_micro_eur == 80_000
    assert server.started == datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert (server.user, server.server, server.display_name) == ("alice", "big", "Big")


def test_a_server_that_starts_has_cost_nothing_yet() -> None:
    found = running_servers([spawner("alice", started=None, last_activity=None, pending="spawn")], NOW)
    assert (found.servers[0].state, found.servers[0].cost_micro_eur) == ("starting", 0)


def test_a_clock_that_was_set_back_makes_no_negative_costs() -> None:
    found = running_servers([spawner("alice", started=datetime(2026, 11, 26))], NOW)
    assert found.servers[0].cost_micro_eur == 0


def test_the_dearest_come_first_and_all_are_counted() -> None:
    many = [spawner(f"user-{number}") for number in range(MOST_SERVERS + 5)]
    found = running_servers([*many, spawner("zoe", price_micro_eur_per_hour=980_000)], NOW)
    assert found.servers[0].user == "zoe"
    assert (len(found.servers), found.total) == (MOST_SERVERS, MOST_SERVERS + 6)
    assert found.price_micro_eur_per_hour == (MOST_SERVERS + 5) * 40_000 + 980_000


def test_what_stops_is_said_to_stop() -> None:
    assert running_servers([spawner("alice", pending="stop")], NOW).servers[0].state == "stopping"
