"""Search in 100,000 items over HTTP: our service against stac-fastapi-pgstac on PostgreSQL, here and now.

Both get the same items and the same bodies from the same client, one after the other, each first every other
time; the answers are compared before anything is timed. PostgreSQL gets 512 MiB of shared buffers, the costs
of an SSD, and an ANALYZE after the items are loaded. `pypgstac load` and our import alternate as well, twice.
With `--million` our service alone gets a million items, to see how each class grows.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.catalogue_scenes import PAGE, QUESTIONS, Body, Question, collections, write_scenes
from fakes.pgstac_service import PgstacService, pgstac_service
from fakes.stac_service import CatalogueService, catalogue_service, json_lines

ITEMS, MILLION = 100_000, 1_000_000
DEEP = 30
POSTGRES = {
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "random_page_cost": "1.1",
    "max_wal_size": "4GB",
}
MEBIBYTE = 1024 * 1024

type Timings = dict[str, list[float]]


class Api:
    """A STAC API that is asked over one connection, and the milliseconds that its answers took."""

    def __init__(self, name: str, root: str, *pids: int) -> None:
        self.name = name
        self._pids = pids
        parts = urlsplit(root)
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        self._path = f"{parts.path}search"
        self.times: Timings = {question.name: [] for question in QUESTIONS}
        self.processor: Timings = {question.name: [] for question in QUESTIONS}
        self._deep: Body = {}

    def ask(self, body: Body) -> dict[str, Any]:
        """One page; raises AssertionError with the answer where it is no page."""
        try:
            answer, text = self._post(body)
        except (ConnectionError, RemoteDisconnected):
            # Servers close a connection that was idle for some seconds.
            self._connection.close()
            answer, text = self._post(body)
        assert answer.status == 200, f"{self.name}: {body}: {text[:500]!r}"
        return json.loads(text)

    def _post(self, body: Body) -> tuple[HTTPResponse, bytes]:
        given = json.dumps({"limit": PAGE} | body)
        self._connection.request("POST", self._path, given, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        return answer, answer.read()

    def go_down(self) -> None:
        """Follow the link to the next page until the deep one, which is asked for by itself from then on."""
        body: Body = {}
        for _ in range(DEEP - 1):
            page = self.ask(body)
            body = next(link["body"] for link in page["links"] if link["rel"] == "next")
        self._deep = body

    def time(self, question: Question, body: Body) -> None:
        """Ask and keep how long it took, with the answer read and parsed, and what it cost the servers."""
        before, started = processor_ms(self._pids), time.perf_counter()
        self.ask(self._deep if question.is_deep else body)
        self.times[question.name].append((time.perf_counter() - started) * 1_000)
        self.processor[question.name].append(processor_ms(self._pids) - before)

    def deep_page(self) -> dict[str, Any]:
        """The page far down."""
        return self.ask(self._deep)


@dataclass
class Cost:
    """Seconds that something took, on the wall and of processors."""

    wall: list[float] = field(default_factory=list[float])
    processor: list[float] = field(default_factory=list[float])

    @contextmanager
    def measured(self, server: Callable[[], float] = lambda: 0.0) -> Generator[None]:
        """Measure a block that runs child processes; `server` tells seconds of one that works for it."""
        before, started = _children_seconds() + server(), time.perf_counter()
        yield
        self.wall.append(time.perf_counter() - started)
        self.processor.append(_children_seconds() + server() - before)


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def postgres_seconds(postgres: int) -> float:
    """Processor seconds of a server and of all its processes, those that have ended among them."""
    main = psutil.Process(postgres)
    total = 0.0
    for process in [main, *main.children(recursive=True)]:
        used = process.cpu_times()
        total += used.user + used.system
        if process == main:
            total += used.children_user + used.children_system
    return total


def processor_ms(roots: tuple[int, ...]) -> float:
    """Milliseconds of processor that these processes and their children have used, to the nanosecond.

    Other than what a clock says, it does not grow when the machine has more to do.
    """
    every = {child.pid for pid in roots for child in psutil.Process(pid).children(recursive=True)}
    total = 0
    for pid in {*roots, *every}:
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            total += int(task.read_text().split()[0])
    return total / 1_000_000


def memory_mib(*roots: int) -> float:
    """Memory of processes with all their children; what they share is counted once."""
    processes = [psutil.Process(pid) for pid in roots]
    every = {child for root in processes for child in [root, *root.children(recursive=True)]}
    return sum(process.memory_full_info().pss for process in every) / MEBIBYTE


def load_ours(folder: Path, file: Path, service: CatalogueService, cost: Cost, expected: int) -> None:
    """Import the items, and check that all are new."""
    described = folder / "collections.ndjson"
    described.write_text(json_lines(collections()))
    assert service.store(described).returncode == 0
    with cost.measured():
        done = service.store(file)
    assert f"items: {expected} new" in done.stderr, done.stderr


def load_pgstac(file: Path, service: PgstacService, cost: Cost) -> None:
    """Load the items the way pgstac's guide says."""
    command = [sys.executable, "-m", "pypgstac.pypgstac", "load", "items", str(file), "--method", "insert"]
    environment = {**os.environ, **service.postgres.environment}
    with cost.measured(lambda: postgres_seconds(service.postgres.pid)):
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2_000:]


