import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from eohub_hub.local.doctor import (
    FIRST_PYTHON_TOO_NEW,
    OLDEST_PYTHON,
    Check,
    examine,
    examine_file,
    first_fault,
    free_mebibytes,
    mode_faults,
    python_faults,
)
from eohub_hub.local.environment import MARKER
from eohub_hub.local.errors import DiskTrouble, NewerState, ToolMissing
from eohub_hub.local.settings import LocalSettings
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import PROJECT, Tools, find_tools


@pytest.fixture
def settings(tmp_path: Path) -> LocalSettings:
    return LocalSettings(state_folder=tmp_path / "state")


def checks_of(
    settings: LocalSettings, tools: Tools | None = None, environ: Mapping[str, str] | None = None
) -> dict[str, Check]:
    found = examine(settings, tools or find_tools(), environ or {}, running=True)
    return {check.title: check for check in found}


def test_looking_leaves_nothing_behind(settings: LocalSettings) -> None:
    checks_of(settings)
    assert not settings.state_folder.exists()


def test_a_new_folder_is_fine_and_its_environment_yet_to_be_made(settings: LocalSettings) -> None:
    checks = checks_of(settings)
    for title in ("Python", "Hub packages", "State folder", "Hub settings", "User environment"):
        assert checks[title].faults == (), title
    assert checks["User environment"].note == "made at the next start"


def test_ports_are_left_out_while_our_own_stack_holds_them(settings: LocalSettings) -> None:
    assert "Ports" not in checks_of(settings)


def test_a_missing_program_is_told(settings: LocalSettings, tmp_path: Path) -> None:
    (fault, *others) = checks_of(settings, find_tools(tmp_path))["Programs"].faults
    assert isinstance(fault, ToolMissing)
    assert len(others) == 1


def test_an_environment_with_an_old_server_is_told(settings: LocalSettings) -> None:
    packages = settings.state_folder / "environments" / "eo" / "lib" / "python3.12" / "site-packages"
    for name, version in (("jupyter_server", "2.19.0"), ("jupyterlab", "4.6.2")):
        folder = packages / f"{name}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (settings.state_folder / "environments" / "eo" / MARKER).write_text("{}")
    check = checks_of(settings)["User environment"]
    assert [fault.detail.split(" has ")[0] for fault in check.faults] == ["jupyter-server 2.19.0"]
    assert "jupyterlab 4.6.2" in check.note


def test_what_a_site_has_added_to_the_environment_has_a_floor_too(settings: LocalSettings) -> None:
    packages = settings.state_folder / "environments" / "eo" / "lib" / "python3.12" / "site-packages"
    for name, version in (
        ("jupyter_server", "2.20"),
        ("jupyterlab", "4.6.2"),
        ("jupyter_server_proxy", "4.1"),
    ):
        folder = packages / f"{name}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (settings.state_folder / "environments" / "eo" / MARKER).write_text("{}")
    faults = checks_of(settings)["User environment"].faults
    assert [fault.detail.split(" has ")[0] for fault in faults] == ["jupyter-server-proxy 4.1"]


def test_an_environment_that_is_half_made_is_no_fault(settings: LocalSettings) -> None:
    (settings.state_folder / "environments" / "eo" / "bin").mkdir(parents=True)
    check = checks_of(settings)["User environment"]
    assert (check.faults, check.note) == ((), "made at the next start")


def test_a_newer_state_is_told(settings: LocalSettings) -> None:
    settings.state_folder.mkdir()
    (settings.state_folder / "version.json").write_text(json.dumps({"state_version": 99}))
    (fault,) = checks_of(settings)["State folder"].faults
    assert isinstance(fault, NewerState)


@pytest.mark.parametrize("what", ["newer", "file", "settings"])
def test_what_no_installing_can_mend_is_told_before_what_is_not_installed(
    settings: LocalSettings, tmp_path: Path, what: str
) -> None:
    environ: dict[str, str] = {}
    if what == "newer":
        settings.state_folder.mkdir()
        (settings.state_folder / "version.json").write_text(json.dumps({"state_version": 99}))
    elif what == "file":
        settings.state_folder.write_text("")
    else:
        environ = {"EOHUB_HUB_ISUER": "http://127.0.0.1:1"}
    checks = examine(settings, find_tools(tmp_path), environ, running=True)
    assert any(check.faults for check in checks if check.title == "Programs")
    assert not isinstance(first_fault(checks), ToolMissing)


@pytest.mark.parametrize(
    ("version", "fine"),
    [((3, 11), False), ((3, 12), True), ((3, 13), True), ((3, 14), False), ((4, 0), False)],
)
def test_the_doctor_takes_the_versions_of_python_that_make_takes(
    version: tuple[int, int], fine: bool
) -> None:
    assert (python_faults(version) == []) is fine
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    assert f"{OLDEST_PYTHON} <= sys.version_info < {FIRST_PYTHON_TOO_NEW}" in makefile
    for guide in ("README.md", "docs/operators/one-machine.md"):
        assert "Python 3.12 or 3.13" in (PROJECT / guide).read_text("utf-8"), guide
    if not fine:
        assert "Python 3.12 or 3.13" in str(python_faults(version)[0].hint)


def test_a_file_in_the_place_of_the_folder_is_told(settings: LocalSettings) -> None:
    settings.state_folder.write_text("")
    (fault,) = checks_of(settings)["State folder"].faults
    assert isinstance(fault, DiskTrouble)


def test_a_folder_below_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (fault,) = checks_of(LocalSettings(state_folder=tmp_path / "file" / "state"))["State folder"].faults
    assert isinstance(fault, DiskTrouble)
    assert str(tmp_path / "file") in fault.detail


def test_free_space_is_that_of_the_nearest_folder_that_exists(tmp_path: Path) -> None:
    assert free_mebibytes(tmp_path / "not" / "yet") == pytest.approx(free_mebibytes(tmp_path), abs=100)


def test_the_first_fault_is_the_one_that_matters_most() -> None:
    first, second = ToolMissing("a"), ToolMissing("b")
    assert first_fault([Check("x", ()), Check("y", (first, second))]) is first
    assert first_fault([Check("x", ())]) is None


def test_what_others_can_read_is_told_with_the_command_that_mends_it(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state")
    state.prepare()
    (state.secrets / "crypt_key").write_text("x")
    (state.secrets / "crypt_key").chmod(0o600)
    assert mode_faults(state) == []
    (state.secrets / "crypt_key").chmod(0o644)
    (state.root / "hub" / "jupyterhub.sqlite").touch(mode=0o644)
    faults = mode_faults(state)
    assert [fault.detail.rpartition("/")[2] for fault in faults] == [
        "crypt_key can be read by others.",
        "jupyterhub.sqlite can be read by others.",
    ]
    assert "chmod go=" in (faults[0].hint or "")


def test_a_configuration_of_ones_own_is_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "jupyterhub_config.py"
    file.write_text("c.JupyterHub.authenticator_class = 'dummy'\nc.KubeSpawner.privileged = True\n")
    packages, configuration = examine_file(file, {})
    assert packages.faults == ()
    assert len(configuration.faults) == 2
    file.write_text("raise SystemExit(3)")
    assert "cannot be loaded" in examine_file(file, {})[1].faults[0].detail


def test_a_check_can_be_read_by_a_program(tmp_path: Path) -> None:
    fault = DiskTrouble("Full.", hint="Make room.")
    assert Check("Disk", (fault,), "0 GiB").as_fields() == {
        "title": "Disk", "ok": False, "note": "0 GiB", "faults": [{"detail": "Full.", "hint": "Make room."}],
    }  # fmt: skip
