"""Every cell of the isolation matrix, tried on a running stack: who asks for what, and what they are told.

Run as root it tries accounts of their own, otherwise bubblewrap. What was found is kept in
`artifacts/isolation`, for the tables of the operator guide.
"""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from integration.isolation_ask import Asker
from integration.isolation_cells import (
    FILES_AND_PROCESSES,
    FROM_ANOTHER_ACCOUNT,
    INSIDE,
    NETWORKS,
    OUTSIDE,
    OVER_HTTP,
    PORTS,
    TABLES,
    WALLS,
    Look,
    Outer,
    Row,
)
from integration.isolation_world import OWNER, World, running_world
from integration.local_stack import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")
RESULTS = ROOT / "artifacts" / "isolation"
NOBODY = 65_534
type Found = defaultdict[str, dict[str, dict[str, str]]]
"""Answers by table, row and column."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running_world() as world:
        yield world


@pytest.fixture(scope="module")
def asker(world: World) -> Asker:
    return Asker(world)


@pytest.fixture(scope="module")
def found() -> Generator[Found]:
    """What is found, written down when all has been tried."""
    found: Found = defaultdict(dict)
    yield found
    RESULTS.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        if rows := found[table.name]:
            (RESULTS / f"{table.name}-{os.getuid()}.json").write_text(json.dumps(rows, indent=1))


@pytest.fixture(scope="module")
def inside(asker: Asker) -> dict[str, dict[Look, str]]:
    """What each actor's notebook finds, all in one go."""
    looks = [row.ask for row in (*FILES_AND_PROCESSES, *PORTS)]
    return {actor: dict(zip(looks, asker.inside(actor, looks), strict=True)) for actor in INSIDE}


@pytest.fixture(scope="module")
def walls(world: World) -> str:
    """Which walls stand between servers here."""
    return WALLS[0] if world.server_process(OWNER).uids().real != os.getuid() else WALLS[1]


@pytest.fixture(scope="module")
def network(world: World) -> str:
    """Which network servers have here."""
    own = (os.readlink(f"/proc/{pid}/ns/net") for pid in (world.server_process(OWNER).pid, "self"))
    return NETWORKS[0] if len(set(own)) == 2 else NETWORKS[1]


def cells[Ask](rows: tuple[Row[Ask], ...], actors: tuple[str, ...]) -> list[object]:
    """Each row with each actor, called by what it tries."""
    return [pytest.param(row, actor, id=f"{row.name}, {actor}") for row in rows for actor in actors]


def expected(row: Row[Look], column: int, actor: str) -> str:
    answer = row.answers[column]
    return answer if isinstance(answer, str) else answer[actor]


def keep(found: Found, table: str, row: Row[Look], column: str, actor: str, answer: str) -> None:
    """Write an answer down; where actors differ, by actor."""
    cell = found[table].setdefault(row.name, {})
    cell[f"{column}, {actor}"] = answer


@pytest.mark.parametrize(("row", "actor"), cells(OVER_HTTP[:-1], OUTSIDE))
def test_over_http(asker: Asker, found: Found, row: Row[Outer], actor: str) -> None:
    if row.resource == "mount" and not asker.has_mount:
        pytest.skip("nothing can be mounted here")
    answer = asker.outside(actor, row.ask)
    assert answer == row.answers[OUTSIDE.index(actor)]
    found["over-http"].setdefault(row.name, {})[actor] = answer


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("row", FROM_ANOTHER_ACCOUNT, ids=lambda row: row.name)
def test_from_another_account(asker: Asker, found: Found, row: Row[Look]) -> None:
    path = Path(row.ask.target.format(**asker.places()))
    if row.resource == "mount" and not asker.has_mount:
        pytest.skip("nothing can be mounted here")
    assert os.path.lexists(path)
    tried = subprocess.run(
        ["stat", path], user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, text=True,
        check=False, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    answer = "permission denied" if "Permission denied" in tried.stderr else tried.stdout + tried.stderr
    assert (answer,) == row.answers
    found["other-account"][row.name] = {"another account of the machine": answer}


@pytest.mark.parametrize(("row", "actor"), cells(FILES_AND_PROCESSES, INSIDE))
def test_from_inside_files_and_processes(
    inside: dict[str, dict[Look, str]], found: Found, walls: str, row: Row[Look], actor: str
) -> None:
    answer = inside[actor][row.ask]
    assert answer == expected(row, WALLS.index(walls), actor)
    keep(found, "files-and-processes", row, walls, actor, answer)


@pytest.mark.parametrize(("row", "actor"), cells(PORTS, INSIDE))
def test_from_inside_ports(
    inside: dict[str, dict[Look, str]], found: Found, network: str, row: Row[Look], actor: str
) -> None:
    answer = inside[actor][row.ask]
    assert answer == expected(row, NETWORKS.index(network), actor)
    keep(found, "ports", row, network, actor, answer)


LOOKED_FOR = [row for row in FILES_AND_PROCESSES if row.ask.target.startswith("{state}")]
"""Without what lies in the owner's `~/data`: only the owner's server sees that."""


@pytest.mark.parametrize(
    "row", [row for row in LOOKED_FOR if "/homes/owner/data/" not in row.ask.target], ids=lambda row: row.name
)
def test_what_is_looked_for_is_there(asker: Asker, row: Row[Look]) -> None:
    path = Path(row.ask.target.format(**asker.places()))
    if row.resource == "mount" and not asker.has_mount:
        pytest.skip("nothing can be mounted here")
    assert os.path.lexists(path.parent if row.ask.kind == "write" else path)


OPEN_TO_THE_OWNER = (
    Look("list", "{state}/homes/owner"),
    Look("read", "{state}/homes/owner/private.txt"),
    Look("list", "/tmp/jupyter"),
    Look("connect", "/tmp/isolation.sock"),
    Look("connect", "\0eohub-isolation"),
    Look("tcp", "{opened}"),
    Look("http", "{hub} GET /hub/api/user"),
    Look("s3", "users/owner/private.txt"),
)


def test_the_owners_own_notebook_finds_all_of_it_open_so_the_cells_can_fail(asker: Asker) -> None:
    mounted = [row.ask for row in FILES_AND_PROCESSES if "/homes/owner/data/" in row.ask.target]
    answers = asker.inside("the owner", [*OPEN_TO_THE_OWNER, *(mounted if asker.has_mount else ())])
    assert set(answers) <= {"OPEN", "allowed"}, answers


@pytest.mark.parametrize("actor", [*OUTSIDE[1:4], *reversed(OUTSIDE[4:]), OUTSIDE[0]])
def test_who_may_stop_the_server_tried_last(asker: Asker, found: Found, actor: str) -> None:
    row = OVER_HTTP[-1]
    answer = asker.outside(actor, row.ask)
    assert answer == row.answers[OUTSIDE.index(actor)]
    found["over-http"].setdefault(row.name, {})[actor] = answer
