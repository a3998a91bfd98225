"""A real Dask cluster, attached in a process of a server: while it works the server is in use."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes.lifetime_pod import KernelManager

from eohub_lifetime.activity import activity
from eohub_lifetime.server.cpu import CpuMeter
from eohub_lifetime.server.dask_notes import FOLDER
from eohub_lifetime.server.gpu import GpuMeter
from eohub_lifetime.server.looking import ServerLooker
from eohub_profiles.decision import Lifetime

HOUR = 3_600
RULES = Lifetime(HOUR, 600, HOUR, None, cpu_percent=10.0, gpu_percent=5.0)
TASKS = 3
PATIENCE_SECONDS = 60

# What a person runs: nothing in it speaks of EOHub. The tasks wait for a file, so that they use no CPU.
_SCRIPT = """
import sys, time
from pathlib import Path
from distributed import Client, LocalCluster

def wait(number, gate):
    while not Path(gate).exists():
        time.sleep(0.1)
    return number

if __name__ == "__main__":
    gate, count = sys.argv[1], int(sys.argv[2])
    with LocalCluster(
        n_workers=1, threads_per_worker=count, processes=False, protocol="tcp", host="127.0.0.1",
        dashboard_address=None,
    ) as cluster, Client(cluster) as client:
        print("attached", flush=True)
        sys.stdin.readline()
        futures = [client.submit(wait, number, gate, pure=False) for number in range(count)]
        print("works", flush=True)
        print(sum(client.gather(futures)), flush=True)
        sys.stdin.readline()
"""


class Person:
    """A process of a person's server, with a cluster of its own."""

    def __init__(self, folder: Path) -> None:
        self.gate = folder / "gate"
        self.runtime = folder / "runtime"
        self.runtime.mkdir()
        script = folder / "work.py"
        script.write_text(_SCRIPT)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
        }
        self.process = subprocess.Popen(
            [sys.executable, script, self.gate, str(TASKS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, env=environment, text=True,
        )  # fmt: skip

    def says(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def goes_on(self) -> None:
        """Let it take its next step."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    person = Person(tmp_path)
    try:
        yield person
    finally:
        person.process.kill()
        person.process.communicate(timeout=30)


async def busy_with(looker: ServerLooker, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """What the server is busy with, once it is what is wanted, or after a while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = activity(await looker.look(), RULES)
        if found == wanted or time.monotonic() > deadline:
            return found
        time.sleep(0.5)  # noqa: ASYNC251 nothing else runs in this loop


async def test_a_cluster_counts_while_it_works_and_not_while_it_is_only_attached(person: Person) -> None:
    server = SimpleNamespace(kernel_manager=KernelManager(), web_app=SimpleNamespace(settings={}))
    notes = person.runtime / FOLDER
    looker = ServerLooker(
        server, cpu=CpuMeter(lambda: 0.0, time.monotonic), gpu=GpuMeter(None), notes=notes, clock=time.time
    )
    assert person.says() == "attached"
    assert activity(await looker.look(), RULES) == ()
    person.goes_on()
    assert person.says() == "works"
    assert await busy_with(looker, (f"{TASKS} Dask tasks",)) == (f"{TASKS} Dask tasks",)
    person.gate.touch()
    assert person.says() == str(sum(range(TASKS)))
    assert await busy_with(looker, ()) == ()
    assert list(notes.glob("*.json")), "it is attached still, and says so"
    person.goes_on()
    assert person.process.wait(timeout=60) == 0
