from pathlib import Path

import pytest

from eohub_hub.local.hub_process import how_it_ended, hub_environment
from eohub_hub.local.ports import Ports
from eohub_hub.local.services import Addresses
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import find_tools
from eohub_hub.settings import HubSettings
from eohub_toolkit.settings import load


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path)
    folder.prepare()
    return folder


def environment_of(state: StateFolder, **environ: str) -> dict[str, str]:
    return hub_environment(environ, state, Addresses(Ports()), find_tools())


def test_the_hub_s_settings_are_complete_and_point_into_this_stack(state: StateFolder) -> None:
    settings = load(HubSettings, environment_of(state))
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.issuer == "http://127.0.0.1:8003"
    assert settings.storage_url == "http://127.0.0.1:8004/services/storage"
    assert settings.s3_url == "http://127.0.0.1:8006"
    assert settings.state_folder == state.root
    assert settings.people_database_url == f"sqlite:///{state.root}/hub/people.sqlite"


def test_a_person_may_override_what_the_hub_is_told(state: StateFolder) -> None:
    found = environment_of(state, EOHUB_HUB_ADMIN_GROUPS='["ops"]', EOHUB_HUB_POLICY_FOLDER="/site")
    settings = load(HubSettings, found)
    assert settings.admin_groups == {"ops"}
    assert settings.policy_folder == Path("/site")


def test_nobody_can_override_which_stack_it_belongs_to(state: StateFolder) -> None:
    found = environment_of(state, EOHUB_STATE_DIR="/elsewhere", EOHUB_INSTANCE="forged")
    assert found["EOHUB_STATE_DIR"] == str(state.root)
    assert found["EOHUB_INSTANCE"] == state.instance


def test_nothing_else_of_a_shell_leaks_in(state: StateFolder) -> None:
    shell = {
        "HTTP_PROXY": "http://proxy",
        "PYTHONPATH": "/mine",
        "AWS_SECRET_ACCESS_KEY": "mine",
        "JUPYTERHUB_CRYPT_KEY": "mine",
        "PATH": "/mine",
        "LANG": "C.UTF-8",
        "HOME": "/somebody",
    }
    found = environment_of(state, **shell)
    assert found["PATH"].split(":")[0] == str(find_tools().python.parent)
    assert "mine" not in "".join(found.values()).replace("somebody", "")
    assert "HTTP_PROXY" not in found
    assert (found["LANG"], found["HOME"]) == ("C.UTF-8", "/somebody")


@pytest.mark.parametrize(
    ("returncode", "words"),
    [(-9, "was killed by signal 9"), (-15, "was killed by signal 15"), (1, "ended with exit code 1")],
)
def test_an_end_is_told_in_words(returncode: int, words: str) -> None:
    assert how_it_ended(returncode) == words
