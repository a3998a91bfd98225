"""The files that the repository ships, and the page that explains them to administrators."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from eohub_profiles.catalog import load
from eohub_profiles.decision import Plan, Request, Rule, Subject, Usage
from eohub_profiles.document import read_document
from eohub_profiles.faults import PolicyError
from eohub_profiles.model import (
    Culling,
    Environment,
    Gpu,
    Images,
    Mount,
    Nodes,
    Profile,
    SiteRules,
    Size,
    Tier,
    Tolerated,
)  # fmt: skip
from eohub_profiles.offers import offers
from eohub_profiles.resolve import resolve

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "operators" / "profiles.md").read_text(encoding="utf-8")
ANYBODY = Subject("https://id.example.org", "1", "ann")


def fields(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def examples() -> list[tuple[str, str]]:
    """Return the model's kind and the text of each YAML example in the guide."""
    blocks = re.findall(r"```\{code-block\} yaml\n:caption: (\S+)\n\n(.*?)```", GUIDE, re.DOTALL)
    return [(caption, text) for caption, text in blocks]


def test_the_shipped_files_offer_a_small_and_a_medium_server_to_everybody() -> None:
    offered = offers(ANYBODY, Usage(), load(ROOT / "spawner_profiles"))
    assert [(o.title, o.cpu_text, o.memory_text, o.price_text, o.is_allowed) for o in offered] == [
        ("Small", "2 CPU", "4 GiB", "0.04 EUR/h", True),
        ("Medium", "4 CPU", "16 GiB", "0.14 EUR/h", True),
    ]


def test_the_shipped_files_plan_the_earth_observation_environment() -> None:
    plan = resolve(ANYBODY, Usage(), Request("small", "eo"), load(ROOT / "spawner_profiles"))
    assert isinstance(plan, Plan)
    assert plan.environment == "eo"


MODELS = (SiteRules, Tier, Environment, Images, Culling, Profile, Size, Gpu, Nodes, Tolerated, Mount)


@pytest.mark.parametrize("field", sorted({field for model in MODELS for field in fields(model)}))
def test_every_field_is_explained_to_administrators(field: str) -> None:
    explained = {
        name for row in re.findall(r"^\| (`[^|]+`) \|", GUIDE, re.MULTILINE) for name in row.split(", ")
    }
    assert f"`{field}`" in explained


@pytest.mark.parametrize("rule", list(Rule), ids=str)
def test_every_rule_is_explained_to_administrators(rule: Rule) -> None:
    assert f"| `{rule}` |" in GUIDE


def test_the_guide_has_an_example_of_each_kind_of_file() -> None:
    assert [caption for caption, _ in examples()] == [
        "policy.yaml",
        "profiles/small.yaml",
        "profiles/gpu-l4.yaml",
        "mounts/climate.yaml",
        "mounts/team.yaml",
    ]


def test_the_faults_in_the_guide_are_told_as_the_hub_tells_them(tmp_path: Path) -> None:
    shipped = ROOT / "spawner_profiles"
    medium = (shipped / "profiles" / "medium.yaml").read_text().replace("memory", "memroy")
    small = (shipped / "profiles" / "small.yaml").read_text().replace("0.04", "-0.04")
    (tmp_path / "profiles").mkdir()
    (tmp_path / "policy.yaml").write_text(
        "support: x\ntiers: [{name: t, title: T, servers_per_user: 0}]\nenvironments: [{id: eo, title: EO}]\n"
    )
    (tmp_path / "profiles" / "medium.yaml").write_text(medium)
    (tmp_path / "profiles" / "small.yaml").write_text(small)
    with pytest.raises(PolicyError) as caught:
        load(tmp_path)
    assert f"```text\n{caught.value}\n```" in GUIDE


@pytest.mark.parametrize(("caption", "text"), examples(), ids=lambda value: value.split("\n")[0])
def test_every_example_of_the_guide_is_sound(caption: str, text: str) -> None:
    document = read_document(caption, text.encode())
    assert document.faults == ()
    models = {"policy.yaml": SiteRules, "profiles": Profile, "mounts": Mount}
    models[caption.split("/")[0]].model_validate(document.fields)
