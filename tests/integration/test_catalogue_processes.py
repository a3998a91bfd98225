"""What only a process of its own can show of the pod's half: a killed server, and what is imported when."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fakes.destine import COLLECTION, Destine, destine_on_loopback
from fakes.stac_upstream import StacUpstream

from eohub_catalogue.index.placing import clean, write_whole
from eohub_catalogue.order_contract import KeptOrders, OrderQuery
from eohub_catalogue.server.packing import room_of
from eohub_catalogue.service.place import in_place_of


@pytest.fixture(params=["new", "new.zip"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


KILLED = """
import os, signal, sys
from pathlib import Path
from eohub_catalogue.order_contract import KeptOrders, OrderQuery
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


ORDERING = """
import asyncio, os, signal, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from eohub_catalogue.contract import CatalogueSource
from eohub_catalogue.order_contract import OrderQuery
from eohub_catalogue.server.catalogues import Catalogues
from eohub_catalogue.server.orders import FileOrders
from eohub_catalogue.server.settings import ServerSettings
from eohub_catalogue.server.stac_api import StacApi
from eohub_catalogue.server.web import Web
file, root, query, left = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
slept = timedelta()
def now():
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return datetime.now(UTC) + slept
async def at_once(seconds):
    global slept
    slept += timedelta(seconds=seconds)
async def run():
    source = CatalogueSource(id="hda", title="Data Lake", url=root)
    catalogues = Catalogues(
        lambda: ServerSettings(catalogues=(source,)), lambda each: StacApi(Web.guarded((), {}, 10), each)
    )
    orders = FileOrders(catalogues, file, now, at_once)
    if query:
        await orders.place(OrderQuery.model_validate_json(query))
    await orders.all()
    await orders.settled()
asyncio.run(run())
"""
ALIVE = 1_000_000


def ordering(file: Path, root: str, query: str, steps: int) -> bool:
    """Order in a process that is killed when it has looked at the clock so often; whether it was."""
    command = [sys.executable, "-c", ORDERING, str(file), root, query, str(steps)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr[-2000:]
    return ended.returncode != 0


def test_an_order_is_neither_lost_nor_doubled_wherever_its_server_is_killed(tmp_path: Path) -> None:
    ends = list[tuple[str, int]]()
    for steps in range(0, 100, 3):
        destine = Destine(StacUpstream([]))
        destine.needs_a_login = False
        file = tmp_path / str(steps) / "orders.json"
        with destine_on_loopback(destine) as root:
            offer = {"href": f"{root}/api/v1/order", "body": {"param": "167"}}
            query = OrderQuery.model_validate(
                {"catalogue": "hda", "collection": COLLECTION, "item": "i", "title": "Wind", "offer": offer}
            )
            is_killed = ordering(file, f"{root}/api/v1", query.model_dump_json(), steps)
            assert not ordering(file, f"{root}/api/v1", "", ALIVE)
        kept = KeptOrders.model_validate_json(file.read_bytes()).orders if file.exists() else ()
        ends.append((kept[0].state if kept else "none", len(destine.desk.taken)))
        if not is_killed:
            break
    # Killed before it is noted, it is not placed; while it is sent, it is in doubt; else it is delivered.
    assert ends[-1] == ("succeeded", 1)
    assert set(ends) <= {("none", 0), ("succeeded", 1), ("unknown", 0), ("unknown", 1)}
    assert ("none", 0) in ends
    assert ends.count(("succeeded", 1)) > 2


def test_an_order_whose_server_is_killed_while_it_waits_for_the_answer_is_in_doubt(tmp_path: Path) -> None:
    destine = Destine(StacUpstream([]))
    destine.needs_a_login = False
    arrived, answered = threading.Event(), threading.Event()

    def hold() -> None:
        arrived.set()
        answered.wait(60)

    destine.desk.before_answering = hold
    file = tmp_path / "orders.json"
    with destine_on_loopback(destine) as root:
        offer = {"href": f"{root}/api/v1/order", "body": {"param": "167"}}
        query = OrderQuery.model_validate(
            {"catalogue": "hda", "collection": COLLECTION, "item": "i", "title": "Wind", "offer": offer}
        )
        command = [sys.executable, "-c", ORDERING, str(file), f"{root}/api/v1", query.model_dump_json()]
        with subprocess.Popen([*command, str(ALIVE)]) as process:
            assert arrived.wait(60)
            process.kill()
        assert not ordering(file, f"{root}/api/v1", "", ALIVE)
        answered.set()
    (kept,) = KeptOrders.model_validate_json(file.read_bytes()).orders
    assert (kept.state, len(destine.desk.taken)) == ("unknown", 1)
    assert kept.problem == "The server ended while the order was being sent."


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
