"""Search in 100,000 items over HTTP, against plain SQL on the same file in this process.

The baseline "sqlite3 in process" does what is left when everything of ours is taken away: one statement
written by hand for the question, run by Python's own sqlite3 on the same database, and the page's documents
parsed and written as one JSON text. It has no server, no HTTP, no choice between indexes and no links. So the
ratio says what the service costs on top of the database.

Both answer the same questions in turns, in one run; the answers are compared before anything is timed.
"""

import argparse
import json
import os
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.stac_service import CatalogueService, catalogue_service

ITEMS = 100_000
COLLECTIONS = 5
PAGE = 100
WORDS = ("ocean", "land", "ice", "cloud", "forest", "desert", "city", "river")
FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
DAYS = 3_650

type Parameters = dict[str, str]


@dataclass
class Question:
    """One class of queries: how to make one, and how plain SQL answers it."""

    name: str
    make: Callable[[random.Random], Parameters]
    sql: str
    values: Callable[[Parameters], list[Any]]
    service_ms: list[float] = field(default_factory=list[float])
    baseline_ms: list[float] = field(default_factory=list[float])

    @property
    def ratio(self) -> float:
        return statistics.median(self.service_ms) / statistics.median(self.baseline_ms)


def synthetic_items(count: int) -> Iterator[dict[str, Any]]:
    """Scenes of about one degree all over the earth and ten years, half of them boxes, half slanted."""
    chance = random.Random(20261125)
    for number in range(count):
        west, south = chance.uniform(-180, 178), chance.uniform(-80, 78)
        east, north = west + 1.2, south + 1
        slant = 0.0 if number % 2 else 0.1
        ring = [[west + slant, south], [east, south + slant], [east - slant, north], [west, north - slant]]
        if not slant:
            ring = [[west, south], [east, south], [east, north], [west, north]]
        at = FIRST_DAY + timedelta(seconds=chance.randrange(DAYS * 86_400))
        yield {
            "type": "Feature",
            "stac_version": "1.1.0",
            "id": f"scene-{number:06}",
            "collection": f"collection-{number % COLLECTIONS}",
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            "bbox": [west, south, east, north],
            "properties": {
                "datetime": at.isoformat().replace("+00:00", "Z"),
                "title": f"Scene {number} over {chance.choice(WORDS)} and {chance.choice(WORDS)}",
                "description": "A synthetic scene for measurements",
                "keywords": ["synthetic", f"path{number % 200:03}"],
                "eo:cloud_cover": round(chance.uniform(0, 100), 2),
            },
            "links": [],
            "assets": {
                "data": {
                    "href": f"s3://bucket/{number}.tif",
                    "type": "image/tiff; application=geotiff",
                    "roles": ["data"],
                },
                "thumbnail": {
                    "href": f"s3://bucket/{number}.png",
                    "type": "image/png",
                    "roles": ["thumbnail"],
                },
            },
        }


def a_month(chance: random.Random) -> str:
    start = FIRST_DAY + timedelta(days=chance.randrange(DAYS - 30))
    return f"{start:%Y-%m-%dT00:00:00Z}/{start + timedelta(days=30):%Y-%m-%dT00:00:00Z}"


def a_box(chance: random.Random, width: float, height: float) -> str:
    west, south = chance.uniform(-170, 170 - width), chance.uniform(-70, 70 - height)
    return f"{west},{south},{west + width},{south + height}"


def box_values(parameters: Parameters) -> list[Any]:
    west, south, east, north = map(float, parameters["bbox"].split(","))
    return [east, west, north, south]


def microseconds(parameters: Parameters) -> list[Any]:
    start, end = (datetime.fromisoformat(text) for text in parameters["datetime"].split("/"))
    return [round(at.timestamp()) * 1_000_000 for at in (start, end)]


ORDER = "ORDER BY start_time DESC, id DESC, collection DESC LIMIT 100"
# Plain SQL takes the scenes' boxes for their shapes. Where an edge is slanted that finds a few more.
EXTENT = "SELECT id >> 1 FROM item_extent WHERE west <= ? AND east >= ? AND south <= ? AND north >= ?"

QUESTIONS = (
    Question(
        "newest page",
        lambda _: {"limit": "100"},
        f"SELECT id, body FROM item {ORDER}",
        lambda _: [],
    ),
    Question(
        "bbox 40 x 35 degrees",
        lambda chance: {"limit": "100", "bbox": a_box(chance, 40, 35)},
        f"SELECT id, body FROM item WHERE pk IN ({EXTENT}) {ORDER}",
        box_values,
    ),
    Question(
        "bbox 10 x 10 and a month",
        lambda chance: {"limit": "100", "bbox": a_box(chance, 10, 10), "datetime": a_month(chance)},
        f"SELECT id, body FROM item WHERE pk IN ({EXTENT} AND since <= ? AND until >= ?)"
        f" AND start_time BETWEEN ? AND ? {ORDER}",
        lambda given: [
            *box_values(given),
            *(at / 86_400_000_000 for at in reversed(microseconds(given))),
            *microseconds(given),
        ],
    ),
    Question(
        "free text",
        lambda chance: {"limit": "100", "q": f"{chance.choice(WORDS)} path{chance.randrange(200):03}"},
        "SELECT id, body FROM item WHERE pk IN"
        f" (SELECT rowid FROM item_text WHERE item_text MATCH ?) {ORDER}",
        lambda given: [" AND ".join(given["q"].split())],
    ),
    Question(
        "by id",
        lambda chance: {"limit": "100", "ids": f"scene-{chance.randrange(ITEMS):06}"},
        f"SELECT id, body FROM item WHERE id = ? {ORDER}",
        lambda given: [given["ids"]],
    ),
    Question(
        "collection and a month",
        lambda chance: {
            "limit": "100",
            "collections": f"collection-{chance.randrange(COLLECTIONS)}",
            "datetime": a_month(chance),
        },
        f"SELECT id, body FROM item WHERE collection = ? AND start_time BETWEEN ? AND ? {ORDER}",
        lambda given: [given["collections"], *microseconds(given)],
    ),
)