def check_answers(ours: Api, theirs: Api, count: int) -> dict[str, str]:
    """Compare the first answers; returns a note for each class that pgstac answers in another way."""
    chance = random.Random(1)
    notes: dict[str, str] = {}
    for question in QUESTIONS:
        for _ in range(3):
            body = question.make(chance, count)
            mine = ours.deep_page() if question.is_deep else ours.ask(body)
            other = theirs.deep_page() if question.is_deep else theirs.ask(body)
            same = _values if question.has_ties else _ids
            if same(mine) != same(other):
                notes[question.name] = f"other items: {len(_ids(mine))} here, {len(_ids(other))} there"
    return notes


def _ids(page: dict[str, Any]) -> list[object]:
    return [item["id"] for item in page["features"]]


def _values(page: dict[str, Any]) -> list[object]:
    return [item["properties"]["eo:cloud_cover"] for item in page["features"]]


def measure(apis: list[Api], rounds: int, count: int) -> None:
    """Ask every class in turns, each API first every other time."""
    chance = random.Random(2)
    for turn in range(rounds):
        for question in QUESTIONS:
            body = question.make(chance, count)
            for api in apis if turn % 2 else reversed(apis):
                api.time(question, body)


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[94]


def report(
    ours: Api, theirs: Api, notes: dict[str, str], ingest: dict[str, Cost], memory: dict[str, float]
) -> None:
    """The table, and figures at the end."""
    rounds = len(ours.times["newest"])
    print(f"{ITEMS} items, pages of {PAGE}, {rounds} rounds, {_machine()}")
    print(f"{'':30}{'ours':>24}{'pgstac':>25}{'pgstac / ours':>18}")
    columns = "".join(f"{name:>9}{'p95':>8}{'cpu':>8}" for name in ("p50", "p50"))
    print(f"{'query':29}{columns}{'p50':>10}{'cpu':>8}   (ms)")
    for question in QUESTIONS:
        print(_row(question.name, ours, theirs), notes.get(question.name, ""))
    for name, cost in ingest.items():
        walls = ", ".join(f"{wall:.1f}" for wall in cost.wall)
        print(f"ingest {name}: {walls} s; processor {statistics.median(cost.processor):.1f} s")
    print("memory: " + "; ".join(f"{name} {size:.0f} MiB" for name, size in memory.items()))
    for question in QUESTIONS:
        mine, other = _middle(ours, question.name), _middle(theirs, question.name)
        name = question.name.replace(" ", "_")
        print(f"figure: search_{name}_p50 {mine[0]:.2f} ms")
        print(f"figure: search_{name}_p95 {mine[1]:.2f} ms")
        print(f"figure: search_{name}_processor {mine[2]:.2f} ms")
        print(f"figure: search_{name}_faster {other[0] / mine[0]:.2f} x")
    mine, other = ingest["ours"], ingest["pypgstac"]
    print(f"figure: ingest_100000 {min(mine.wall):.2f} s")
    print(f"figure: ingest_100000_processor {statistics.median(mine.processor):.2f} s")
    print(f"figure: ingest_faster {min(other.wall) / min(mine.wall):.2f} x")
    print(f"figure: catalogue_service_memory {memory['ours']:.0f} MiB")


