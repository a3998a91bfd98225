"""What code inside a server's walls can and cannot do, tried from inside, with each kind of walls found here.

Run as root it tries accounts of their own, and itself once more as an ordinary account, which tries
bubblewrap.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes.ordinary_account import run_as_ordinary_account
from fakes.walled_place import FIRST_UID, MODE, ROOT, SECRET, Place, new_place, read_log, wait_until

from eohub_hub.isolation.limits import Bound, enforcement
from eohub_hub.isolation.order import NOT_STARTED, Mode
from eohub_hub.isolation.probe import LAUNCHER, find_isolation, find_machine, remove_groups
from eohub_hub.spawner.process import ProcessRecord, end_strays, launch, listens, started_at

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")

LOOK = """
import ctypes, json, os, signal, sys
paths = json.loads(sys.argv[1])

def attempt(action):
    try:
        return {"done": repr(action())}
    except BaseException as error:
        return {"refused": type(error).__name__}

def attach(pid):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, pid, None, None) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")

def write(path):
    with open(path, "w") as file:
        file.write("x")

status = {name: text.strip() for name, text in (line.split(":", 1) for line in open("/proc/self/status"))}
print(json.dumps({
    "secret": attempt(lambda: open(paths["secret"]).read()),
    "database": attempt(lambda: open(paths["database"], "rb").read()),
    "other home": attempt(lambda: os.listdir(paths["other_home"])),
    "other log": attempt(lambda: open(paths["other_log"]).read()),
    "state folder": attempt(lambda: [n for n in os.listdir(paths["state"]) if n not in ("homes", "servers")]),
    "homes": attempt(lambda: [n for n in os.listdir(paths["homes"]) if n != "alice"]),
    "hub environment": attempt(lambda: open(f"/proc/{paths['hub_pid']}/environ").read()),
    "other environment": attempt(lambda: open(f"/proc/{paths['other_pid']}/environ").read()),
    "signal the hub": attempt(lambda: os.kill(paths["hub_pid"], 0)),
    "signal the other": attempt(lambda: os.kill(paths["other_pid"], 0)),
    "trace the hub": attempt(lambda: attach(paths["hub_pid"])),
    "trace the other": attempt(lambda: attach(paths["other_pid"])),
    "change the environment": attempt(lambda: write(paths["environment"] + "/bin/planted")),
    "change the facts": attempt(lambda: write(paths["facts"] + "/passwd")),
    "change the system": attempt(lambda: write("/etc/planted")),
    "shared /tmp": attempt(lambda: open(paths["shared"]).read()),
    "root's home": attempt(lambda: open(os.path.join("/root", ".bashrc")).read()),
    "become root": attempt(lambda: os.setuid(0)),
    "mount": attempt(lambda: os.unshare(os.CLONE_NEWNS)),
    "own home": attempt(lambda: write(paths["home"] + "/notebook.ipynb")),
    "own tmp": attempt(lambda: write("/tmp/scratch")),
    "own name": attempt(lambda: __import__("pwd").getpwuid(os.getuid()).pw_name),
    "terminal": attempt(lambda: os.openpty() and "pty"),
    "shared memory": attempt(lambda: write("/dev/shm/x")),
    "facts": {
        "no_new_privs": status["NoNewPrivs"], "capabilities": status["CapEff"], "uid": os.getuid(),
        "groups": [g for g in os.getgroups() if g not in (os.getgid(), 65534)],
        "processes": sorted(int(n) for n in os.listdir("/proc") if n.isdigit()),
        "folder": os.getcwd(), "cores": sorted(os.sched_getaffinity(0)), "cap_bound": status["CapBnd"],
    },
}))
"""
FORBIDDEN = (
    "secret", "database", "other home", "other log", "hub environment", "other environment", "signal the hub",
    "signal the other", "trace the hub", "trace the other", "change the environment", "change the facts",
    "change the system", "shared /tmp", "root's home", "become root",
)  # fmt: skip
ALLOWED = ("own home", "own tmp", "own name", "terminal", "shared memory")


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with new_place() as place:
        yield place


@pytest.fixture(scope="module")
def seen(place: Place) -> Iterator[dict[str, Any]]:
    """What alice's server finds when it tries everything, while the hub and bob's server run beside it."""
    for _ in range(60):  # so that no process outside has a number that one inside has, too
        subprocess.run(["/bin/true"], check=True)
    hub = subprocess.Popen(["/bin/sleep", "120"], env={"HUB_SECRET": SECRET})
    other = place.order("import time; print('up', flush=True); time.sleep(60)", name="bob", number=2)
    bob = launch(other, {"LANG": "C.UTF-8", "JUPYTERHUB_API_TOKEN": SECRET})
    shared = Path(tempfile.gettempdir()) / f"shared-{os.getpid()}"
    shared.write_text("of another account")
    shared.chmod(0o644)
    try:
        wait_until(lambda: place.log("bob").exists() and "up" in place.log("bob").read_text())
        inner = int(
            subprocess.run(["pgrep", "-P", str(bob.pid)], capture_output=True, check=True).stdout.split()[0]
        )
        paths = {
            "secret": str(place.state / "secrets" / "key"),
            "database": str(place.state / "hub" / "jupyterhub.sqlite"),
            "state": str(place.state),
            "homes": str(place.state / "homes"),
            "home": str(place.state / "homes" / "alice"),
            "other_home": str(place.state / "homes" / "bob"),
            "other_log": str(place.log("bob")),
            "environment": str(place.environment),
            "facts": str(place.state / "servers" / "alice" / "facts"),
            "shared": str(shared),
            "hub_pid": hub.pid,
            "other_pid": inner,
        }
        status, text = place.run(
            replace(place.order(LOOK, json.dumps(paths)), cores=(min(os.sched_getaffinity(0)),))
        )
        assert status == 0, text
        yield json.loads(text.splitlines()[-1])
    finally:
        shared.unlink()
        hub.kill()
        hub.wait(timeout=20)
        bob.send_signal(signal.SIGTERM)
        bob.wait(timeout=20)


def test_the_walls_expected_here_are_the_walls_found(place: Place) -> None:
    found = find_isolation(place.walls, place.environment)
    assert (found.mode, found.reasons) == (MODE, ())


@pytest.mark.parametrize("attempt", FORBIDDEN)
def test_a_server_cannot(seen: dict[str, Any], attempt: str) -> None:
    assert "refused" in seen[attempt], f"{attempt}: {seen[attempt]}"


@pytest.mark.parametrize("attempt", ALLOWED)
def test_a_server_can(seen: dict[str, Any], attempt: str) -> None:
    assert "done" in seen[attempt], f"{attempt}: {seen[attempt]}"


def test_of_the_state_folder_only_its_own_part_is_there(seen: dict[str, Any]) -> None:
    assert seen["homes"] == {"done": "[]"}
    assert seen["state folder"] == {"done": "['environments']"}


def test_a_server_knows_its_own_name(seen: dict[str, Any]) -> None:
    assert seen["own name"] == {"done": "'alice'"}


def test_no_right_can_be_gained(seen: dict[str, Any]) -> None:
    facts = seen["facts"]
    assert facts["no_new_privs"] == "1"
    assert int(facts["capabilities"], 16) == 0
    assert facts["groups"] == []
    assert facts["uid"] == (FIRST_UID + 1 if ROOT else os.getuid())


def test_only_its_own_processes_exist(seen: dict[str, Any]) -> None:
    assert len(seen["facts"]["processes"]) <= 3
    assert seen["facts"]["processes"][0] == 1


def test_it_starts_in_its_home_on_the_cores_it_was_given(seen: dict[str, Any], place: Place) -> None:
    assert seen["facts"]["folder"] == str(place.state / "homes" / "alice")
    assert seen["facts"]["cores"] == [min(os.sched_getaffinity(0))]


def test_the_memory_limit_ends_the_allocation_and_not_the_machine(place: Place) -> None:
    machine, _ = find_machine(MODE, "walls-test")
    if machine.memory is Bound.CGROUP:
        pytest.skip("this machine limits memory by cgroup; see test_limits_cgroup.py")
    code = "try:\n b = bytearray(300 << 20)\n print('allocated')\nexcept MemoryError:\n print('refused')"
    order = place.order(code)
    assert place.run(replace(order, limits={"RLIMIT_DATA": 200 << 20})) == (0, "refused\n")
    assert place.run(replace(order, limits={"RLIMIT_DATA": 800 << 20})) == (0, "allocated\n")


def test_reserved_addresses_that_are_never_touched_do_not_count(place: Place) -> None:
    code = (
        "from mmap import *\nmmap(-1, 4 << 30, flags=MAP_PRIVATE | MAP_ANONYMOUS, prot=0)\nprint('reserved')"
    )
    assert place.run(replace(place.order(code), limits={"RLIMIT_DATA": 200 << 20})) == (0, "reserved\n")


@pytest.mark.skipif(not ROOT, reason="only root can mount")
def test_what_is_mounted_below_a_folder_to_read_is_to_read_as_well(place: Place) -> None:
    nested = place.environment / "nested" / "deeper"
    for folder in (nested.parent, nested):
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777,size=1m", "none", folder], check=True)
    places = [str(place.environment), str(nested.parent), str(nested)]
    code = (
        "import os, sys\nfor folder in sys.argv[1:]:\n"
        " flags = os.statvfs(folder).f_flag\n"
        " try: open(folder + '/planted', 'w'); wrote = True\n"
        " except OSError: wrote = False\n"
        " print(wrote, bool(flags & os.ST_RDONLY), bool(flags & os.ST_NOSUID), bool(flags & os.ST_NODEV))\n"
    )
    try:
        status, text = place.run(place.order(code, *places))
    finally:
        subprocess.run(["umount", nested], check=True)
        subprocess.run(["umount", nested.parent], check=True)
        nested.parent.rmdir()
    assert (status, set(text.splitlines())) == (0, {"False True True True"})


def test_no_mount_but_the_servers_own_can_be_written_to(place: Place) -> None:
    code = (
        "for line in open('/proc/self/mountinfo'):\n fields = line.split()\n"
        " if 'rw' in fields[5].split(','): print(fields[4])"
    )
    status, text = place.run(place.order(code))
    own = {str(place.state), str(place.state / "homes" / "alice"), "/tmp", "/proc", "/dev", "/dev/shm"}
    assert status == 0, text
    shown = {path for path in text.split() if not path.startswith("/dev/") or path == "/dev/shm"}
    assert shown <= own


def test_what_is_said_of_the_cores_is_true_from_inside(place: Place) -> None:
    machine, tree = find_machine(MODE, "walls-test")
    remove_groups("walls-test")
    every = sorted(os.sched_getaffinity(0))
    if len(every) < 2 or tree is not None:
        pytest.skip("needs two cores to tell, and no cgroup")
    code = f"import os\nos.sched_setaffinity(0, {every})\nprint(sorted(os.sched_getaffinity(0)))"
    status, text = place.run(replace(place.order(code), cores=(every[0],)))
    assert (status, json.loads(text)) == (0, every)
    assert "which a program can undo" in enforcement(machine, 1).cpu


def listener(seconds: int = 60) -> str:
    """Code that listens on a free port from a grandchild, as a server behind a wrapper does, and tells it."""
    return (
        "import os, socket, time\nif os.fork() == 0:\n os.setsid()\n s = socket.socket()\n"
        " s.bind(('127.0.0.1', 0))\n s.listen()\n print('port', s.getsockname()[1], flush=True)\n"
        f"time.sleep({seconds})\n"
    )


@pytest.mark.parametrize("mode", [MODE, Mode.SINGLE])
def test_a_port_belongs_to_the_server_that_listens_on_it_and_to_nobody_else(place: Place, mode: Mode) -> None:
    servers: dict[str, subprocess.Popen[bytes]] = {}
    ports: dict[str, int] = {}
    with socket.socket() as strangers:
        strangers.bind(("127.0.0.1", 0))
        strangers.listen()
        try:
            for number, name in enumerate(("alice", "bob"), 1):
                place.log(name).unlink(missing_ok=True)
                servers[name] = launch(place.order(listener(), name=name, number=number, mode=mode), {})
                wait_until(lambda name=name: "port" in read_log(place.log(name)))
                ports[name] = int(read_log(place.log(name)).split()[1])
            records = {
                name: ProcessRecord(each.pid, started_at(each.pid) or "") for name, each in servers.items()
            }
            for name, record in records.items():
                assert [other for other in ports if listens(record, ports[other])] == [name]
                assert not listens(record, strangers.getsockname()[1])
                assert not listens(ProcessRecord(record.pid, "another boot:1"), ports[name])
        finally:
            for each in servers.values():
                each.terminate()
                each.wait(timeout=20)
    assert not listens(records["alice"], ports["alice"])


KEYS = """
import ctypes, platform, sys
library = ctypes.CDLL(None, use_errno=True)
library.syscall.restype = ctypes.c_long
keyctl, add_key = {"x86_64": (250, 248), "aarch64": (219, 217)}[platform.machine()]
SESSION, JOIN, SEARCH = ctypes.c_long(-3), ctypes.c_long(1), ctypes.c_long(10)
def search():
    arguments = ctypes.c_long(keyctl), SEARCH, SESSION, b"user", b"eohub-test", ctypes.c_long(0)
    return library.syscall(*arguments)
