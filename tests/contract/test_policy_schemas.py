"""What editors know of the policy's files is fresh, shipped, and agrees with what reads the files."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from eohub_profiles.document import read_document
from eohub_profiles.schemas import KINDS, schema_of, schema_text

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "operators" / "profiles.md").read_text("utf-8")
SITE = ROOT / "spawner_profiles"
SMALL = {"name": "small", "title": "Small", "cpu": 2, "memory": "4 GiB", "price": "0.04 EUR/h"}


def kind_of(path: str) -> str:
    return {"policy.yaml": "policy", "profiles": "profile", "mounts": "mount"}[path.split("/")[0]]


def faults(kind: str, value: object) -> list[str]:
    plain = json.loads(json.dumps(value))
    return [error.message for error in Draft202012Validator(schema_of(kind)).iter_errors(plain)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_committed_schema_is_fresh_and_in_the_package(kind: str) -> None:
    committed = files("eohub_profiles").joinpath("json_schemas", f"{kind}.json")
    assert committed.read_text("utf-8") == schema_text(kind), "run: make generate"


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_one(kind: str) -> None:
    Draft202012Validator.check_schema(schema_of(kind))


@pytest.mark.parametrize("path", sorted(str(path.relative_to(SITE)) for path in SITE.glob("**/*.yaml")))
def test_a_shipped_file_names_its_schema_and_agrees_with_it(path: str) -> None:
    text = (SITE / path).read_text("utf-8")
    (named,) = re.findall(r"^# yaml-language-server: \$schema=(\S+)\n", text)
    schema = ((SITE / path).parent / named).resolve()
    assert schema == (SITE / "eohub_profiles" / "json_schemas" / f"{kind_of(path)}.json").resolve()
    assert faults(kind_of(path), read_document(path, text.encode()).fields) == []


@pytest.mark.parametrize(
    ("caption", "text"),
    re.findall(r"```\{code-block\} yaml\n:caption: (\S+)\n\n(.*?)```", GUIDE, re.DOTALL),
    ids=lambda value: value.split("\n")[0],
)
def test_an_example_of_the_guide_agrees_with_its_schema(caption: str, text: str) -> None:
    assert faults(kind_of(caption), read_document(caption, text.encode()).fields) == []


@pytest.mark.parametrize(
    "change",
    [
        {"memroy": "4 GiB"}, {"cpu": "2"}, {"cpu": 0}, {"memory": "4 GB"}, {"memory": 4}, {"price": "0.04"},
        {"price": "-1 EUR/h"}, {"name": "Small"}, {"groups": "gpu"}, {"culling": {"idle": 3600}},
        {"culling": {"idle": "1h"}}, {"gpu": {"count": 0, "title": "L4"}},
        {"placement": {"node_selector": []}},
    ],
    ids=str,
)  # fmt: skip
def test_an_editor_marks_what_the_reader_refuses(change: dict[str, Any]) -> None:
    assert faults("profile", SMALL) == []
    assert faults("profile", SMALL | change)
