"""What our rules cost a spawn: CPU time of the form, the decision, the keys to S3 and the audit log.

The baseline "plain" is JupyterHub as it comes with the same spawner, which does nothing, on a copy of the
same 10,000 people and 1,000 running servers. Person by person, both hubs show the form, take it, and start a
server; ours then gives keys to it, which the plain hub has none of. The CPU time is that of the hub's process
and, for the keys, of the storage service; what the audit log's writer took is taken out of the others and
shown apart. "Added" is ours less the plain hub's median. Statements to the databases are counted as well,
and those that a JupyterLab server causes at the hub while it answers proxied requests.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.crowded_hub import cpu_seconds, person
from fakes.hub_for_spawner import Browser
from fakes.measured_hub import STORAGE_TOKEN, MeasuredHub
from fakes.storage_sts import sts_on_a_port

HOWS = ("plain", "eohub")
FORM, DECISION, KEYS, AUDIT, TOTAL = "form", "resolve and decide", "storage keys", "audit", "total"
PARTS = (FORM, DECISION, KEYS, AUDIT, TOTAL)
REQUESTS = 100
BESIDE_PYTHON = Path(sys.executable).parent
FIELDS = {"profile": "small", "environment": "eo"}
SETTLED_SECONDS = 0.03


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds and statements to databases of one piece of work."""

    cpu: float
    audit: float
    statements: int


@dataclass
class Measured:
    """A hub, and the processes beside it whose work is counted with its own."""

    hub: MeasuredHub
    beside: tuple[int, ...] = ()

    def _now(self) -> tuple[float, float, int]:
        seconds = self.hub.cpu_seconds + sum(map(cpu_seconds, self.beside))
        return seconds, self.hub.audit_seconds, self.hub.statements

    def cost(self, work: Callable[[], object]) -> Cost:
        """What a piece of work costs; what the hub still does after its answer is part of it."""
        before = self._now()
        work()
        time.sleep(SETTLED_SECONDS)
        cpu, audit, statements = (now - then for now, then in zip(self._now(), before, strict=True))
        return Cost((cpu - audit) * 1000, audit * 1000, int(statements))


def spawn(measured: Measured, name: str, storage: str | None) -> dict[str, Cost]:
    """Start the server of a person as a browser does, get its keys, and stop it."""
    hub = measured.hub
    browser = hub.browser(name)
    costs = {
        FORM: measured.cost(lambda: _shown(browser)),
        DECISION: measured.cost(lambda: _started(browser)),
    }
    if storage is not None:
        token = hub.told(name)["JUPYTERHUB_API_TOKEN"]
        costs[KEYS] = measured.cost(lambda: _keys(storage, token))
    hub.stopped(name)
    browser.client.close()
    return costs


def _shown(browser: Browser) -> None:
    page = browser.get("spawn")
    assert page.status_code == 200, page.text
    assert 'name="profile"' in page.text


def _started(browser: Browser) -> None:
    answer = browser.submit("spawn", FIELDS)
    assert answer.status_code == 302, answer.text


def _keys(storage: str, token: str) -> None:
    headers = {"Authorization": f"token {token}"}
    httpx2.post(f"{storage}/credentials", headers=headers, timeout=30).raise_for_status()


def question(measured: Measured, name: str) -> float:
    """CPU milliseconds of whose token it is, which a service asks the hub: a measure for what keys cost."""
    browser = measured.hub.browser(name)
    token = browser.rest("POST", f"users/{name}/tokens", {}).json()["token"]
    headers = {"Authorization": f"token {token}"}
    with httpx2.Client(headers=headers, timeout=30) as client:
        url = f"{measured.hub.url}/api/user"
        asked = [measured.cost(lambda: client.get(url).raise_for_status()).cpu for _ in range(21)]
    return statistics.median(asked)


def by_part(costs: dict[str, Cost]) -> dict[str, float]:
    """CPU milliseconds of each part of one spawn, and of all."""
    parts = {name: cost.cpu for name, cost in costs.items()}
    parts[AUDIT] = sum(cost.audit for cost in costs.values())
    return {**parts, TOTAL: sum(parts.values())}


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


@contextmanager
def storage_service(hub: MeasuredHub, sts: str) -> Generator[tuple[str, int]]:
    """The storage service beside a hub: its address and process."""
    port = free_port()
    variables = {
        "JUPYTERHUB_API_URL": f"{hub.url}/api",
        "JUPYTERHUB_API_TOKEN": STORAGE_TOKEN,
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}",
        "JUPYTERHUB_SERVICE_PREFIX": "/services/storage/",
        "EOHUB_STORAGE_STS_URL": sts,
    }
    with started([BESIDE_PYTHON / "eohub-storage-service"], variables, hub.folder / "storage") as process:
        url = f"http://127.0.0.1:{port}/services/storage"
        wait_for(f"{url}/health")
        yield url, process


