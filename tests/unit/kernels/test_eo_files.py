"""The files of the "Earth observation" environment: its lock, its kernel and its settings."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[3]
EO = ROOT / "kernels" / "eo"
OVERLAY = EO / "overlay"
POD_HALVES = ("toolkit", "storage", "catalogue")


def locked() -> dict[str, Version]:
    """Name and version of each requirement in the lock."""
    lines = re.findall(
        r"^([A-Za-z0-9._-]+)==(\S+)", (EO / "requirements.lock").read_text("utf-8"), re.MULTILINE
    )
    return {canonicalize_name(name): Version(version) for name, version in lines}


def wanted() -> list[Requirement]:
    lines = (
        line.partition("#")[0].strip() for line in (EO / "requirements.in").read_text("utf-8").splitlines()
    )
    return [Requirement(line) for line in lines if line]


def of_pod_halves() -> list[Requirement]:
    """Third-party requirements of what EOHub installs into the environment without its dependencies."""
    found: list[Requirement] = []
    for name in POD_HALVES:
        project = tomllib.loads((ROOT / "extensions" / name / "pyproject.toml").read_text("utf-8"))["project"]
        lines = [*project["dependencies"], *project.get("optional-dependencies", {}).get("server", [])]
        found += [each for each in map(Requirement, lines) if not each.name.startswith("eohub-")]
    return found


def settings(name: str) -> dict[str, dict[str, object]]:
    return json.loads((OVERLAY / name).read_text("utf-8"))


def test_every_locked_package_has_a_hash() -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", (EO / "requirements.lock").read_text("utf-8").strip())
    without = [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block]
    assert len(blocks) == len(locked())
    assert not without


def test_the_lock_names_no_index_and_no_url() -> None:
    text = (EO / "requirements.lock").read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)", text, re.MULTILINE)


@pytest.mark.parametrize("requirement", [*wanted(), *of_pod_halves()], ids=str)
def test_the_lock_satisfies_what_is_wanted(requirement: Requirement) -> None:
    version = locked().get(canonicalize_name(requirement.name))
    assert version is not None
    assert requirement.specifier.contains(version)


def test_the_kernel_stands_where_notebooks_look_for_it_and_plots_without_network() -> None:
    kernel = json.loads((EO / "kernel.json").read_text("utf-8"))
    assert kernel["argv"][0] == "python"  # Jupyter puts its own interpreter in the place of this word
    assert kernel["display_name"] == "Earth observation (Python 3)"
    assert kernel["env"] == {"BOKEH_RESOURCES": "inline", "PANEL_INLINE": "true"}


def test_jupyterlab_asks_no_host_for_news_updates_or_extensions() -> None:
    server = settings("etc/jupyter/jupyter_server_config.json")
    assert server["LabApp"] == {
        "news_url": None,
        "check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "extension_manager": "readonly",
    }
    disabled = settings("etc/jupyter/labconfig/page_config.json")["disabledExtensions"]
    assert disabled["@jupyterlab/apputils-extension:announcements"] is True
    assert disabled["@jupyterlab/extensionmanager-extension:plugin"] is True


def test_a_notebook_from_elsewhere_cannot_put_commands_behind_its_links() -> None:
    overrides = settings("share/jupyter/lab/settings/overrides.json")
    assert overrides["@jupyterlab/apputils-extension:sanitizer"]["allowCommandLinker"] is False


def test_other_accounts_of_the_machine_cannot_listen_to_a_kernel() -> None:
    kernel = json.loads((EO / "kernel.json").read_text("utf-8"))
    server = settings("etc/jupyter/jupyter_server_config.json")
    assert server["MappingKernelManager"]["transport_encryption"] == "auto"
    assert kernel["metadata"]["supported_encryption"] == ["curve"]


def test_no_debugger_that_any_account_could_attach_to_is_offered() -> None:
    kernel = json.loads((EO / "kernel.json").read_text("utf-8"))
    assert kernel["metadata"]["debugger"] is False


def test_the_image_is_made_from_the_same_files() -> None:
    dockerfile = (EO / "Dockerfile").read_text("utf-8")
    copied = re.findall(r"^COPY (.+) \S+$", dockerfile, re.MULTILINE)
    named = [name for line in copied for name in line.split()]
    ours = {name for name in named if name.startswith("kernels/")}
    assert ours == {
        f"kernels/eo/{name}" for name in ("requirements.lock", "overlay/", "kernel.json", "smoke_test.py")
    }
    assert all((ROOT / name).exists() for name in ours)
    assert {name for name in named if name.startswith("dist/")} == {
        f"dist/eohub_{n}-*.whl" for n in POD_HALVES
    }
    assert "--require-hashes" in dockerfile
    assert dockerfile.index("USER scientist") < dockerfile.index("python /tmp/eo/smoke_test.py")


def test_the_image_runs_as_an_ordinary_account_and_names_its_base() -> None:
    dockerfile = (EO / "Dockerfile").read_text("utf-8")
    assert "ARG BASE=debian:trixie-slim\nFROM ${BASE}\n" in dockerfile
    assert "latest" not in dockerfile
    assert "--uid 1000" in dockerfile
    assert re.findall(r"^USER (.+)$", dockerfile, re.MULTILINE) == ["scientist"]


def test_a_site_can_name_its_certificates_for_the_build_only() -> None:
    lines = (EO / "Dockerfile").read_text("utf-8").splitlines()
    arguments = [lines.index(f"ARG {name}") for name in ("PIP_CERT", "SSL_CERT_FILE")]
    assert lines.index("FROM ${BASE}") < min(arguments)  # one before it would be forgotten
    assert max(arguments) < min(lines.index(line) for line in lines if line.startswith("RUN"))
    assert not [line for line in lines if line.startswith("ENV") and "CERT" in line]


def test_every_settings_file_is_json_or_python() -> None:
    files = [path for path in OVERLAY.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".json", ".py"}
    for path in files:
        if path.suffix == ".json":
            assert isinstance(json.loads(path.read_text("utf-8")), dict)
        else:
            compile(path.read_text("utf-8"), path, "exec")


def test_no_settings_file_names_another_host() -> None:
    for path in (EO / "kernel.json", *OVERLAY.rglob("*.*")):
        if path.is_file():
            assert "://" not in path.read_text("utf-8"), path
