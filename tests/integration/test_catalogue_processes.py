"""What only a process of its own can show of the pod's half: a killed server, and what is imported when."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eohub_catalogue.index.placing import clean, write_whole
from eohub_catalogue.server.packing import room_of
from eohub_catalogue.service.place import in_place_of


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


KILLED_KEEPING = """
import os, signal, sys
from pathlib import Path
from eohub_catalogue.index.placing import room_to_work
path = Path(sys.argv[1])
with room_to_work(path.with_name(f".{path.name}.new")) as room:
    (room / path.name).write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
KILLED_EXPORTING = """
import os, signal, sys
from pathlib import Path
from eohub_catalogue.service.place import in_place_of
with in_place_of(Path(sys.argv[1]), force=True) as part:
    part.mkdir()
    (part / "half").touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("program", [KILLED_KEEPING, KILLED_EXPORTING], ids=["keeping", "exporting"])
def test_what_was_there_stays_and_the_next_writer_removes_what_a_killed_one_left(
    target: Path, program: str
) -> None:
    target.write_bytes(b"old")
    ended = subprocess.run([sys.executable, "-c", program, str(target)], check=False)
    assert ended.returncode < 0
    assert target.read_bytes() == b"old"
    assert len(os.listdir(target.parent)) == 2
    if program is KILLED_KEEPING:
        write_whole(target, b"new")
    else:
        with in_place_of(target, force=True) as part:
            part.write_bytes(b"new")
    assert target.read_bytes() == b"new"
    assert os.listdir(target.parent) == [target.name]


LATE = """
import asyncio, json, sys
import eohub_catalogue.server.parts
import eohub_catalogue.server.routes as routes
from eohub_catalogue.contract import SearchQuery
from eohub_catalogue.ports import RawPage, Quicklooks
from eohub_catalogue.server.catalogues import Catalogues
late = {"numpy", "shapely", "sqlalchemy", "alembic", "cql2", "yaml", "pystac", "PIL"}
told = []
def tell():
    told.append(sorted(late & {module.partition(".")[0] for module in sys.modules}))
async def run():
    folder = sys.argv[1]
    site = [{"id": "api", "title": "A", "url": "https://stac.example.org"}]
    own = [{"id": "folder", "title": "F", "path": folder, "kind": "folder"}]
    parts = eohub_catalogue.server.parts.parts_of({"XDG_CACHE_HOME": folder}, site + own)
    catalogues = parts[Catalogues]
    await catalogues.all()
    tell()
    await routes.list_catalogues(catalogues)
    await catalogues.get("api")
    page = RawPage([{"type": "Feature", "stac_version": "1.1.0", "id": "a"}], None, None)
    assert routes._rows(page, "api").items
    tell()
    await catalogues.get("folder")
    tell()
asyncio.run(run())
print(json.dumps(told))
"""


def test_a_search_imports_only_what_it_needs(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LATE, str(tmp_path)]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    listed, searched, indexed = json.loads(ended.stdout)
    assert listed == []
    assert searched == ["numpy", "shapely"]
    assert {"sqlalchemy", "alembic"} <= {*indexed}
    assert not {"PIL", "pystac", "cql2"} & {*indexed}