@contextmanager
def started(command: list[str | Path], variables: dict[str, str], folder: Path) -> Generator[int]:
    """A process in a folder of its own."""
    folder.mkdir(exist_ok=True)
    with (folder / "log").open("ab") as log:
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **variables}
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(url: str) -> None:
    until = time.monotonic() + 120
    while True:
        try:
            httpx2.get(url, timeout=5)
            return
        except httpx2.HTTPError:
            assert time.monotonic() < until, url
            time.sleep(0.2)


def statements_of_requests(hub: MeasuredHub, name: str) -> tuple[int, int]:
    """Statements of the first request that a person's JupyterLab answers, and of the hundred after it.

    The proxy in front of it knows its routes by heart and asks the hub nothing, so that it is left out.
    """
    browser = hub.browser(name)
    token = browser.rest("POST", f"users/{name}/tokens", {}).json()["token"]
    _started(browser)
    port = free_port()
    address = f"http://127.0.0.1:{port}/user/{name}"
    told = hub.told(name) | {"JUPYTERHUB_SERVICE_URL": f"{address}/"}
    # It reports its activity by the clock, not by requests, and that would be counted by chance.
    quiet = told | {"JUPYTERHUB_ACTIVITY_INTERVAL": "100000"}
    command: list[str | Path] = [BESIDE_PYTHON / "jupyterhub-singleuser", "--allow-root"]
    with started(command, quiet, hub.folder / f"lab-{name}"), httpx2.Client(timeout=60) as client:
        wait_for(f"{address}/api")
        time.sleep(2)
        counts = list[int]()
        for times in (1, REQUESTS):
            before = hub.statements
            for _ in range(times):
                answer = client.get(f"{address}/api/contents", headers={"Authorization": f"token {token}"})
                assert answer.status_code == 200, answer.text
            counts.append(hub.statements - before)
    hub.stopped(name)
    return counts[0], counts[1]


def report(found: dict[str, list[dict[str, Cost]]]) -> None:
    """Print the table of CPU time and that of statements."""
    times = {how: defaultdict[str, list[float]](list) for how in HOWS}
    for how in HOWS:
        for part, value in (item for costs in found[how] for item in by_part(costs).items()):
            times[how][part].append(value)
    titles = ("plain p50", "p95", "eohub p50", "p95", "added p50", "p95")
    print(f"{'CPU ms of one spawn':22}" + "".join(f"{title:>11}" for title in titles))
    for part in PARTS:
        plain, eohub = (times[how].get(part, [0.0, 0.0]) for how in HOWS)
        added = [value - statistics.median(plain) for value in eohub]
        cells = (f"{statistics.median(each):11.1f}{p95(each):11.1f}" for each in (plain, eohub, added))
        print(f"{part:22}{''.join(cells)}")
    for part in (FORM, DECISION, KEYS):
        counts = {
            how: statistics.median(costs[part].statements if part in costs else 0 for costs in found[how])
            for how in HOWS
        }
        print(f"statements, {part:22}" + ", ".join(f"{how} {counts[how]:.0f}" for how in HOWS))
    base = statistics.median(times["plain"][TOTAL])
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    print(f"figure: policy_cpu_added_p95 {p95([each - base for each in times['eohub'][TOTAL]]):.1f} ms")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--running", type=int, default=1_000)
    parser.add_argument("--spawns", type=int, default=200)
    given = parser.parse_args()
    with ExitStack() as stack:
        hubs = dict[str, MeasuredHub]()
        for how in HOWS:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"eohub-policy-{how}-")))
            hubs[how] = MeasuredHub(folder, how, given.people, given.running)
            stack.callback(hubs[how].close)
            hubs[how].prepare()
            hubs[how].start()
        sts = stack.enter_context(sts_on_a_port())
        storage, process = stack.enter_context(storage_service(hubs["eohub"], sts))
        measured = {"plain": Measured(hubs["plain"]), "eohub": Measured(hubs["eohub"], (process,))}
        found = defaultdict[str, list[dict[str, Cost]]](list)
        for number in range(given.spawns + 1):
            for how in HOWS:
                name = person(given.running + 1 + number)
                costs = spawn(measured[how], name, storage if how == "eohub" else None)
                if number:  # the first spawn of a hub fills its caches
                    found[how].append(costs)
        print(f"{given.people} people, {given.running} running servers, {given.spawns} spawns each")
        asked = {how: question(measured[how], person(given.running + 1)) for how in HOWS}
        counts = {how: statements_of_requests(hubs[how], person(given.running + 1)) for how in HOWS}
        for how, (first, further) in counts.items():
            print(f"statements, {how}: {first} of the first proxied request, {further} of {REQUESTS} more")
        print(f"figure: policy_statements_per_proxied_request {counts['eohub'][1] / REQUESTS:.2f} statements")
        report(found)
        one = ", ".join(f"{how} {milliseconds:.1f}" for how, milliseconds in asked.items())
        print(f"for comparison, CPU ms of one GET /hub/api/user: {one}")


if __name__ == "__main__":
    main()
