"""What is done with an environment that is found; uv is never there, so that nothing is started."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from eohub_hub.local import environment
from eohub_hub.local.environment import MARKER, Layer, Recipe, Uv, make_environment
from eohub_hub.local.errors import DiskTrouble, PartFailed, ToolMissing
from eohub_toolkit.errors import EohubError, Unavailable

ANEW = "Making the environment for notebooks"
IN_PLACE = "Installing 1 locked packages (the first time up to 300 MB are downloaded)"


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """A kernel folder with one locked package and one setting, and one wheel."""
    kernel = tmp_path / "kernel"
    (kernel / "overlay" / "etc").mkdir(parents=True)
    (kernel / "overlay" / "etc" / "settings.json").write_text("{}")
    (kernel / "requirements.lock").write_text("one==1 \\\n    --hash=sha256:00\n")
    (kernel / "kernel.json").write_text("{}")
    wheel = tmp_path / "ours-1-py3-none-any.whl"
    wheel.write_bytes(b"ours")
    return Recipe((Layer(kernel, "python3"),), (wheel,), tmp_path / "python3.12")


@pytest.fixture
def target(tmp_path: Path, recipe: Recipe) -> Path:
    """An environment that is current."""
    folder = tmp_path / "environments" / "eo"
    folder.mkdir(parents=True)
    found = {"base": recipe.base(folder), "content": recipe.content()}
    (folder / MARKER).write_text(json.dumps(found))
    return folder


def first_step(target: Path, recipe: Recipe) -> str:
    """The first thing that is done, told by what is said before uv turns out to be missing."""
    said: list[str] = []
    with pytest.raises(ToolMissing):
        make_environment(target, recipe, uv=Uv(target / "no-uv"), report=said.append)
    return said[0]


def test_a_current_environment_needs_no_uv(target: Path, recipe: Recipe) -> None:
    said: list[str] = []
    assert not make_environment(target, recipe, uv=Uv(target / "no-uv"), report=said.append)
    assert said == []


def change_lock(recipe: Recipe) -> None:
    recipe.lock.write_text("one==2 \\\n    --hash=sha256:11\n")


def change_wheel(recipe: Recipe) -> None:
    recipe.wheels[0].write_bytes(b"newer")


def change_setting(recipe: Recipe) -> None:
    (recipe.layers[0].folder / "overlay" / "etc" / "settings.json").write_text('{"a": 1}')


@pytest.mark.parametrize("change", [change_lock, change_wheel, change_setting])
def test_what_changed_is_installed_in_place(
    target: Path, recipe: Recipe, change: Callable[[Recipe], None]
) -> None:
    change(recipe)
    assert first_step(target, recipe) == IN_PLACE


def test_another_interpreter_means_a_new_environment(target: Path, recipe: Recipe, tmp_path: Path) -> None:
    assert first_step(target, Recipe(recipe.layers, recipe.wheels, tmp_path / "python3.13")) == ANEW


def test_an_environment_that_was_moved_is_made_anew(target: Path, recipe: Recipe, tmp_path: Path) -> None:
    moved = target.rename(tmp_path / "moved")
    assert first_step(moved, recipe) == ANEW


@pytest.mark.parametrize("text", [None, "", "[1, 2", "[]", "null", '"eo"', "{}", '{"base": 1}', "\udcff"])
def test_without_a_marker_that_can_be_read_an_environment_is_half_made(
    target: Path, recipe: Recipe, text: str | None
) -> None:
    (target / MARKER).unlink()
    if text is not None:
        (target / MARKER).write_bytes(text.encode(errors="surrogateescape"))
    assert first_step(target, recipe) == ANEW


def test_where_there_is_none_one_is_made(recipe: Recipe, tmp_path: Path) -> None:
    assert first_step(tmp_path / "a" / "new" / "place", recipe) == ANEW


def test_an_attempt_that_failed_leaves_a_half_made_environment(target: Path, recipe: Recipe) -> None:
    change_lock(recipe)
    first_step(target, recipe)
    assert not (target / MARKER).exists()
    assert first_step(target, recipe) == ANEW


def test_a_file_where_the_folder_should_be_is_one_sentence(recipe: Recipe, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DiskTrouble, match="A part of the path is a file") as caught:
        make_environment(tmp_path / "file" / "eo", recipe, uv=Uv(tmp_path / "no-uv"), report=print)
    assert "EOHUB_STATE_DIR" in (caught.value.hint or "")


def test_missing_uv_is_one_sentence(target: Path, recipe: Recipe) -> None:
    change_lock(recipe)
    with pytest.raises(ToolMissing, match=r"^uv is not installed\.$") as caught:
        make_environment(target, recipe, uv=Uv(target / "no-uv"), report=print)
    assert caught.value.hint == "Run `make build`, which installs it."


FULL = ["error: Failed to install: x.whl", "  Caused by: No space left on device (os error 28)"]
OFFLINE = ["error: Request failed after 3 retries", "Caused by: error sending request for url", "dns error"]
FORGED = ["Resolved 2 packages", "error: Hash mismatch for `one==1`", "Expected:", "sha256:00"]


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (FULL, DiskTrouble, "disk is full"),
        (OFFLINE, Unavailable, "could not be downloaded"),
        (["error: Failed to fetch: `one-1.whl`"], Unavailable, "could not be downloaded"),
        (["error: Operation timed out"], Unavailable, "could not be downloaded"),
        (FORGED, PartFailed, "error: Hash mismatch for `one==1`"),
        (["something", "and nothing else"], PartFailed, "and nothing else"),
        ([], PartFailed, "could not be made"),
    ],
)
def test_what_uv_said_becomes_one_sentence_and_a_hint(
    said: Sequence[str], kind: type[EohubError], words: str
) -> None:
    fault = environment._fault(said)
    assert type(fault) is kind
    assert words in fault.detail
    assert fault.hint
