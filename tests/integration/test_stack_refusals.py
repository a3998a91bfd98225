"""What keeps `eohub up` from starting: one sentence that says what to do, exit code 1, nothing half-made."""

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.small_disk import small_disk
from integration.local_stack import LocalStack, free_ports

from eohub_hub.local.ports import Ports
from eohub_hub.local.state import STATE_VERSION, StateFolder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a file system needs root")

AS_ANYBODY = () if os.geteuid() != 0 else ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Root itself may write anywhere; without these two rights it is like anybody else."""


@pytest.fixture
def stack(tmp_path: Path) -> LocalStack:
    return LocalStack(StateFolder(tmp_path / "state"))


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "read-only", "ro") as folder:
        yield folder


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "tiny", "size=64k") as folder:
        yield folder


def refusal_of(stack: LocalStack, *, command: str = "up") -> str:
    found = stack.eohub(command)
    assert found.returncode == 1, found.stdout
    assert found.stderr == ""
    assert found.stdout.count("\n") == 1, found.stdout
    return found.stdout.strip()


def test_a_port_that_was_set_and_is_taken_is_named_with_its_program(stack: LocalStack, listener: int) -> None:
    stack.ports = replace(stack.ports, catalogue=listener)
    sentence = refusal_of(stack)
    assert f"Port {listener}, which catalogue needs, is taken by" in sentence
    assert f"(process {os.getpid()})" in sentence
    assert "EOHUB_LOCAL_CATALOGUE_PORT" in sentence
    assert not stack.state.root.exists()


def test_doctor_says_the_same_and_leaves_nothing(stack: LocalStack, listener: int) -> None:
    stack.ports = replace(stack.ports, storage=listener)
    found = stack.eohub("doctor")
    assert found.returncode == 1
    assert f"Port {listener}" in found.stdout
    assert not stack.state.root.exists()


def test_a_misspelt_setting_is_named_with_what_was_meant(stack: LocalStack) -> None:
    stack.settings = {"EOHUB_LOCAL_PUBLICPORT": "9000"}
    sentence = refusal_of(stack)
    assert "EOHUB_LOCAL_PUBLICPORT" in sentence
    assert "EOHUB_LOCAL_PUBLIC_PORT" in sentence
    assert not stack.state.root.exists()


@pytest.mark.parametrize(
    ("variable", "value"),
    [("EOHUB_HUB_ADMIN_GROUP", '["ops"]'), ("EOHUB_HUB_ADMIN_GROUPS", "ops"), ("EOHUB_HUB_ISSUER", "sso")],
)
def test_a_setting_that_the_hub_could_not_use_is_named(stack: LocalStack, variable: str, value: str) -> None:
    stack.settings = {variable: value}
    assert variable in refusal_of(stack)
    assert variable in stack.eohub("doctor").stdout
    assert not stack.state.root.exists()


def test_a_policy_that_the_hub_could_not_use_is_named_with_file_and_line(
    stack: LocalStack, tmp_path: Path
) -> None:
    (tmp_path / "policy" / "profiles").mkdir(parents=True)
    (tmp_path / "policy" / "profiles" / "small.yaml").write_text("name: small\nmemroy: 4 GiB\n")
    stack.settings = {"EOHUB_HUB_POLICY_FOLDER": str(tmp_path / "policy")}
    sentence = refusal_of(stack)
    assert f"{tmp_path}/policy/policy.yaml" in sentence
    assert "eohub doctor" in sentence
    told = "".join(stack.eohub("doctor").stdout.split())
    for word in ("policy.yaml", "small.yaml:1:cpu", "small.yaml:2:memroy"):
        assert word in told
    assert not stack.state.root.exists()


@pytest.mark.parametrize("port", ["0", "80", "65536", "eight", "-1"])
def test_a_port_that_is_none_is_refused(stack: LocalStack, port: str) -> None:
    stack.settings = {"EOHUB_LOCAL_HUB_PORT": port}
    assert "EOHUB_LOCAL_HUB_PORT" in refusal_of(stack)


def test_a_state_folder_of_a_newer_version_is_left_untouched(stack: LocalStack) -> None:
    stack.state.root.mkdir(mode=0o755)
    (stack.state.root / "version.json").write_text(json.dumps({"state_version": STATE_VERSION + 1}))
    before = (list(stack.state.root.iterdir()), stack.state.root.stat().st_mode)
    sentence = refusal_of(stack)
    assert "newer EOHub" in sentence
    assert "EOHUB_STATE_DIR" in sentence
    assert (list(stack.state.root.iterdir()), stack.state.root.stat().st_mode) == before
    assert "newer EOHub" in refusal_of(stack, command="down")


def test_a_state_folder_that_is_a_file_is_refused(stack: LocalStack) -> None:
    stack.state.root.write_text("mine")
    assert "EOHUB_STATE_DIR" in refusal_of(stack)
    assert stack.state.root.read_text() == "mine"


def test_without_a_state_folder_down_has_nothing_to_do(stack: LocalStack) -> None:
    found = stack.eohub("down")
    assert (found.returncode, found.stdout.count("\n")) == (0, 1)
    assert not stack.state.root.exists()


def test_without_a_state_folder_status_says_so(stack: LocalStack) -> None:
    assert "does not run" in refusal_of(stack, command="status")
    assert not stack.state.root.exists()


@as_root
def test_a_read_only_disk_is_one_sentence(read_only: Path) -> None:
    sentence = refusal_of(LocalStack(StateFolder(read_only / "state")))
    assert "The disk is read-only" in sentence
    assert "EOHUB_STATE_DIR" in sentence


@as_root
def test_a_full_disk_is_one_sentence_and_nothing_is_made(tiny: Path) -> None:
    sentence = refusal_of(LocalStack(StateFolder(tiny / "state")))
    assert "MiB free, and this start needs" in sentence
    assert list(tiny.iterdir()) == []


def test_a_folder_of_somebody_else_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir(mode=0o555)
    stack = LocalStack(StateFolder(tmp_path / "theirs" / "state"), through=AS_ANYBODY)
    assert "cannot be written" in refusal_of(stack)


def test_defaults_that_are_taken_move_and_what_was_set_stays() -> None:
    ports = free_ports()
    assert len(set(vars(ports).values())) == len(vars(Ports()))


def test_an_unknown_command_is_told_which_there_are(stack: LocalStack) -> None:
    found = stack.eohub("start")
    assert found.returncode == 2
    for command in ("up", "down", "status", "doctor"):
        assert command in found.stderr
