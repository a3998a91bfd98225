import asyncio
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes.audit_log import FakeAudit
from fakes.fixed_policy import FixedPolicy
from fakes.software import FakeSoftware
from fakes.spawner_people import FakePeople
from jupyterhub import orm

from eohub_hub.isolation.limits import Bound, Machine
from eohub_hub.isolation.network import NetworkTool
from eohub_hub.isolation.order import Mode
from eohub_hub.isolation.probe import Walls
from eohub_hub.isolation.walls import Isolation
from eohub_hub.spawner.decision import CannotStart
from eohub_hub.spawner.install import spawner_for
from eohub_hub.spawner.local import EohubLocalSpawner
from eohub_hub.spawner.mounts.tool import MountTool
from eohub_hub.spawner.settings import Site, SpawnerSettings
from eohub_profiles.decision import EnvironmentHere, Usage
from eohub_profiles.model import Environment, Policy, Profile, Tier
from eohub_toolkit.errors import Unavailable

SMALL = {"profile": "small", "environment": "eo"}
POLICY = Policy(
    support="the desk",
    tiers=(Tier(name="free", title="the free tier", servers_per_user=2),),
    environments=(Environment(id="eo", title="Earth"),),
    profiles=(
        Profile.model_validate(
            {"name": "small", "title": "Small", "cpu": 2, "memory": "4 GiB", "price": "0.04 EUR/h"}
        ),
    ),
)


@pytest.fixture
def spawner(tmp_path: Path) -> EohubLocalSpawner:
    """The default server of alice, whose servers `big` and `old` run and do not run."""
    settings = SpawnerSettings(
        state=tmp_path,
        instance="tests",
        environments={"eo": tmp_path},
        people=FakePeople("alice"),
        s3_url="http://127.0.0.1:1",
        s3_region="test-region",
        storage_url="http://127.0.0.1:2",
    )
    machine = Machine(Bound.NOTHING, Bound.NOTHING, ())
    walls = Walls(tmp_path, settings.first_uid)
    site = Site(settings, FixedPolicy(POLICY), FakeAudit(), walls, Isolation(Mode.ACCOUNTS), machine)
    others = {"big": SimpleNamespace(active=True), "old": SimpleNamespace(active=False)}
    user: Any = SimpleNamespace(name="alice", groups=[], spawners=others, settings={})
    return spawner_for(site)(user=user, orm_spawner=orm.Spawner(name=""))


@pytest.mark.parametrize(
    "options",
    [{}, {"profile": "evil", "environment": "eo"}, SMALL | {"image": "evil"}, {"profile": ["small"]}],
)
def test_whatever_led_to_a_start_it_is_decided_anew_before_it(
    spawner: EohubLocalSpawner, options: dict[str, object]
) -> None:
    spawner.user_options = spawner.orm_spawner.user_options = options
    with pytest.raises(CannotStart):
        asyncio.run(spawner.run_pre_spawn_hook())
    assert spawner.user_options == spawner.orm_spawner.user_options == {}
    with pytest.raises(CannotStart, match="not decided"):
        asyncio.run(spawner.start())
    assert isinstance(spawner.site.audit, FakeAudit)
    assert [event[0] for event in spawner.site.audit.said()] == ["spawn.refused", "spawn.failed"]


def test_what_was_decided_is_what_is_kept(spawner: EohubLocalSpawner) -> None:
    spawner.user_options = {"profile": ["small"], "environment": ["eo"], "server_name": [""]}
    asyncio.run(spawner.run_pre_spawn_hook())
    assert spawner.user_options == spawner.orm_spawner.user_options == SMALL


def test_running_and_admitted_servers_count_once_each(spawner: EohubLocalSpawner) -> None:
    with spawner.admissions.hold("alice", "new"), spawner.admissions.hold("alice", "big"):
        assert spawner.usage() == Usage(frozenset({"big", "new"}))
        spawner.user_options = dict(SMALL)
        with pytest.raises(CannotStart, match="You run 2 of at most 2 servers: big, new"):
            asyncio.run(spawner.run_pre_spawn_hook())
    assert spawner.usage() == Usage(frozenset({"big"}))


def with_software(spawner: EohubLocalSpawner, software: FakeSoftware) -> EohubLocalSpawner:
    """The same server at a place that knows its environments."""
    site = replace(spawner.site, settings=replace(spawner.site.settings, software=software))
    return spawner_for(site)(user=spawner.user, orm_spawner=orm.Spawner(name=""))


def test_an_environment_that_nobody_has_started_is_made_with_its_steps(spawner: EohubLocalSpawner) -> None:
    software = FakeSoftware({"eo": EnvironmentHere()}, steps=("Installing 130 packages", "Trying Earth"))
    spawner = with_software(spawner, software)
    for steps in (software.steps, ()):
        spawner.user_options = dict(SMALL)
        asyncio.run(spawner.run_pre_spawn_hook())
        assert [step.text for step in spawner.steps.done][1:] == list(steps)
        assert spawner.steps.doing == "Preparing your home folder"


def test_one_that_cannot_be_made_is_a_failed_start_with_its_sentence(spawner: EohubLocalSpawner) -> None:
    fault = Unavailable("The packages could not be downloaded.", hint="Check the connection.")
    spawner = with_software(spawner, FakeSoftware({}, steps=("Installing 130 packages",), fault=fault))
    spawner.user_options = dict(SMALL)
    with pytest.raises(CannotStart, match=r"downloaded\. Check the connection\. Ask: the desk"):
        asyncio.run(spawner.run_pre_spawn_hook())
    assert [step.text for step in spawner.steps.done][1:] == [], "what failed is not shown as done"
    assert isinstance(spawner.site.audit, FakeAudit)
    assert [event[0] for event in spawner.site.audit.said()][-1] == "spawn.failed"


def test_data_can_be_chosen_where_the_hub_found_what_mounts_it_and_nowhere_else(
    spawner: EohubLocalSpawner,
) -> None:
    lacking = replace(spawner.site, mount_tool="The device /dev/fuse cannot be used (Permission denied).")
    equipped = replace(spawner.site, mount_tool=MountTool(Path("rclone"), Path("fusermount3"), Path("keys")))
    assert equipped.place.shows_data_as_files
    assert not lacking.place.shows_data_as_files
    assert lacking.mounts_obstacle == "The device /dev/fuse cannot be used (Permission denied)."


def test_kernels_that_are_reached_by_ports_are_not_offered_where_others_could_listen(
    spawner: EohubLocalSpawner,
) -> None:
    software = FakeSoftware(
        {"eo": EnvironmentHere("Python"), "java": EnvironmentHere("Java")}, ports=frozenset({"java"})
    )
    walled = with_software(spawner, software).site
    alone = replace(walled, isolation=Isolation(Mode.SINGLE))
    tool = NetworkTool("/usr/bin/pasta", forwards_names=False)
    connected = replace(walled, isolation=Isolation(Mode.ACCOUNTS, network=tool))
    assert walled.place.environments["java"].obstacle.startswith("Its kernels are reached by ports")
    assert not walled.place.environments["eo"].obstacle
    assert not alone.place.environments["java"].obstacle
    assert not connected.place.environments["java"].obstacle