def _row(name: str, ours: Api, theirs: Api) -> str:
    mine, other = _middle(ours, name), _middle(theirs, name)
    sides = "".join(f"{p50:9.1f}{p95:8.1f}{cpu:8.1f}" for p50, p95, cpu in (mine, other))
    return f"{name:29}{sides}{other[0] / mine[0]:9.1f}x{other[2] / mine[2]:7.1f}x"


def _middle(api: Api, name: str) -> tuple[float, float, float]:
    times = api.times[name]
    return statistics.median(times), p95(times), statistics.median(api.processor[name])


def report_million(ours: Api, cost: Cost, memory: float, size: float) -> None:
    """How each class does with ten times as many items."""
    print(f"{MILLION} items, {len(ours.times['newest'])} rounds, {_machine()}")
    print(f"{'query':30}{'p50':>8}{'p95':>8}{'cpu':>8}   (ms)")
    for question in QUESTIONS:
        p50, high, cpu = _middle(ours, question.name)
        print(f"{question.name:30}{p50:8.1f}{high:8.1f}{cpu:8.1f}")
    print(f"ingest {cost.wall[0]:.0f} s, processor {cost.processor[0]:.0f} s; database {size:.0f} MiB")
    print(f"memory of the service {memory:.0f} MiB")
    for question in QUESTIONS:
        name = question.name.replace(" ", "_")
        p50, _, cpu = _middle(ours, question.name)
        print(f"figure: search_million_{name}_p50 {p50:.2f} ms")
        print(f"figure: search_million_{name}_processor {cpu:.2f} ms")
    print(f"figure: ingest_1000000 {cost.wall[0]:.1f} s")
    print(f"figure: catalogue_service_memory_million {memory:.0f} MiB")


def _machine() -> str:
    return f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"


def compare(folder: Path, rounds: int) -> None:
    """Our service against pgstac."""
    file = write_scenes(folder / "items.ndjson", ITEMS)
    ingest = {"ours": Cost(), "pypgstac": Cost()}
    with ExitStack() as stack:
        for turn in ("first", "second"):
            # The first of each is thrown away: only how long it took is kept.
            with ExitStack() as this:
                kept = stack if turn == "second" else this
                place = folder / turn
                place.mkdir()
                theirs = kept.enter_context(pgstac_service(place, POSTGRES, collections()))
                load_pgstac(file, theirs, ingest["pypgstac"])
                service = kept.enter_context(catalogue_service(place))
                load_ours(place, file, service, ingest["ours"], ITEMS)
        analyze(theirs)
        apis = [
            Api("ours", service.root, service.pid),
            Api("pgstac", theirs.root, theirs.pid, theirs.postgres.pid),
        ]
        for api in apis:
            api.go_down()
        notes = check_answers(apis[0], apis[1], ITEMS)
        measure(apis, rounds, ITEMS)
        memory = {
            "ours": memory_mib(service.pid),
            "pgstac's API": memory_mib(theirs.pid),
            "PostgreSQL": memory_mib(theirs.postgres.pid),
        }
        report(apis[0], apis[1], notes, ingest, memory)


def analyze(theirs: PgstacService) -> None:
    """Let PostgreSQL know what it holds."""
    import psycopg

    given = theirs.postgres.environment
    with psycopg.connect(
        host=given["PGHOST"], port=given["PGPORT"], user=given["PGUSER"], password=given["PGPASSWORD"],
        dbname=given["PGDATABASE"], autocommit=True,
    ) as connection:  # fmt: skip
        connection.execute("ANALYZE")


def grow(folder: Path, rounds: int) -> None:
    """Our service with a million items."""
    file = write_scenes(folder / "million.ndjson", MILLION)
    cost = Cost()
    with catalogue_service(folder) as service:
        load_ours(folder, file, service, cost, MILLION)
        ours = Api("ours", service.root, service.pid)
        ours.go_down()
        measure([ours], rounds, MILLION)
        size = sum(path.stat().st_size for path in folder.glob("catalogue.sqlite*")) / MEBIBYTE
        report_million(ours, cost, memory_mib(service.pid), size)


def main() -> None:
    """Make the items, store them, ask in turns, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60, help="how often each class is asked on each side")
    parser.add_argument("--million", action="store_true", help="a million items, our service alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="eohub-bench-") as name:
        (grow if options.million else compare)(Path(name), options.rounds)


if __name__ == "__main__":
    main()
