"""Every environment whose program this machine has, made by the real uv and tried within the real walls.

Julia is tried with a stub that speaks the protocol: it cannot be installed from a package index.
"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from integration.local_stack import ROOT

from eohub_hub.isolation.probe import Walls, find_walls
from eohub_hub.local.environment import Uv
from eohub_hub.local.environments import needs
from eohub_hub.local.environments.here import room_of, trial, try_out
from eohub_hub.local.environments.manifest import Cell
from eohub_hub.local.environments.room import EnvironmentRoom, Standing
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import find_tools
from eohub_hub.spawner.settings import FIRST_UID

STUB = ROOT / "tests" / "fakes" / "julia_stub.py"
UV = Uv(find_tools().beside_python("uv"))


@pytest.fixture(scope="module")
def state() -> StateFolder:
    """The state folder that the tests of the stack share: making an environment takes a minute."""
    state = StateFolder(ROOT / "artifacts" / "stack")
    state.prepare()
    return state


@pytest.fixture(scope="module")
def room(state: StateFolder) -> EnvironmentRoom:
    room = room_of(state)
    room.look_around()
    return room


@pytest.mark.parametrize("identifier", ["base", "eo", "r", "java", "kotlin", "polyglot"])
def test_an_environment_is_made_and_its_cells_give_what_the_manifest_says(
    state: StateFolder, room: EnvironmentRoom, identifier: str
) -> None:
    found = room.state(identifier)
    if found.standing is Standing.ABSENT:
        pytest.skip(found.why)
    room.make_ready(identifier, UV, try_out(state), print)
    room.forget_outcome(identifier)
    said: list[str] = []
    found = room.make_ready(identifier, UV, try_out(state), said.append)
    assert (found.standing, found.why) == (Standing.READY, "")
    assert said == [f"Trying {found.known.title}: a cell in each kernel"]


def test_an_environment_whose_kernel_answers_otherwise_fails_with_a_sentence(
    state: StateFolder, room: EnvironmentRoom, tmp_path: Path
) -> None:
    room.make_ready("base", UV, try_out(state), print)
    known = room.known("base")
    kernels = tmp_path / "kernels"
    kernels.mkdir()
    shutil.copy(ROOT / "kernels" / "smoke.py", kernels)
    text = (ROOT / "kernels" / "manifest.yaml").read_text("utf-8")
    (kernels / "manifest.yaml").write_text(text.replace('output: "10"', 'output: "11"', 1))
    mode = find_walls(Walls(state.root, FIRST_UID), room.place("base")).mode
    outcome = replace(trial(state, mode), kernels=kernels).of(known, room.place("base"))
    assert (outcome.passed, outcome.sentence) == (False, "The kernel python3 gives '10' instead of '11'.")


def smoke_command(environment: Path, identifier: str) -> list[str | Path]:
    """Run the cells of an environment in another one's folder, without walls."""
    kernels = ROOT / "kernels"
    return [environment / "bin" / "python", kernels / "smoke.py", kernels / "manifest.yaml", identifier]


def julia(words: Sequence[str], python: Path) -> str:
    """What the stub says when it is called as Julia is."""
    command = [str(python), str(STUB), *words[1:]]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def test_the_kernelspec_of_julia_starts_what_speaks_the_protocol(
    state: StateFolder, room: EnvironmentRoom, tmp_path: Path
) -> None:
    room.make_ready("base", UV, try_out(state), print)
    environment = room.place("base")
    known = room.known("julia")
    assert known.needs is not None
    said = julia(known.needs.command, environment / "bin" / "python")
    assert needs.is_met(known.needs, {needs.key_of(known.needs.command): said})

    (tmp_path / "julia").write_text(f'#!/bin/sh\nexec {environment}/bin/python {STUB} "$@"\n')
    (tmp_path / "julia").chmod(0o755)
    spec = tmp_path / "jupyter" / "kernels" / "julia"
    spec.mkdir(parents=True)
    shutil.copy(ROOT / "kernels" / "julia" / "kernel.json", spec)
    done = subprocess.run(
        smoke_command(environment, "julia"),
        env={
            "PATH": f"{tmp_path}:{environment}/bin:/usr/bin:/bin",
            "HOME": str(tmp_path),
            "JUPYTER_PATH": str(tmp_path / "jupyter"),
        },
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    kernels = [line.split(" answers as expected")[0] for line in done.stdout.splitlines()]
    assert kernels == ["julia", "python3"]


def test_the_kotlin_kernel_has_no_port_for_a_debugger_and_no_cell_in_its_log(room: EnvironmentRoom) -> None:
    if room.state("kotlin").standing is not Standing.READY:
        pytest.skip("Kotlin is not ready on this machine")
    environment = room.place("kotlin")
    done = subprocess.run(
        smoke_command(environment, "kotlin"),
        env={"PATH": f"{environment}/bin:/usr/bin:/bin", "HOME": "/tmp"},
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    assert "DEBUG" not in done.stderr
    assert "(1..4).sum()" not in done.stderr
    assert "Listening for transport dt_socket" not in done.stdout + done.stderr


def test_cells_are_read_as_one_or_several() -> None:
    one = Cell.model_validate({"kernel": "sos", "code": "print(1)", "output": "1"})
    several = Cell.model_validate({"kernel": "sos", "code": ["a = 1", "print(a)"], "output": "1"})
    assert json.loads(one.model_dump_json())["code"] == "print(1)"
    assert several.code == ("a = 1", "print(a)")
