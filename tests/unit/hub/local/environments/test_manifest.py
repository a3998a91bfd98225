"""What a manifest may say, and the one that EOHub ships."""

from pathlib import Path

import pytest

from eohub_hub.local.environments.manifest import Manifest, load_manifest
from eohub_hub.local.errors import BrokenState
from eohub_hub.local.tools import PROJECT
from eohub_profiles.catalog import load as load_policy

CELL = "smoke: [{kernel: python3, code: print(1), output: '1'}]"
BASE = f"environments: [{{id: base, title: Python, languages: [Python], {CELL}}}]"
SHIPPED = load_manifest(PROJECT / "kernels")


def read(folder: Path, text: str) -> Manifest:
    (folder / "manifest.yaml").write_text(text)
    return load_manifest(folder)


def test_what_is_not_said_has_a_meaning(tmp_path: Path) -> None:
    (known,) = read(tmp_path, BASE).environments
    assert (known.kernel, known.channels, known.needs, known.layers) == ("python3", "sockets", None, ())
    assert known.note == "", "the title says it"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BASE.replace("title: Python, ", ""), "environments.0.title: Field required"),
        (BASE.replace("id: base", "id: base, extra: 1"), "environments.0.extra: Extra inputs"),
        (BASE.replace("id: base", "id: Base!"), "environments.0.id"),
        (BASE.replace("smoke: [{", "smoke: [], x: [{"), "environments.0.smoke"),
        (BASE.replace("id: base", "id: base, channels: smoke-signals"), "environments.0.channels"),
        (BASE.replace("id: base", "id: base, layers: [none]"), "has the layer 'none', which is none"),
        (BASE.replace("id: base", "id: base, layers: [base]"), "has the layer 'base', which is none"),
        (f"{BASE[:-1]}, {BASE[15:]}", "names the environment 'base' twice"),
        ("environments: []", "environments"),
        ("{", "is no manifest of environments"),
        (
            BASE.replace("id: base", "id: base, needs: {command: [x], says: '(', title: X, install: x}"),
            "must be a regular expression",
        ),
    ],
)
def test_a_fault_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BrokenState) as caught:
        read(tmp_path, text)
    assert said in caught.value.detail
    assert "\n" not in caught.value.detail


def test_without_a_manifest_the_sentence_names_it(tmp_path: Path) -> None:
    with pytest.raises(
        BrokenState, match=r"manifest\.yaml is no manifest of environments: FileNotFoundError"
    ):
        load_manifest(tmp_path)


def test_layers_come_in_order_with_the_environment_last() -> None:
    polyglot = SHIPPED.known("polyglot")
    assert polyglot is not None
    assert [each.id for each in SHIPPED.layers(polyglot)] == ["base", "r", "polyglot"]
    assert SHIPPED.known("cobol") is None


def test_the_shipped_policy_calls_environments_as_the_manifest_does() -> None:
    titles = {each.id: each.title for each in SHIPPED.environments}
    offered = load_policy(PROJECT / "spawner_profiles").environments
    assert {each.id: each.title for each in offered} == {each.id: titles[each.id] for each in offered}
    assert offered[0].id == "eo"


def test_every_environment_tries_its_own_kernel() -> None:
    for known in SHIPPED.environments:
        assert known.kernel in {cell.kernel for cell in known.smoke}, known.id


def test_kernels_that_know_no_sockets_are_marked_so() -> None:
    assert {each.id for each in SHIPPED.environments if each.channels == "ports"} == {
        "java",
        "kotlin",
    }
