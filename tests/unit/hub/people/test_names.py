"""Names of the embedded provider's accounts are names that the hub keeps as they are."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_hub.people.names import slug

ACCOUNTS = Path(__file__).parents[4] / "hub_config" / "identity" / "src" / "accounts.js"


def pattern() -> re.Pattern[str]:
    found = re.search(r"^const USERNAME = /\^(.+)\$/;$", ACCOUNTS.read_text("utf-8"), re.M)
    assert found is not None
    return re.compile(found[1].replace("$", r"\Z"))


@given(st.text(alphabet="abz09-_.*A@ ", max_size=40) | st.text(max_size=40))
def test_the_embedded_provider_takes_the_names_that_the_hub_does_not_change(name: str) -> None:
    kept = bool(name) and slug(name) == name
    assert (pattern().fullmatch(name) is not None) == kept


@pytest.mark.parametrize("name", ["user", "a" * 32, "a-b-c", "demo-2"])
def test_usual_names_are_among_them(name: str) -> None:
    assert pattern().fullmatch(name)
    assert slug(name) == name
