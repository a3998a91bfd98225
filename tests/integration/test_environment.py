"""Making the users' environment with the real uv, from a lock of one small package; Lab in the whole one."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from integration.local_stack import ROOT

from eohub_hub.local.environment import MARKER, Layer, Recipe, Uv, make_environment
from eohub_hub.local.errors import PartFailed, ToolMissing
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import find_tools
from eohub_hub.local.users_environment import make_users_environment
from eohub_toolkit.errors import Unavailable

EO = ROOT / "kernels" / "eo"
BASE = ROOT / "kernels" / "base"
UV = Path(shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}") or "uv")


def lock_of(name: str) -> str:
    """The lines of one package in the real lock."""
    text = (EO / "requirements.lock").read_text("utf-8")
    found = re.search(rf"^{name}==.*\n(?:    --hash=.*\n)+", text, re.MULTILINE)
    assert found is not None
    return found[0]


def wheel(folder: Path, text: str) -> Path:
    """A pure wheel `ours` whose module holds `text`."""
    path = folder / "ours-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ours.py", f"text = {text!r}\n")
        archive.writestr("ours-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: ours\nVersion: 1.0\n")
        archive.writestr(
            "ours-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("ours-1.0.dist-info/RECORD", "")
    return path


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """One locked package, one wheel of ours, the real kernel and overlay."""
    kernel = tmp_path / "kernel"
    shutil.copytree(EO / "overlay", kernel / "overlay")
    shutil.copy(EO / "kernel.json", kernel)
    (kernel / "requirements.lock").write_text(lock_of("toolz"))
    layers = (Layer(BASE, "python3"), Layer(kernel, "python3"))
    return Recipe(layers, (wheel(tmp_path, "first"),), Path(sys.executable))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the environment will be."""
    return tmp_path / "state" / "environments" / "eo"


def make(target: Path, recipe: Recipe) -> tuple[bool, list[str]]:
    said: list[str] = []
    return make_environment(target, recipe, uv=Uv(UV), report=said.append), said


