"""The isolation matrix from inside servers, for an ordinary account: with bubblewrap, and with nothing.

On the network of the machine, also where servers could have networks of their own.
"""

import os
import shutil
import sys
from pathlib import Path

import pytest
from fakes.hub_for_spawner import hub_with_people
from fakes.ordinary_account import ACCOUNT, run_as_ordinary_account
from integration.local_stack import ROOT

from eohub_hub.isolation.order import Entry, Kind
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import find_tools
from eohub_hub.local.users_environment import make_users_environment
from eohub_hub.spawner.home import private_folder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")
BWRAP = shutil.which("bwrap", path="/usr/local/bin:/usr/bin:/bin")
MATRIX = Path(__file__).with_name("test_isolation_matrix.py")
RESULTS = ROOT / "artifacts" / "isolation"
SMALL = {"profile": "small", "environment": "eo"}


def hidden(program: str, folder: Path) -> list[Entry]:
    """What lies over a program of this machine, so that nothing can run it."""
    path = shutil.which(program, path="/usr/local/bin:/usr/bin:/bin")
    nothing = folder / "nothing"
    nothing.touch(mode=0o644)
    return [] if path is None else [Entry(Kind.READ_ONLY, os.path.realpath(path), str(nothing))]


def as_ordinary_account(file: Path, tests: str, folder: Path, *without: str) -> None:
    """Run some tests of a file as an ordinary account, with the users' environment and without some programs;
    keeps what they find."""
    state = StateFolder(ROOT / "artifacts" / "stack")
    make_users_environment(state, find_tools(), print)
    environment = state.environment
    artifacts = private_folder(folder / "artifacts", ACCOUNT)
    for name in ("stack", "stack/environments", "stack/environments/eo"):
        private_folder(artifacts / name, ACCOUNT)
    view = [
        Entry(Kind.WRITABLE, str(ROOT / "artifacts"), str(artifacts)),
        Entry(Kind.READ_ONLY, str(environment), str(environment)),
        *(entry for program in without for entry in hidden(program, folder)),
    ]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", tests, str(file)]
    status, text = run_as_ordinary_account(command, folder, more=view, seconds=580)
    assert status == 0, text
    assert " passed" in text, text
    RESULTS.mkdir(parents=True, exist_ok=True)
    for result in (artifacts / "isolation").glob("*.json"):
        shutil.copy(result, RESULTS)


@pytest.mark.skipif(os.geteuid() != 0, reason="already run by an ordinary account")
def test_the_same_from_inside_bubblewrap_and_the_machines_network(tmp_path: Path) -> None:
    as_ordinary_account(MATRIX, "from_inside or looked_for or open_so_the_cells", tmp_path, "pasta")


@pytest.mark.skipif(os.geteuid() != 0 and BWRAP is not None, reason="only root can hide bwrap, which is here")
def test_where_neither_walls_are_there_a_second_account_starts_no_server(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        as_ordinary_account(Path(__file__), "neither_walls", tmp_path, "bwrap", "pasta")
        return
    with hub_with_people() as hub:
        hub.started("alice", SMALL)
        answer = hub.ask("bob", SMALL)
        assert answer.status_code == 403
        assert "Only alice may start servers on this machine" in answer.json()["message"]
        assert "Only alice may start servers on this machine" in hub.browser("bob").get("spawn").text
        hub.stopped("alice")
        assert hub.ask("bob", SMALL).status_code == 403
