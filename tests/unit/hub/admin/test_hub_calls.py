from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from eohub_hub.admin.hub_calls import MOST_SERVERS, policy_in_force, running_servers
from eohub_profiles.model import Policy

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


class Files:
    """A policy's source whose newest files cannot be used."""

    version = "0123456789ab"
    loaded_at = NOW
    fault: str | None = "profiles/small.yaml:5: price: must not be negative"

    def current(self) -> Policy:
        environment = {"id": "eo", "title": "Earth"}
        amount = {"title": "GPU L4", "cpu": 8, "memory": "32 GiB", "price": "0.98 EUR/h"}
        size = {**amount, "name": "two", "title": "two GPUs", "gpu": {"title": "L4", "count": 2}}
        profile = {**amount, "name": "gpu", "groups": ("gpu-users",), "sizes": ({**size},)}
        tiers = (
            {"name": "staff", "title": "Staff", "servers_per_user": 5, "groups": ("staff",)},
            {"name": "free", "title": "Free", "servers_per_user": 1, "profiles": ("gpu",)},
        )
        fields = {"support": "desk", "tiers": tiers, "environments": (environment,), "profiles": (profile,)}
        return Policy.model_validate(fields)


def test_the_policy_is_shown_as_people_read_it_with_every_size() -> None:
    found = policy_in_force(Files())
    assert [(row.name, row.size, row.groups) for row in found.profiles] == [
        ("gpu", "8 CPU, 32 GiB", ("gpu-users",)),
        ("gpu/two", "8 CPU, 32 GiB, 2 x L4", ("gpu-users",)),
    ]
    assert [(tier.title, tier.servers_per_user, tier.profiles) for tier in found.tiers] == [
        ("Staff", 5, None),
        ("Free", 1, ("gpu",)),
    ]
    assert found.environments == ("Earth",)
    assert (found.version, found.fault) == (Files.version, Files.fault)
