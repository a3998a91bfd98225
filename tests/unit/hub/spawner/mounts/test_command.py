"""The rclone that mounts: what it may do, and for whom."""

from pathlib import Path

import pytest

from eohub_hub.spawner.mounts.command import Access, mount_command, mount_environment
from eohub_profiles.decision import MountPlan

READ = MountPlan("climate", "Climate", "climate", "", read_only=True)
WRITE = MountPlan("mine", "Mine", "users", "alice/", read_only=False)


def command(plan: MountPlan, *, others: bool = True) -> tuple[str, ...]:
    return mount_command(Path("rclone"), plan, Path("point"), Path("cache"), Access(70_001, others))


def test_a_bucket_and_a_prefix_are_mounted_whole() -> None:
    assert command(READ)[2:4] == ("data:climate/", "point")
    assert command(WRITE)[2] == "data:users/alice/"


def test_read_only_is_said_to_rclone_and_nothing_is_kept_for_writing() -> None:
    assert {"--read-only", "--vfs-cache-mode=off"} <= set(command(READ))
    assert "--read-only" not in command(WRITE)
    assert "--vfs-cache-mode=writes" in command(WRITE)


@pytest.mark.parametrize("plan", [READ, WRITE])
def test_files_belong_to_the_person_alone(plan: MountPlan) -> None:
    assert {"--uid=70001", "--gid=70001", "--umask=077"} <= set(command(plan))


@pytest.mark.parametrize("plan", [READ, WRITE])
def test_others_are_let_in_only_where_the_kernel_checks_whose_the_files_are(plan: MountPlan) -> None:
    assert {"--allow-other", "--default-permissions"} <= set(command(plan))
    assert "--allow-other" not in command(plan, others=False)


def test_what_tells_of_the_mount_listens_on_no_port() -> None:
    assert "--rc-addr=unix://rc.sock" in command(WRITE)


def test_no_key_stands_in_the_environment() -> None:
    found = mount_environment("http://127.0.0.1:8006", "here", Path("aws"), Path("home"))
    assert found["RCLONE_CONFIG_DATA_ENV_AUTH"] == "true"
    assert found["AWS_CONFIG_FILE"] == "aws"
    assert not any("KEY" in name or "TOKEN" in name for name in found)
