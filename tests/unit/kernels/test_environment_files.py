"""The files of each environment: its lock, its kernel, its settings and its image."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from eohub_hub.local.environments.manifest import Known, load_manifest
from eohub_hub.local.environments.recipes import POD_HALVES

ROOT = Path(__file__).parents[3]
KERNELS = ROOT / "kernels"
BASE = KERNELS / "base"
MANIFEST = load_manifest(KERNELS)
EVERY = pytest.mark.parametrize("known", MANIFEST.environments, ids=lambda known: known.id)


def lock_of(known: Known) -> str:
    return (KERNELS / known.id / "requirements.lock").read_text("utf-8")


def locked(known: Known) -> dict[str, Version]:
    """Name and version of each requirement in the lock."""
    lines = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", lock_of(known), re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in lines}


def wanted(path: Path) -> list[Requirement]:
    """What a file of requirements wants, with what the files that it includes want."""
    found: list[Requirement] = []
    for text in path.read_text("utf-8").splitlines():
        line = text.partition("#")[0].strip()
        if line.startswith("-r "):
            found += wanted(path.parent / line.removeprefix("-r "))
        elif line:
            found.append(Requirement(line))
    return found


def of_pod_halves() -> list[Requirement]:
    """Third-party requirements of what EOHub installs into the environment without its dependencies."""
    found: list[Requirement] = []
    for name in POD_HALVES:
        path = ROOT / "extensions" / name.removeprefix("eohub_") / "pyproject.toml"
        project = tomllib.loads(path.read_text("utf-8"))["project"]
        extras = project.get("optional-dependencies", {})
        lines = [
            *project["dependencies"],
            *(each for extra in ("server", "index", "gpu") for each in extras.get(extra, [])),
        ]
        found += [each for each in map(Requirement, lines) if not each.name.startswith("eohub-")]
    return found


def kernel_of(known: Known) -> dict[str, object]:
    return json.loads((KERNELS / known.id / "kernel.json").read_text("utf-8"))


def settings(name: str) -> dict[str, dict[str, object]]:
    return json.loads((BASE / "overlay" / name).read_text("utf-8"))


def dockerfile(known: Known) -> str:
    return (KERNELS / known.id / "Dockerfile").read_text("utf-8")


def laid_files() -> list[Path]:
    return [path for path in KERNELS.glob("*/overlay/**/*") if path.is_file() and path.suffix != ".pyc"]


def test_every_folder_is_in_the_manifest_and_the_other_way_round() -> None:
    folders = {path.parent.name for path in KERNELS.glob("*/Dockerfile")}
    assert folders == set(MANIFEST.ids)


@EVERY
def test_every_locked_package_has_a_hash(known: Known) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock_of(known).strip())
    without = [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block]
    assert len(blocks) >= len(locked(known))
    assert not without


@EVERY
def test_the_lock_names_no_index_and_no_url(known: Known) -> None:
    assert "://" not in lock_of(known)
    options = r"^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)"
    assert not re.search(options, lock_of(known), re.MULTILINE)


@EVERY
def test_the_lock_satisfies_what_is_wanted(known: Known) -> None:
    found = locked(known)
    for requirement in (*wanted(KERNELS / known.id / "requirements.in"), *of_pod_halves()):
        version = found.get(canonicalize_name(requirement.name))
        assert version is not None, requirement
        assert requirement.specifier.contains(version, prereleases=True), requirement


def test_the_kernel_of_eo_stands_where_notebooks_look_for_it_and_plots_without_network() -> None:
    kernel = json.loads((KERNELS / "eo" / "kernel.json").read_text("utf-8"))
    assert kernel["display_name"] == "Earth observation (Python 3)"
    assert kernel["env"] == {"BOKEH_RESOURCES": "inline", "PANEL_INLINE": "true"}
    known = MANIFEST.known("eo")
    assert known is not None
    assert known.kernel == "python3"


@EVERY
def test_a_kernel_is_told_its_connection_and_has_a_name(known: Known) -> None:
    kernel = kernel_of(known)
    argv = kernel["argv"]
    assert isinstance(argv, list)
    assert argv.count("{connection_file}") == 1
    assert not [word for word in argv if str(word).startswith("/")]
    assert kernel["display_name"]
    assert kernel["language"]


@pytest.mark.parametrize("name", ["base", "eo"])
def test_other_accounts_of_the_machine_can_neither_listen_to_a_python_kernel_nor_attach_to_it(
    name: str,
) -> None:
    kernel = json.loads((KERNELS / name / "kernel.json").read_text("utf-8"))
    server = settings("etc/jupyter/jupyter_server_config.json")
    assert kernel["argv"][0] == "python"  # Jupyter puts its own interpreter in the place of this word
    assert server["MappingKernelManager"]["transport_encryption"] == "auto"
    assert kernel["metadata"] == {"debugger": False, "supported_encryption": ["curve"]}


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


@EVERY
def test_the_image_is_made_from_the_same_files(known: Known) -> None:
    copied = re.findall(r"^COPY (.+) \S+$", dockerfile(known), re.MULTILINE)
    named = [name for line in copied for name in line.split()]
    ours = {name for name in named if name.startswith("kernels/")}
    layers = [layer.id for layer in MANIFEST.layers(known)]
    expected = {f"kernels/{known.id}/requirements.lock", "kernels/manifest.yaml", "kernels/smoke.py"}
    expected |= {f"kernels/{layer}/overlay/" for layer in layers if (KERNELS / layer / "overlay").is_dir()}
    hidden = {layer.id for layer in MANIFEST.layers(known)[:-1] if layer.kernel == known.kernel}
    expected |= {f"kernels/{layer}/kernel.json" for layer in layers if layer not in hidden}
    expected |= {f"kernels/{known.script}"} if known.script else set()
    assert ours == expected
    assert all((ROOT / name).exists() for name in ours)
    assert {name for name in named if name.startswith("dist/")} == {f"dist/{n}-*.whl" for n in POD_HALVES}
    assert "--require-hashes" in dockerfile(known)


@EVERY
def test_the_image_puts_each_kernel_where_the_manifest_says(known: Known) -> None:
    placed = re.findall(
        r"^COPY kernels/(\S+)/kernel\.json \$\{ENVIRONMENT\}/share/jupyter/kernels/(\S+)/kernel\.json$",
        dockerfile(known), re.MULTILINE,
    )  # fmt: skip
    kernels = {each.id: each.kernel for each in MANIFEST.environments}
    assert placed
    assert all(kernels[layer] == kernel for layer, kernel in placed)


@EVERY
def test_the_image_runs_as_an_ordinary_account_and_names_its_base(known: Known) -> None:
    text = dockerfile(known)
    assert "ARG BASE=debian:trixie-slim\n" in text
    assert "FROM ${BASE}\n" in text
    assert "latest" not in text
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == ["1000"]


@EVERY
def test_an_image_whose_smoke_cells_fail_is_not_built(known: Known) -> None:
    last = dockerfile(known).partition("USER 1000")[2]
    assert f"RUN python /tmp/kernels/smoke.py /tmp/kernels/manifest.yaml {known.id}\n" in last


@EVERY
def test_a_site_can_name_its_certificates_for_the_build_only(known: Known) -> None:
    lines = dockerfile(known).splitlines()
    arguments = [lines.index(f"ARG {name}") for name in ("PIP_CERT", "SSL_CERT_FILE")]
    assert lines.index("FROM ${BASE}") < min(arguments)  # one before it would be forgotten
    assert max(arguments) < min(lines.index(line) for line in lines if line.startswith("RUN"))
    assert not [line for line in lines if line.startswith("ENV") and "CERT" in line]


def test_every_settings_file_is_json_or_python_or_the_logging_of_kotlin() -> None:
    assert {path.suffix for path in laid_files()} == {".json", ".py", ".xml"}
    for path in laid_files():
        if path.suffix == ".json":
            assert isinstance(json.loads(path.read_text("utf-8")), dict)
        elif path.suffix == ".py":
            compile(path.read_text("utf-8"), path, "exec")
        else:
            assert path.name == "logback.xml"


def test_no_settings_file_names_another_host() -> None:
    for path in (*KERNELS.glob("*/kernel.json"), *laid_files()):
        assert "://" not in path.read_text("utf-8"), path


def test_the_kotlin_kernel_opens_no_debugger_and_logs_no_cells() -> None:
    folder = KERNELS / "kotlin" / "overlay" / "share" / "jupyter" / "kernels" / "kotlin"
    assert '{"debuggerPort": ""}' in (folder / "__main__.py").read_text("utf-8")
    assert '<root level="WARN">' in (folder / "logback.xml").read_text("utf-8")
    kotlin = MANIFEST.known("kotlin")
    assert kotlin is not None
    assert kernel_of(kotlin)["argv"] == ["python", "{resource_dir}", "{connection_file}"]
