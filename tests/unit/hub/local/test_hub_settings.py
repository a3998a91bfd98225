"""What the hub would stumble over is told before it starts."""

import shutil
from pathlib import Path

import pytest

from eohub_hub.local.errors import BrokenState
from eohub_hub.local.hub_settings import hub_setting_faults
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import PROJECT
from eohub_toolkit.errors import EohubError
from eohub_toolkit.settings import SettingsError


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state")


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A copy of the checkout's policy, to be spoilt."""
    folder = tmp_path / "policy"
    folder.mkdir()
    shutil.copy(PROJECT / "spawner_profiles" / "policy.yaml", folder)
    shutil.copytree(PROJECT / "spawner_profiles" / "profiles", folder / "profiles")
    return folder


def faults_of(state: StateFolder, **environ: str) -> list[EohubError]:
    return hub_setting_faults(environ, state)


def test_the_stack_s_own_settings_are_right_before_the_first_start(state: StateFolder) -> None:
    assert faults_of(state) == []
    assert not state.root.exists()


def test_the_checkout_s_policy_elsewhere_is_right(state: StateFolder, policy: Path) -> None:
    assert faults_of(state, EOHUB_HUB_POLICY_FOLDER=str(policy)) == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("EOHUB_HUB_ISUER", "http://127.0.0.1:1"),
        ("EOHUB_HUB_ISSUER", "sso.example.org"),
        ("EOHUB_HUB_ADMIN_GROUPS", "platform/admin"),
        ("EOHUB_HUB_ADMIN_GROUPS", '["platform//admin"]'),
        ("EOHUB_HUB_CONCURRENT_SPAWNS", "0"),
        ("EOHUB_HUB_S3_URL", "s3://climate"),
    ],
)
def test_a_wrong_or_misspelt_setting_is_told_with_its_name(
    state: StateFolder, variable: str, value: str
) -> None:
    (fault,) = faults_of(state, **{variable: value})
    assert isinstance(fault, SettingsError)
    assert variable in fault.detail


@pytest.mark.parametrize(
    ("file", "text", "where"),
    [
        ("profiles/small.yaml", "name: small\n", "profiles/small.yaml:1: "),
        ("profiles/small.yaml", "\t", "profiles/small.yaml:1: "),
        ("profiles/small.yaml", "\xff", "profiles/small.yaml"),
        ("policy.yaml", "", "policy.yaml"),
        ("policy.yaml", None, "policy.yaml"),
        ("profiles/extra.yml", "name: x\n", "profiles/extra.yml"),
    ],
)
def test_a_policy_that_cannot_be_used_is_told_with_file_and_line(
    state: StateFolder, policy: Path, file: str, text: str | None, where: str
) -> None:
    if text is None:
        (policy / file).unlink()
    else:
        (policy / file).write_text(text, "latin-1")
    first, *others = faults_of(state, EOHUB_HUB_POLICY_FOLDER=str(policy))
    assert isinstance(first, BrokenState)
    assert first.detail.startswith(f"{policy}/{where}")
    assert "\n" not in f"{first.detail}{first.hint}"
    assert ("eohub doctor" in (first.hint or "")) == bool(others)


@pytest.mark.parametrize("folder", ["", "nothing", "policy/policy.yaml"])
def test_a_folder_without_a_policy_is_told(
    state: StateFolder, policy: Path, tmp_path: Path, folder: str
) -> None:
    given = str(tmp_path / folder)
    faults = faults_of(state, EOHUB_HUB_POLICY_FOLDER=given)
    assert faults
    assert all(fault.detail.startswith(given) for fault in faults)


def test_an_environment_that_this_machine_does_not_have_is_told(state: StateFolder, policy: Path) -> None:
    text = (policy / "policy.yaml").read_text()
    (policy / "policy.yaml").write_text(text.replace("id: eo", "id: deep-learning"))
    (fault,) = faults_of(state, EOHUB_HUB_POLICY_FOLDER=str(policy))
    assert "'deep-learning'" in fault.detail


@pytest.mark.parametrize(("content", "word"), [(None, "No such file"), (b"", "empty"), (b"\xff", "not text")])
def test_a_secret_of_the_site_that_cannot_be_read_is_told(
    state: StateFolder, tmp_path: Path, content: bytes | None, word: str
) -> None:
    path = tmp_path / "client-secret"
    if content is not None:
        path.write_bytes(content)
    (fault,) = faults_of(state, EOHUB_HUB_CLIENT_SECRET_FILE=str(path))
    assert word in fault.detail
    assert "EOHUB_HUB_CLIENT_SECRET_FILE" in (fault.hint or "")
