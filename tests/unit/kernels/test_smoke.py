"""What the runner of smoke cells takes for right; no kernel is started here."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

KERNELS = Path(__file__).parents[3] / "kernels"


@pytest.fixture(scope="module")
def smoke() -> ModuleType:
    spec = importlib.util.spec_from_file_location("smoke_of_kernels", KERNELS / "smoke.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def message(kind: str, **content: Any) -> dict[str, Any]:
    return {"header": {"msg_type": kind}, "content": content}


@pytest.mark.parametrize(
    ("heard", "texts"),
    [
        (message("stream", name="stdout", text="10"), ["10"]),
        (message("stream", name="stderr", text="a warning"), []),
        (message("execute_result", data={"text/plain": "10"}), ["10", "\n"]),
        (message("display_data", data={"image/png": "..."}), ["", "\n"]),
        (message("error", ename="NameError", evalue="x"), ["NameError: x\n"]),
        (message("status", execution_state="idle"), []),
        (message("execute_input", code="1"), []),
    ],
)
def test_output_is_what_a_person_reads(smoke: ModuleType, heard: dict[str, Any], texts: list[str]) -> None:
    assert list(smoke.texts_of(heard)) == texts


@pytest.mark.parametrize("output", ["10", " 10\n", "\x1b[31m10\x1b[0m\n"])
def test_spaces_and_colours_do_not_count(smoke: ModuleType, output: str) -> None:
    smoke.compare("java", output, "10\n")


@pytest.mark.parametrize(("output", "shown"), [("11", "'11'"), ("", "''"), ("x" * 1000, f"'{'x' * 200}...'")])
def test_another_output_is_one_sentence(smoke: ModuleType, output: str, shown: str) -> None:
    with pytest.raises(smoke.Broken) as caught:
        smoke.compare("java", output, "10")
    assert str(caught.value) == f"The kernel java gives {shown} instead of '10'"


def test_kernels_that_know_only_ports_are_asked_by_ports(smoke: ModuleType) -> None:
    assert smoke.transport({"channels": "ports"}) == "tcp"
    assert smoke.transport({}) == "ipc"


def test_an_environment_is_found_by_its_name(smoke: ModuleType) -> None:
    manifest = KERNELS / "manifest.yaml"
    assert smoke.entry_of(manifest, "java")["kernel"] == "java"
    with pytest.raises(smoke.Broken, match="has no environment cobol"):
        smoke.entry_of(manifest, "cobol")


@pytest.mark.parametrize(
    ("script", "said"), [("import sys; sys.exit('No plot.')", "No plot"), ("raise SystemExit(3)", "3")]
)
def test_a_script_that_fails_is_its_own_sentence(
    smoke: ModuleType, tmp_path: Path, script: str, said: str
) -> None:
    path = tmp_path / "own.py"
    path.write_text(script)
    with pytest.raises(smoke.Broken, match=f"^{said}$"):
        smoke.run_script(path)


@pytest.mark.parametrize("script", ["print('fine')", "raise SystemExit", "raise SystemExit(0)"])
def test_a_script_that_ends_well_is_right(smoke: ModuleType, tmp_path: Path, script: str) -> None:
    path = tmp_path / "own.py"
    path.write_text(script)
    smoke.run_script(path)


def test_without_arguments_it_says_how_it_is_called(smoke: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"^Say: smoke\.py MANIFEST ID$"):
        smoke.main([])


def test_an_unknown_environment_ends_with_one_sentence(smoke: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"^The manifest has no environment cobol\.$"):
        smoke.main([str(KERNELS / "manifest.yaml"), "cobol"])
