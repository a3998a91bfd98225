"""What only a process of its own can show of the pod's half: a killed server, and what is imported when."""

import json
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
