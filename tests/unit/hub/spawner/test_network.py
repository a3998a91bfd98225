from pathlib import Path

import pytest
from fakes.spawner_people import FakePeople

from eohub_hub.isolation.network import NetworkTool, title
from eohub_hub.isolation.order import Mode, Network
from eohub_hub.isolation.walls import Isolation
from eohub_hub.spawner.environment import server_environment
from eohub_hub.spawner.network import network_of
from eohub_hub.spawner.settings import Catalogue, SpawnerSettings

TOOL = NetworkTool("/usr/bin/pasta", forwards_names=False)
VARIABLES = {
    "EOHUB_INSTANCE": "x",
    "EOHUB_SERVER": "alice",
    "JUPYTERHUB_API_TOKEN": "a-secret",
    "JUPYTERHUB_API_URL": "http://127.0.0.1:8001/hub/api",
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:41000/user/alice/",
    "EOHUB_CATALOGUES": '[{"url": "http://127.0.0.1:8005/services/catalogue"}]',
    "MIRROR": "https://mirror.example.org:8443/",
}


def made(mode: Mode = Mode.ACCOUNTS) -> Network:
    network = network_of(Isolation(mode, network=TOOL), 41_000, VARIABLES)
    assert network is not None
    return network


@pytest.mark.parametrize("mode", [Mode.ACCOUNTS, Mode.BUBBLEWRAP])
def test_a_server_reaches_what_its_environment_names_but_for_itself(mode: Mode) -> None:
    argv = made(mode).argv
    assert argv[argv.index("-T") + 1] == "8001,8005"
    assert argv[argv.index("-t") + 1] == "127.0.0.1/41000"


def test_it_reaches_every_part_that_the_stack_tells_servers_of() -> None:
    settings = SpawnerSettings(
        state=Path("/srv/eohub"),
        instance="x",
        environments={"eo": Path("/srv/eohub/eo")},
        people=FakePeople("alice"),
        s3_url="http://127.0.0.1:8006",
        s3_region="local",
        storage_url="http://127.0.0.1:8004/services/storage",
        lifetime_url="http://127.0.0.1:8011/services/lifetime",
        catalogues=(Catalogue("eohub", "EOHub", "http://127.0.0.1:8005/services/catalogue"),),
    )
    home = Path("/srv/eohub/homes/alice")
    told = server_environment(
        settings, Path("/srv/eohub/eo"), home, home, account_name="alice", server="alice"
    )
    network = network_of(Isolation(Mode.ACCOUNTS, network=TOOL), 41_000, told)
    assert network is not None
    assert network.argv[network.argv.index("-T") + 1] == "8004,8005,8006,8011"


def test_what_connects_it_carries_the_servers_marks_and_no_secret() -> None:
    assert made().environment == {"EOHUB_INSTANCE": "x", "EOHUB_SERVER": "alice"}
    assert made().argv[1] == title("x", "alice")


@pytest.mark.parametrize("mode", [Mode.SINGLE, Mode.NOBODY])
def test_without_walls_there_is_no_network_of_its_own(mode: Mode) -> None:
    assert network_of(Isolation(mode, network=TOOL), 41_000, VARIABLES) is None


def test_without_what_connects_it_a_server_shares_the_machines_network() -> None:
    assert network_of(Isolation(Mode.ACCOUNTS, network="No pasta."), 41_000, VARIABLES) is None