"""
START = """
library.syscall(ctypes.c_long(keyctl), JOIN, None)
library.syscall(ctypes.c_long(add_key), b"user", b"eohub-test", b"secret", ctypes.c_size_t(6), SESSION)
import subprocess
print("found" if search() > 0 else "no keyrings here", flush=True)
sys.exit(subprocess.run(sys.argv[1:], input=sys.stdin.buffer.read(), check=False).returncode)
"""


@pytest.mark.parametrize("mode", [MODE, Mode.SINGLE])
def test_keys_of_whoever_started_the_hub_are_not_the_servers(place: Place, mode: Mode) -> None:
    order = place.order(KEYS + "print('found' if search() > 0 else 'nothing')", mode=mode)
    starting = subprocess.run(
        [sys.executable, "-c", KEYS + START, *LAUNCHER],
        input=order.dump(), capture_output=True, env={"LANG": "C.UTF-8"}, timeout=60, check=True,
    )  # fmt: skip
    assert starting.stdout.decode().strip() in ("found", "no keyrings here")
    assert Path(order.log).read_text().splitlines()[-1] == "nothing"


@pytest.mark.skipif(
    not ROOT, reason="the number of processes is bounded only where each person has an account"
)
def test_a_fork_bomb_ends_at_the_limit(place: Place) -> None:
    code = (
        "import os, time\nmade = 0\n"
        "try:\n while True:\n  if os.fork() == 0: time.sleep(30); os._exit(0)\n  made += 1\n"
        "except BlockingIOError:\n print(made < 40)"
    )
    assert place.run(replace(place.order(code), limits={"RLIMIT_NPROC": 40})) == (0, "True\n")


def orphan(seconds: int = 300) -> str:
    """Code whose child outlives it: in a session of its own, with its parent gone, as a kernel's may be."""
    return (
        "import os, subprocess, sys, time\n"
        f"code = 'import time; time.sleep({seconds})'\n"
        "if os.fork() == 0:\n os.setsid()\n"
        " command = [sys.executable, '-I', '-c', code]\n"
        " os.execve(sys.executable, command, {'EOHUB_ORPHAN': os.environ['MARK']})\n"
        "print('up', flush=True)\n"
    )


