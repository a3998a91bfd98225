"""The AWS configuration file of a user's server, read the way SDKs read it."""

from pathlib import Path

import pytest
from botocore.compat import compat_shell_split
from botocore.configloader import load_config
from fakes.audit_log import FakeAudit
from fakes.fixed_policy import FixedPolicy
from fakes.spawner_people import FakePeople

from eohub_hub.isolation.limits import Bound, Machine
from eohub_hub.isolation.order import Mode
from eohub_hub.isolation.probe import Walls
from eohub_hub.isolation.walls import Isolation
from eohub_hub.spawner.aws_config import aws_config_text
from eohub_hub.spawner.files import ServerFiles
from eohub_hub.spawner.settings import Site, SpawnerSettings
from eohub_profiles.model import Environment, Policy, Profile, Tier

COMMAND = "/opt/eo/bin/eohub-credentials"


def read(folder: Path, text: str) -> dict[str, object]:
    """The default profile as botocore understands it."""
    (folder / "config").write_text(text)
    profiles = load_config(str(folder / "config"))["profiles"]
    assert profiles.keys() == {"default"}
    return profiles["default"]


def site(state: Path) -> Site:
    small = {"name": "small", "title": "Small", "cpu": 1, "memory": "1 GiB", "price": "0.04 EUR/h"}
    policy = Policy(
        support="desk", tiers=(Tier(name="free", title="the free tier", servers_per_user=1),),
        environments=(Environment(id="eo", title="Earth"),),
        profiles=(Profile.model_validate(small),),
    )  # fmt: skip
    settings = SpawnerSettings(
        state=state, instance="0", environments={"eo": state / "environments" / "eo"},
        people=FakePeople("alice"), s3_url="http://127.0.0.1:8006", s3_region="eohub-local",
        storage_url="http://127.0.0.1:8004",
    )  # fmt: skip
    machine = Machine(Bound.NOTHING, Bound.NOTHING, ())
    return Site(
        settings, FixedPolicy(policy), FakeAudit(), Walls(state, 70_000), Isolation(Mode.SINGLE), machine
    )


def test_it_says_where_s3_is_and_which_command_gives_keys_and_nothing_else(tmp_path: Path) -> None:
    assert read(tmp_path, aws_config_text("http://127.0.0.1:8006", "eohub-local", COMMAND)) == {
        "endpoint_url": "http://127.0.0.1:8006",
        "region": "eohub-local",
        "credential_process": COMMAND,
        "s3": {"addressing_style": "path"},
    }


@pytest.mark.parametrize(
    "name", ["a b", "it's", 'a"b', "a;b", "é", "a # b", "$HOME", "a\\b", "100%", "a=b", "[default]"]
)
def test_a_servers_file_names_its_own_program_wherever_the_state_folder_lies(
    tmp_path: Path, name: str
) -> None:
    state = tmp_path / name
    files = ServerFiles(site(state), "alice", "")
    folders = files.folders("eo")
    files.prepare(folders, 1)
    found = read(tmp_path, (folders.facts / "aws-config").read_text())
    program = str(state / "environments" / "eo" / "bin" / "eohub-credentials")
    assert compat_shell_split(str(found["credential_process"])) == [program]
    assert found["endpoint_url"] == "http://127.0.0.1:8006"


def test_no_key_is_in_it() -> None:
    text = aws_config_text("http://127.0.0.1:8006", "eohub-local", COMMAND)
    assert "key" not in text
    assert "token" not in text
