import json
from pathlib import Path

import pytest
from fakes.spawner_people import FakePeople

from eohub_hub.isolation.order import Mode
from eohub_hub.isolation.walls import Isolation
from eohub_hub.spawner.environment import (
    from_hub,
    kernel_arguments,
    server_environment,
    temporary_folders,
)
from eohub_hub.spawner.settings import Catalogue, SpawnerSettings

SETTINGS = SpawnerSettings(
    state=Path("/srv/eohub"),
    instance="0123",
    environments={"eo": Path("/srv/eohub/environments/eo")},
    people=FakePeople("alice"),
    s3_url="http://127.0.0.1:8006",
    s3_region="eohub-local",
    storage_url="http://127.0.0.1:8004",
    catalogues=(Catalogue("eohub", "EOHub", "http://127.0.0.1:8005/services/catalogue"),),
)
EO = Path("/srv/eohub/environments/eo")


def made() -> dict[str, str]:
    home, facts = Path("/srv/eohub/homes/alice"), Path("/srv/eohub/servers/alice/facts")
    return server_environment(SETTINGS, EO, home, facts, account_name="alice", server="alice+big")


def test_the_environments_own_programs_come_first() -> None:
    assert made()["PATH"].split(":")[0] == f"{EO}/bin"


def test_catalogues_are_given_as_the_pod_half_reads_them() -> None:
    assert json.loads(made()["EOHUB_CATALOGUE_SERVER_CATALOGUES"]) == [
        {"id": "eohub", "title": "EOHub", "url": "http://127.0.0.1:8005/services/catalogue"}
    ]


def test_the_panel_is_told_where_s3_is() -> None:
    assert made()["EOHUB_CATALOGUE_SERVER_S3_URL"] == "http://127.0.0.1:8006"


def test_every_process_can_be_found_by_its_marks() -> None:
    assert (made()["EOHUB_INSTANCE"], made()["EOHUB_SERVER"]) == ("0123", "alice+big")


def test_no_variable_holds_a_key() -> None:
    assert not [name for name in made() if "SECRET" in name or "KEY" in name or "TOKEN" in name]


def test_of_the_hubs_variables_only_its_own_kind_the_kept_and_the_sites_remain() -> None:
    variables = {
        "JUPYTERHUB_API_TOKEN": "t",
        "JPY_API_TOKEN": "t",
        "PATH": "/hub/bin",
        "LANG": "de_DE.UTF-8",
        "LD_LIBRARY_PATH": "/hub/lib",
        "AWS_SECRET_ACCESS_KEY": "s",
        "SITE": "x",
    }
    assert from_hub(variables, {"SITE": "x"}) == {
        "JUPYTERHUB_API_TOKEN": "t",
        "LANG": "de_DE.UTF-8",
        "SITE": "x",
    }


@pytest.mark.parametrize("mode", [Mode.ACCOUNTS, Mode.BUBBLEWRAP])
def test_where_other_people_are_kernels_open_no_port(mode: Mode) -> None:
    assert kernel_arguments(Isolation(mode)) == ("--KernelManager.transport=ipc",)
    assert kernel_arguments(Isolation(mode), by_ports=True) == ()


@pytest.mark.parametrize("mode", [Mode.ACCOUNTS, Mode.BUBBLEWRAP])
def test_the_address_of_a_kernels_socket_is_short_enough_wherever_the_home_folder_lies(mode: Mode) -> None:
    found = temporary_folders(Isolation(mode), Path("/" + "x" * 200))
    assert found.keys() == {"JUPYTER_RUNTIME_DIR"}
    socket = f"{found['JUPYTER_RUNTIME_DIR']}/kernel-12345678-1234-1234-1234-123456789012-ipc-99"
    assert len(socket) < 108


def test_without_walls_temporary_files_are_kept_together_and_kernels_use_encrypted_ports() -> None:
    single = Isolation(Mode.SINGLE)
    assert temporary_folders(single, Path("/srv/tmp")) == {"TMPDIR": "/srv/tmp"}
    assert kernel_arguments(single) == ()