def ask(target: Path, code: str) -> str:
    command = [str(target / "bin" / "python"), "-I", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def test_an_environment_has_the_lock_our_wheels_the_kernel_and_the_settings(
    target: Path, recipe: Recipe
) -> None:
    made, said = make(target, recipe)
    assert made
    assert said[-1] == "The environment for notebooks is ready"
    assert ask(target, "import ours, toolz; print(ours.text)") == "first"
    kernel = json.loads((target / "share/jupyter/kernels/python3/kernel.json").read_text())
    assert kernel["display_name"] == "Earth observation (Python 3)"
    assert (target / "share/jupyter/lab/settings/overrides.json").exists()
    assert (target / "etc/jupyter/jupyter_server_config.json").exists()


def test_modules_are_compiled_and_readable_for_other_accounts(target: Path, recipe: Recipe) -> None:
    before = os.umask(0o077)
    try:
        make(target, recipe)
    finally:
        os.umask(before)
    assert list(target.glob("lib/python3*/site-packages/toolz/__pycache__/*.pyc"))
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            wanted = 0o055 if path.is_dir() else 0o044
            assert stat.S_IMODE(path.stat().st_mode) & wanted == wanted, path


def test_files_that_other_environments_share_are_not_written_through(
    target: Path, recipe: Recipe, tmp_path: Path
) -> None:
    make(target, recipe)
    shared = tmp_path / "in-the-cache.json"
    for name in ("share/jupyter/kernels/python3/kernel.json", "etc/jupyter/jupyter_server_config.json"):
        shared.unlink(missing_ok=True)
        shared.write_text("somebody else's")
        (target / name).unlink()
        (target / name).hardlink_to(shared)
        (recipe.layers[-1].folder / "overlay" / "marker").write_text(name)
        make(target, recipe)
        assert shared.read_text() == "somebody else's"
        assert "somebody" not in (target / name).read_text()


def test_a_current_environment_is_left_alone(target: Path, recipe: Recipe) -> None:
    make(target, recipe)
    assert make(target, recipe) == (False, [])


def test_a_changed_wheel_is_installed_without_making_all_anew(
    target: Path, recipe: Recipe, tmp_path: Path
) -> None:
    make(target, recipe)
    (target / "kept").touch()
    wheel(tmp_path, "second")
    made, _ = make(target, recipe)
    assert made
    assert ask(target, "import ours; print(ours.text)") == "second"
    assert (target / "kept").exists()


def test_a_changed_lock_removes_what_it_no_longer_names(target: Path, recipe: Recipe) -> None:
    make(target, recipe)
    recipe.lock.write_text(lock_of("locket"))
    make(target, recipe)
    assert ask(target, "import locket, importlib.util as u; print(u.find_spec('toolz'))") == "None"


def test_a_half_made_environment_is_made_anew(target: Path, recipe: Recipe) -> None:
    make(target, recipe)
    (target / MARKER).unlink()
    (target / "leftover").touch()
    shutil.rmtree(next(target.glob("lib/python3*/site-packages/toolz")))
    assert make(target, recipe)[0]
    assert ask(target, "import toolz; print('whole')") == "whole"
    assert not (target / "leftover").exists()


def test_a_marker_that_holds_nonsense_is_no_marker(target: Path, recipe: Recipe) -> None:
    make(target, recipe)
    (target / MARKER).write_text("[1, 2")
    assert make(target, recipe)[0]


def test_a_package_that_is_not_the_locked_one_is_refused_and_leaves_no_marker(
    target: Path, recipe: Recipe
) -> None:
    name = recipe.lock.read_text().split()[0]
    recipe.lock.write_text(f"{name} \\\n    --hash=sha256:{'0' * 64}\n")
    with pytest.raises(PartFailed, match="could not be made"):
        make(target, recipe)
    assert not (target / MARKER).exists()


def test_without_uv_the_sentence_says_what_to_do(target: Path, recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(ToolMissing) as caught:
        make_environment(target, recipe, uv=Uv(tmp_path / "none"), report=print)
    assert "make build" in (caught.value.hint or "")


def test_without_the_package_index_the_sentence_says_so(target: Path, recipe: Recipe, tmp_path: Path) -> None:
    offline = tmp_path / "uv"
    cache = tmp_path / "empty-cache"
    offline.write_text(
        f"#!/bin/sh\nexport UV_CACHE_DIR={cache} UV_HTTP_RETRIES=0\n"
        f"export UV_DEFAULT_INDEX=http://127.0.0.1:9/simple\n"
        f'exec {UV} "$@"\n'
    )
    offline.chmod(0o755)
    with pytest.raises(Unavailable, match="could not be downloaded"):
        make_environment(target, recipe, uv=Uv(offline), report=print)


def test_jupyterlab_in_the_whole_environment_has_the_catalogue_enabled(tmp_path: Path) -> None:
    state = StateFolder(
        ROOT / "artifacts" / "stack"
    )  # which the tests of the stack share: making it takes minutes
    make_users_environment(state, find_tools(), print)
    listed = subprocess.run(
        [str(state.environment / "bin" / "jupyter"), "labextension", "list"],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    text = re.sub(r"\x1b\[\d*m", "", listed.stdout + listed.stderr)
    assert re.search(r"@eohub/catalogue v[\d.]+ enabled OK", text), text
    disabled = text.partition("Disabled extensions:")[2].split()
    assert sorted(disabled) == [
        "@jupyterlab/apputils-extension:announcements",
        "@jupyterlab/extensionmanager-extension:plugin",
    ]


def test_the_smoke_test_ends_with_one_sentence_where_a_package_is_missing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(EO / "smoke_test.py")],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "The environment does not work: boto3 cannot be imported "
        "(ModuleNotFoundError: No module named 'boto3').\n"
    )
