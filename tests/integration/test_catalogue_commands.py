"""The commands as processes: found by `eohub`, beside a running service, interrupted and killed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from fakes.stac_service import CatalogueService, catalogue_service, manage

EOHUB = Path(sys.executable).parent / "eohub"
MANAGE = [sys.executable, "-c", "from eohub_catalogue.service.__main__ import manage; manage()"]


def item(number: int) -> dict[str, Any]:
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": f"i{number}",
        "collection": "c",
        "geometry": {"type": "Point", "coordinates": [number % 180, 0]},
        "bbox": [number % 180, 0, number % 180, 0],
        "properties": {"datetime": "2024-01-01T00:00:00Z", "title": f"Scene {number} " + "word " * 50},
        "assets": {"data": {"href": f"{number}.tif"}},
        "links": [],
    }


def many(path: Path, count: int) -> Path:
    path.write_text("".join(json.dumps(item(number)) + "\n" for number in range(count)))
    return path


def eohub(state: Path, *words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "EOHUB_STATE_DIR": str(state)}
    command = [str(EOHUB), "catalogue", *words]
    return subprocess.run(command, env=environment, input=given, capture_output=True, text=True, timeout=120)


def test_eohub_hands_over_with_the_stacks_database(tmp_path: Path) -> None:
    state = tmp_path / "state"
    done = eohub(state, "add", "--new-collection", "c")
    assert (done.returncode, done.stderr.splitlines()) == (
        0,
        [f"Catalogue: {state / 'catalogue/catalogue.sqlite'}", "Collection c: added."],
    )
    assert "Item i1: added." in eohub(state, "add", "-", given=json.dumps(item(1))).stderr
    refused = eohub(state, "add", "-", given="{")
    assert refused.returncode == 1
    assert "It is not JSON" in refused.stderr
    assert "Traceback" not in refused.stderr
    target = tmp_path / "out.ndjson"
    assert eohub(state, "export", str(target)).returncode == 0
    assert [json.loads(line)["id"] for line in target.read_text().splitlines()] == ["c", "i1"]


def test_eohub_without_a_word_explains_the_words(tmp_path: Path) -> None:
    done = eohub(tmp_path / "state")
    for word in ("add", "import", "export", "check"):
        assert word in done.stdout


def test_everything_works_beside_a_running_service(tmp_path: Path) -> None:
    with catalogue_service(tmp_path) as service:
        file = many(tmp_path / "in.ndjson", 1_000)
        assert service.run("import", str(file)).returncode == 0
        assert matched(service) == 1_000
        for name in ("out.parquet", "out"):
            assert service.run("export", str(tmp_path / name)).returncode == 0
        assert service.run("add", "--new-collection", "c").returncode == 0
        done = service.run("import", str(tmp_path / "out/catalog.json"), str(tmp_path / "out.parquet"))
        assert "items: 0 new" in done.stderr
        assert matched(service) == 1_000
        with urllib.request.urlopen(f"{service.root}collections/c") as answer:
            assert json.load(answer)["id"] == "c"


def matched(service: CatalogueService) -> int:
    with urllib.request.urlopen(f"{service.root}search?ids=i1,i2,i3&limit=1") as answer:
        assert json.load(answer)["numberMatched"] == 3
    with sqlite3.connect(
        f"file:{service.database_url.removeprefix('sqlite:///')}?mode=ro", uri=True
    ) as database:
        return int(database.execute("SELECT count(*) FROM item").fetchone()[0])


def test_a_store_whose_import_was_killed_is_whole_and_the_workers_end_too(tmp_path: Path) -> None:
    file, url = many(tmp_path / "many.ndjson", 60_000), f"sqlite:///{tmp_path / 'many.sqlite'}"
    process = subprocess.Popen(
        [*MANAGE, "import", str(file), "--database-url", url], stderr=subprocess.DEVNULL
    )
    wait_for_first_items(tmp_path / "many.sqlite")
    workers = children_of(process.pid)
    process.kill()
    process.wait(timeout=30)
    assert workers, "the file is large enough for a process that parses"
    wait_until_gone(workers)
    with sqlite3.connect(tmp_path / "many.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        counts = [
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("item", "item_text", "item_extent")
        ]
    assert len(set(counts)) == 1
    assert counts[0] > 0
    done = manage(["import", str(file), "--database-url", url], {})
    assert done.returncode == 0, done.stderr
    assert f"{60_000 - counts[0]} new, 0 changed, {counts[0]} unchanged" in done.stderr


def test_a_cancelled_export_leaves_what_was_there(tmp_path: Path) -> None:
    file, url = many(tmp_path / "many.ndjson", 20_000), f"sqlite:///{tmp_path / 'many.sqlite'}"
    assert manage(["import", str(file), "--database-url", url], {}).returncode == 0
    target = tmp_path / "out.parquet"
    target.write_text("old")
    process = subprocess.Popen(
        [*MANAGE, "export", str(target), "--force", "--database-url", url],
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background has it ignored, and so would the command.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    wait_for_import_of_pyarrow(process.pid)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Cancelled. Nothing was written." in said
    assert target.read_text() == "old"
    assert not list(tmp_path.glob("*.part"))
    assert not list(tmp_path.glob(".*.part"))


def test_a_full_disk_is_a_sentence_and_leaves_no_file(tmp_path: Path) -> None:
    file, url = many(tmp_path / "in.ndjson", 2_000), f"sqlite:///{tmp_path / 'in.sqlite'}"
    assert manage(["import", str(file), "--database-url", url], {}).returncode == 0
    for name in ("out.ndjson", "out.parquet"):
        # A limit on the size of files ends a write as a full disk does.
        limited = ["bash", "-c", 'trap "" XFSZ; ulimit -f 40; exec "$@"', "limited", *MANAGE]
        command = [*limited, "export", str(tmp_path / name), "--database-url", url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert "The disk is full" in done.stderr, done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / name).exists()
    assert not list(tmp_path.glob(".*.part"))


def wait_for_first_items(path: Path) -> None:
    def stored() -> bool:
        try:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
                return bool(connection.execute("SELECT count(*) FROM item").fetchone()[0])
        except sqlite3.OperationalError:
            return False

    wait_until(stored, "nothing was stored within a minute")


def wait_for_import_of_pyarrow(pid: int) -> None:
    wait_until(lambda: "libarrow" in Path(f"/proc/{pid}/maps").read_text(), "nothing was exported")


def wait_until_gone(pids: list[int]) -> None:
    wait_until(lambda: not any(is_running(pid) for pid in pids), f"{pids} still run")


def is_running(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def children_of(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(part) for part in path.read_text().split()]


def wait_until(holds: Any, otherwise: str) -> None:
    for _ in range(1_200):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError(otherwise)


@pytest.mark.parametrize("word", ["add", "import", "export", "check"])
def test_every_command_explains_itself(word: str) -> None:
    done = manage([word, "--help"], {})
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 8