def ask_service(connection: HTTPConnection, parameters: Parameters) -> bytes:
    connection.request("GET", f"/services/catalogue/search?{urlencode(parameters)}")
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body
    return body


def ask_baseline(database: sqlite3.Connection, question: Question, parameters: Parameters) -> bytes:
    rows = database.execute(question.sql, question.values(parameters)).fetchall()
    features = [json.loads(body) for _, body in rows]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def ids(body: bytes) -> list[str]:
    return [item["id"] for item in json.loads(body)["features"]]


def check_answers(connection: HTTPConnection, database: sqlite3.Connection) -> None:
    """Both sides say the same; where the baseline takes boxes for shapes it may find a few more."""
    chance = random.Random(1)
    for question in QUESTIONS:
        for _ in range(10):
            parameters = question.make(chance)
            ours = ids(ask_service(connection, parameters))
            plain = ids(ask_baseline(database, question, parameters))
            if "bbox" in parameters:
                kept = [one for one in plain if one in set(ours)]
                assert kept == ours[: len(kept)], (question.name, parameters)
                assert len(kept) >= 0.9 * len(plain), (question.name, parameters)
            else:
                assert ours == plain, (question.name, parameters)


def measure(connection: HTTPConnection, database: sqlite3.Connection, rounds: int) -> None:
    chance = random.Random(2)
    for turn in range(rounds):
        for question in QUESTIONS:
            parameters = question.make(chance)
            sides: list[tuple[list[float], Callable[[], bytes]]] = [
                (question.service_ms, lambda given=parameters: ask_service(connection, given)),
                (question.baseline_ms, lambda q=question, given=parameters: ask_baseline(database, q, given)),
            ]
            # Each goes first every other time, so that neither always finds the pages warmed by the other.
            for times, ask in sides if turn % 2 else reversed(sides):
                started = time.perf_counter()
                ask()
                times.append((time.perf_counter() - started) * 1_000)


def percentile(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


@dataclass(frozen=True)
class Ingest:
    """Seconds of the command, on the wall and of processor, and of a table of the plain lines."""

    wall: float
    processor: float
    plain: float


def measure_ingest(folder: Path, file: Path, service: CatalogueService) -> Ingest:
    """The command against lines that are parsed for their id and put into one table as they are."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = service.store(file)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    assert f"items: {ITEMS} new" in done.stderr, done.stderr
    started = time.perf_counter()
    with sqlite3.connect(folder / "plain.sqlite") as plain, file.open() as lines:
        plain.execute("CREATE TABLE item (id TEXT PRIMARY KEY, body TEXT)")
        rows = ((json.loads(line)["id"], line) for line in lines)
        plain.executemany("INSERT INTO item VALUES (?, ?)", rows)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ingest(wall, processor, time.perf_counter() - started)


def resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def report(rounds: int, ingest: Ingest, memory: tuple[float, float], size: float) -> None:
    machine = f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    print(f"{ITEMS} items, pages of {PAGE}, {rounds} rounds, {machine}")
    print(f"{'query':26}{'service p50':>12}{'p95':>8}{'baseline p50':>14}{'p95':>8}{'p50 ratio':>11}   (ms)")
    for question in QUESTIONS:
        ours, plain = question.service_ms, question.baseline_ms
        print(
            f"{question.name:26}{statistics.median(ours):12.1f}{percentile(ours, 95):8.1f}"
            f"{statistics.median(plain):14.1f}{percentile(plain, 95):8.1f}{question.ratio:11.2f}"
        )
    print(f"ingest {ingest.wall:.1f} s ({ingest.processor:.1f} s of processor)", end="; ")
    print(f"a table of the plain lines {ingest.plain:.1f} s; database {size:.0f} MB")
    print(f"resident memory of the service: {memory[0]:.0f} MiB idle, {memory[1]:.0f} MiB after the run")
    for question in QUESTIONS:
        name = question.name.replace(" ", "_")
        print(f"figure: search_{name}_p50 {statistics.median(question.service_ms):.2f} ms")
        print(f"figure: search_{name}_p95 {percentile(question.service_ms, 95):.2f} ms")
        print(f"figure: search_{name}_ratio {question.ratio:.2f} x")
    print(f"figure: ingest_100000 {ingest.wall:.2f} s")
    print(f"figure: ingest_100000_processor {ingest.processor:.2f} s")
    print(f"figure: ingest_ratio {ingest.wall / ingest.plain:.2f} x")
    print(f"figure: catalogue_service_memory {memory[1]:.0f} MiB")


def main() -> None:
    """Make the items, store them, ask in turns, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=150, help="how often each class is asked on each side")
    rounds: int = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "items.ndjson"
        with file.open("w") as lines:
            for item in synthetic_items(ITEMS):
                lines.write(json.dumps(item) + "\n")
        with catalogue_service(folder) as service:
            idle = resident_mib(service.pid)
            ingest = measure_ingest(folder, file, service)
            database = sqlite3.connect(f"file:{folder / 'catalogue.sqlite'}?mode=ro", uri=True)
            connection = HTTPConnection("127.0.0.1", service.port, timeout=120)
            check_answers(connection, database)
            measure(connection, database, rounds)
            memory = idle, resident_mib(service.pid)
            size = (folder / "catalogue.sqlite").stat().st_size / 1e6
            report(rounds, ingest, memory, size)
            connection.close()
            database.close()


if __name__ == "__main__":
    main()
