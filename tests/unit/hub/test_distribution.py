"""What the distribution asks for."""

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = Path(__file__).parents[3] / "hub_config" / "pyproject.toml"
PRIVATE = ("jupyterhub", "oauthenticator")
"""Packages of which we use what they do not promise to keep."""


def requirements() -> dict[str, Requirement]:
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    return {each.name: each for each in map(Requirement, project["dependencies"])}


@pytest.mark.parametrize("name", PRIVATE)
def test_what_is_used_beyond_its_promises_is_held_to_the_versions_that_were_tried(name: str) -> None:
    bounds = {each.operator for each in requirements()[name].specifier}
    assert bounds == {">=", "<"}
    assert requirements()[name].specifier.contains(version(name))


def test_every_requirement_has_a_lower_bound() -> None:
    without = [
        name
        for name, each in requirements().items()
        if not name.startswith("eohub-") and ">=" not in str(each)
    ]
    assert without == []