def carriers(mark: str) -> list[int]:
    """Processes of the machine that carry a mark in their environment."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and f"EOHUB_ORPHAN={mark}".encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return found


@pytest.mark.parametrize("mode", [MODE, Mode.SINGLE])
def test_nothing_outlives_a_server_that_ends_by_itself(place: Place, mode: Mode) -> None:
    mark = f"itself-{mode}-{os.getpid()}"
    process = launch(place.order(orphan() + "time.sleep(0.5)", mode=mode), {"MARK": mark})
    assert process.wait(timeout=20) == 0
    wait_until(lambda: not carriers(mark))


@pytest.mark.parametrize("mode", [MODE, Mode.SINGLE])
def test_nothing_outlives_a_server_that_is_asked_to_stop(place: Place, mode: Mode) -> None:
    mark = f"asked-{mode}-{os.getpid()}"
    place.log("alice").unlink(missing_ok=True)
    process = launch(place.order(orphan() + "time.sleep(300)", mode=mode), {"MARK": mark})
    wait_until(lambda: "up" in read_log(place.log("alice")) and len(carriers(mark)) == 1)
    process.terminate()
    assert process.wait(timeout=20) == 128 + signal.SIGTERM
    wait_until(lambda: not carriers(mark))


def test_nothing_outlives_a_launcher_that_is_killed(place: Place) -> None:
    mark = f"killed-{os.getpid()}"
    process = launch(place.order(orphan() + "time.sleep(300)"), {"MARK": mark})
    wait_until(lambda: len(carriers(mark)) == 1)
    process.kill()
    process.wait(timeout=20)
    wait_until(lambda: not carriers(mark))


def test_without_walls_strays_of_a_killed_launcher_are_found_by_their_marks(place: Place) -> None:
    instance = f"instance-{os.getpid()}"
    marks = {"EOHUB_INSTANCE": instance, "EOHUB_SERVER": "alice", "MARK": instance}
    code = orphan().replace("{'EOHUB_ORPHAN'", "os.environ | {'EOHUB_ORPHAN'") + "time.sleep(300)"
    process = launch(place.order(code, mode=Mode.SINGLE), marks)
    wait_until(lambda: len(carriers(instance)) == 1)
    process.kill()
    process.wait(timeout=20)
    assert len(carriers(instance)) == 1
    assert end_strays(instance, "bob") == 0
    assert end_strays(instance, "alice") >= 1
    wait_until(lambda: not carriers(instance))


def test_a_server_that_ignores_the_request_is_killed_after_its_grace(place: Place) -> None:
    place.log("alice").unlink(missing_ok=True)
    ignore = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    code = f"{ignore}print('up', flush=True)\ntime.sleep(300)"
    process = launch(replace(place.order(code), grace_seconds=1), {})
    wait_until(lambda: "up" in read_log(place.log("alice")))
    process.terminate()
    assert process.wait(timeout=20) == 128 + signal.SIGKILL


def test_the_log_stays_within_its_bounds(place: Place) -> None:
    order = replace(place.order("for n in range(40000): print(n, 'x' * 100)"), log_bytes=256 << 10)
    process = launch(order, {})
    assert process.wait(timeout=60) == 0
    files = [Path(order.log), Path(f"{order.log}.1")]
    assert all(path.stat().st_size <= 256 << 10 for path in files)
    assert files[0].read_text().splitlines()[-1].startswith("39999 ")
    files[1].unlink()


def test_a_program_that_is_not_there_is_told_apart_from_one_that_fails(place: Place) -> None:
    order = replace(
        place.order(), mode=Mode.SINGLE, argv=("/nonexistent/program",), view=(), uid=None, root=None
    )
    status, text = place.run(order)
    assert status == NOT_STARTED
    assert text.startswith("The server could not be started: FileNotFoundError")
    assert place.run(place.order("raise SystemExit(7)"))[0] == 7


def test_a_recycled_process_number_is_not_taken_for_the_old_process() -> None:
    with subprocess.Popen(["/bin/sleep", "30"]) as first, subprocess.Popen(["/bin/sleep", "30"]) as second:
        time.sleep(0.05)
        started = started_at(first.pid)
        assert started is not None
        assert started == started_at(first.pid)
        first.kill()
        wait_until(lambda: started_at(first.pid) is None)  # a zombie by now: nobody has reaped it
        second.kill()
    assert started_at(first.pid) is None


@pytest.mark.skipif(not ROOT, reason="already run by an ordinary account")
def test_the_same_holds_within_bubblewrap_for_an_ordinary_account(tmp_path: Path) -> None:
    status, text = run_as_ordinary_account(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__], tmp_path
    )
    assert status == 0, text
    assert " passed" in text, text
