"""The operator guide and the code of the login say the same."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "hub_config" / "identity" / "src"
GUIDE = (ROOT / "docs" / "operators" / "login.md").read_text("utf-8")
VARIABLES = sorted(
    set(re.findall(r"\bEOHUB_IDENTITY_[A-Z_]+[A-Z]\b", (SOURCES / "settings.js").read_text("utf-8")))
)


def test_there_are_variables() -> None:
    assert len(VARIABLES) == 9


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_variable_of_the_provider_is_in_the_guide(variable: str) -> None:
    assert f"| `{variable}` |" in GUIDE


def test_the_guide_names_no_variable_that_does_not_exist() -> None:
    assert set(re.findall(r"`(EOHUB_IDENTITY_[A-Z_]+)`", GUIDE)) == set(VARIABLES)


def test_the_environment_is_read_in_one_place() -> None:
    readers = [path.name for path in SOURCES.glob("*.js") if "process.env" in path.read_text("utf-8")]
    assert readers == ["main.js"]


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*.js")), ids=lambda path: path.name)
def test_the_provider_asks_nothing_of_other_hosts(path: Path) -> None:
    text = path.read_text("utf-8")
    hosts = set(re.findall(r"https?://([A-Za-z0-9.-]+)", text))
    assert hosts <= {"127.0.0.1"}
    assert "fetch(" not in text
