"""What each environment is made of in a checkout."""

from pathlib import Path

import pytest

from eohub_hub.local.environments.manifest import load_manifest
from eohub_hub.local.environments.recipes import POD_HALVES, recipe_of, wheels
from eohub_hub.local.errors import ToolMissing
from eohub_hub.local.tools import PROJECT

MANIFEST = load_manifest(PROJECT / "kernels")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "dist").mkdir()
    for name in (*POD_HALVES, "eohub_hub", "eohub_profiles"):
        (tmp_path / "dist" / f"{name}-0.1.0-py3-none-any.whl").write_text(name)
    return tmp_path


def test_only_the_halves_that_run_in_a_server_are_installed(project: Path) -> None:
    assert [wheel.name.partition("-")[0] for wheel in wheels(project)] == list(POD_HALVES)


def test_a_layer_brings_its_kernel_and_the_last_one_the_lock(project: Path) -> None:
    known = MANIFEST.known("polyglot")
    assert known is not None
    recipe = recipe_of(known, MANIFEST, project)
    assert [(layer.folder.name, layer.name) for layer in recipe.layers] == [
        ("base", "python3"),
        ("r", "ir"),
        ("polyglot", "sos"),
    ]
    assert recipe.lock == project / "kernels" / "polyglot" / "requirements.lock"


def test_of_two_versions_one_is_taken(project: Path) -> None:
    (project / "dist" / "eohub_storage-0.2.0-py3-none-any.whl").write_text("newer")
    assert [wheel.name for wheel in wheels(project) if "storage" in wheel.name] == [
        "eohub_storage-0.2.0-py3-none-any.whl"
    ]


def test_a_wheel_that_was_not_built_is_one_sentence(project: Path) -> None:
    (project / "dist" / "eohub_catalogue-0.1.0-py3-none-any.whl").unlink()
    with pytest.raises(ToolMissing) as caught:
        wheels(project)
    assert caught.value.hint == "Run `make build`."
