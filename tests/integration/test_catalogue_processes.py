"""What only a process of its own can show of the pod's half: a killed server, and what is imported when."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eohub_catalogue.server.packing import clean, room_of


@pytest.fixture(params=["new", "new.zip"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


KILLED = """
import os, signal, sys
from pathlib import Path
from eohub_catalogue.server.packing import Packing
packing = Packing(Path(sys.argv[1]))
packing.begin()
packing.write("a.json", b"{}")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_server_leaves_is_told_and_removed(target: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)
    assert ended.returncode < 0
    assert os.listdir(target.parent) == [room_of(target).name]
    assert clean(room_of(target))
    assert os.listdir(target.parent) == []


LATE = """
import sys
import eohub_catalogue.server.parts
late = {"shapely", "sqlalchemy", "alembic", "cql2", "yaml"}
print(sorted(late & {module.partition(".")[0] for module in sys.modules}))
"""


def test_what_an_index_needs_is_not_imported_for_a_list_of_catalogues() -> None:
    ended = subprocess.run([sys.executable, "-c", LATE], check=True, capture_output=True, text=True)
    assert ended.stdout.strip() == "[]"
