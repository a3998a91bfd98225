"""When an environment is current and when it is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eohub_hub.local.environment import Layer, Recipe


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """A small kernel folder with one wheel beside it."""
    kernel = tmp_path / "eo"
    (kernel / "overlay" / "etc").mkdir(parents=True)
    (kernel / "overlay" / "etc" / "settings.json").write_text("{}")
    (kernel / "requirements.lock").write_text("one==1 \\\n    --hash=sha256:00\n")
    (kernel / "kernel.json").write_text("{}")
    wheel = tmp_path / "one-1-py3-none-any.whl"
    wheel.write_bytes(b"one")
    return Recipe((Layer(kernel, "python3"),), (wheel,), tmp_path / "python3.12")


def changed_lock(recipe: Recipe) -> None:
    recipe.lock.write_text("one==2")


def changed_wheel(recipe: Recipe) -> None:
    recipe.wheels[0].write_bytes(b"two")


def changed_kernel(recipe: Recipe) -> None:
    (recipe.layers[0].folder / "kernel.json").write_text('{"a": 1}')


def changed_setting(recipe: Recipe) -> None:
    (recipe.layers[0].folder / "overlay" / "etc" / "settings.json").write_text('{"a": 1}')


def another_setting(recipe: Recipe) -> None:
    (recipe.layers[0].folder / "overlay" / "etc" / "more.json").write_text("{}")


@pytest.mark.parametrize(
    "change", [changed_lock, changed_wheel, changed_kernel, changed_setting, another_setting]
)
def test_each_part_of_a_recipe_counts(recipe: Recipe, change: Callable[[Recipe], None]) -> None:
    before = recipe.content()
    change(recipe)
    assert recipe.content() != before


def test_the_content_does_not_depend_on_where_the_checkout_lies(recipe: Recipe, tmp_path: Path) -> None:
    before, moved = recipe.content(), tmp_path / "elsewhere"
    recipe.layers[0].folder.rename(moved)
    assert Recipe((Layer(moved, "python3"),), recipe.wheels, recipe.python).content() == before


def test_the_order_of_wheels_does_not_count(recipe: Recipe, tmp_path: Path) -> None:
    other = tmp_path / "a-1-py3-none-any.whl"
    other.write_bytes(b"a")
    first = Recipe(recipe.layers, (*recipe.wheels, other), recipe.python)
    second = Recipe(recipe.layers, (other, *recipe.wheels), recipe.python)
    assert first.content() == second.content()


def test_another_interpreter_or_place_is_another_base(recipe: Recipe, tmp_path: Path) -> None:
    other = Recipe(recipe.layers, recipe.wheels, tmp_path / "python3.13")
    assert recipe.base(tmp_path / "eo") != other.base(tmp_path / "eo")
    assert recipe.base(tmp_path / "eo") != recipe.base(tmp_path / "moved")


def test_a_setting_that_came_or_went_is_another_base_so_that_no_old_file_stays(
    recipe: Recipe, tmp_path: Path
) -> None:
    before = recipe.base(tmp_path / "eo")
    changed_setting(recipe)
    assert recipe.base(tmp_path / "eo") == before
    another_setting(recipe)
    assert recipe.base(tmp_path / "eo") != before


def test_a_later_layer_hides_a_file_of_an_earlier_one_and_keeps_its_kernel(
    recipe: Recipe, tmp_path: Path
) -> None:
    upper = tmp_path / "r"
    (upper / "overlay" / "etc").mkdir(parents=True)
    (upper / "overlay" / "etc" / "settings.json").write_text("upper")
    (upper / "kernel.json").write_text("{}")
    both = Recipe((*recipe.layers, Layer(upper, "ir")), recipe.wheels, recipe.python)
    assert list(both.overlay) == [
        "etc/settings.json",
        "share/jupyter/kernels/ir/kernel.json",
        "share/jupyter/kernels/python3/kernel.json",
    ]
    assert both.overlay["etc/settings.json"].read_text() == "upper"
    assert both.lock == upper / "requirements.lock"
