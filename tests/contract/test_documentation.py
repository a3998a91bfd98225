"""What is not documented does not merge: settings, decisions, commands."""

import importlib
import json
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

import eohub_catalogue
import eohub_cubes
import eohub_hub
import eohub_lifetime
import eohub_storage
from eohub_toolkit.settings import Settings, variables_of

ROOT = Path(__file__).parents[2]
GUIDE = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "docs" / "operators").glob("*.md")))


def settings_classes() -> list[type[Settings]]:
    for package in (eohub_hub, eohub_storage, eohub_catalogue, eohub_cubes, eohub_lifetime):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("settings"):
                importlib.import_module(module.name)
    found: list[type[Settings]] = []
    waiting = list(Settings.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("eohub_") and not kind.__module__.startswith("eohub_toolkit"):
            found.append(kind)
    return sorted(found, key=lambda kind: kind.__name__)


def our_variables() -> list[str]:
    names = {variable for kind in settings_classes() for variable in variables_of(kind)}
    return sorted(name for name in names if name.startswith("EOHUB_"))


def test_there_are_settings_to_check() -> None:
    assert len(our_variables()) >= 10


@pytest.mark.parametrize("variable", our_variables())
def test_a_setting_is_in_the_operator_guide(variable: str) -> None:
    assert f"`{variable}`" in GUIDE


@pytest.mark.parametrize("kind", settings_classes(), ids=lambda kind: kind.__name__)
def test_a_deployable_has_its_own_prefix(kind: type[Settings]) -> None:
    assert re.fullmatch(r"EOHUB_[A-Z_]+_", kind.model_config.get("env_prefix") or "")
    assert kind.model_config.get("frozen")


def test_no_prefix_starts_another() -> None:
    prefixes = [kind.model_config.get("env_prefix") or "" for kind in settings_classes()]
    assert not [
        (one, other) for one in prefixes for other in prefixes if one != other and other.startswith(one)
    ]


def test_the_guide_names_no_setting_that_does_not_exist() -> None:
    named = set(re.findall(r"`(EOHUB_[A-Z_]+[A-Z])`", GUIDE))
    scripts = "\n".join(
        path.read_text("utf-8") for path in (ROOT / "hub_config" / "identity" / "src").glob("*.js")
    )
    known = set(our_variables()) | set(re.findall(r"EOHUB_[A-Z_]+[A-Z]", scripts)) | {"EOHUB_INSTANCE"}
    assert named <= known, named - known


def test_the_readme_of_the_catalogue_names_the_routes_and_settings_of_the_panel() -> None:
    catalogue = ROOT / "extensions" / "catalogue"
    readme = (catalogue / "README.md").read_text("utf-8")
    paths: dict[str, Any] = json.loads((catalogue / "openapi" / "server.json").read_text("utf-8"))["paths"]
    named = set[str]()
    for row in re.findall(r"^\|([^|]*)\|", readme.split("## Routes")[1].split("## ")[0], re.MULTILINE):
        for methods, path in re.findall(r"((?:`[A-Z]+`, )*`[A-Z]+) ([^`]+)`", row):
            named |= {f"{method} {path}" for method in re.findall("[A-Z]+", methods)}
    offered = {
        f"{method.upper()} {path.removeprefix('/eohub/catalogue/')}"
        for path, methods in paths.items()
        for method in methods
    }
    assert {re.sub(r"\{\w+\}", "{}", each) for each in named} == {
        re.sub(r"\{\w+\}", "{}", each) for each in offered
    }
    ours = [name for name in our_variables() if name.startswith("EOHUB_CATALOGUE_SERVER_")]
    assert len(ours) >= 8
    for variable in ours:
        assert variable.removeprefix("EOHUB_CATALOGUE_SERVER") in readme, variable


def test_decisions_are_numbered_without_gap() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_readme_names_the_commands_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"`make ([a-z-]+)`", (ROOT / "README.md").read_text("utf-8")):
        assert re.search(rf"^{target}:", makefile, re.M), target
