"""Data as folders under ~/data: real rclone, real S3, and a program within the real walls of a server."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from fakes.audit_log import FakeAudit
from fakes.fixed_policy import FixedPolicy
from fakes.spawner_people import FakePeople
from fakes.storage_hub import SERVICE_TOKEN, FakeHub
from fakes.storage_issuer import FakeIssuer
from fakes.storage_s3 import REGION, RunningS3, free_ports, running_s3
from fakes.user_environment import make_user_environment
from fakes.walled_place import free_port, network_here

from eohub_hub.isolation.limits import Bound, Machine
from eohub_hub.isolation.order import Mode
from eohub_hub.isolation.probe import Walls
from eohub_hub.isolation.walls import Folders, Isolation
from eohub_hub.spawner.files import ServerFiles
from eohub_hub.spawner.home import private_folder
from eohub_hub.spawner.mounts.attach import Attached, attach, place_of, release
from eohub_hub.spawner.mounts.kernel import current_points
from eohub_hub.spawner.mounts.order import STATUS_FILE, read_status
from eohub_hub.spawner.mounts.tool import find_mount_tool
from eohub_hub.spawner.network import network_of
from eohub_hub.spawner.process import launch
from eohub_hub.spawner.settings import FIRST_UID, Site, SpawnerSettings
from eohub_profiles.decision import MountPlan
from eohub_profiles.model import Environment, Policy, Profile, Tier

TOOL = find_mount_tool()
MODE = Mode.ACCOUNTS if os.geteuid() == 0 else Mode.BUBBLEWRAP

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(isinstance(TOOL, str), reason=f"no mounts on this machine: {TOOL}"),
]

MINE = MountPlan("mine", "My bucket", "users", "alice/", read_only=False)
CLIMATE = MountPlan("climate", "Climate cubes", "climate", "", read_only=True)
AGENT = """
import os, subprocess, time
while True:
    try:
        ask = open("ask").read()
        os.unlink("ask")
    except FileNotFoundError:
        time.sleep(0.05)
        continue
    done = subprocess.run(["/bin/sh", "-c", ask], capture_output=True, text=True)
    open("answer.new", "w").write(done.stdout + done.stderr)
    os.rename("answer.new", "answer")
"""


@dataclass
class Server:
    """A running server of one person: a program within walls that does what it is told."""

    files: ServerFiles
    folders: Folders
    attached: Attached
    process: "subprocess.Popen[bytes]"

    def sh(self, command: str) -> str:
        """What a shell within the walls prints."""
        home = self.folders.home
        (home / "ask.new").write_text(command)
        (home / "ask.new").chmod(0o644)
        (home / "ask.new").rename(home / "ask")
        wait_until((home / "answer").exists)
        text = (home / "answer").read_text()
        (home / "answer").unlink()
        return text

    def states(self) -> dict[str, str]:
        return {each.name: each.state for each in read_status(self.folders.facts / STATUS_FILE)}


@dataclass
class World:
    """A site with its S3 and the service that gives keys."""

    site: Site
    s3: RunningS3
    hub: FakeHub
    issuer: FakeIssuer

    @contextmanager
    def server(self, name: str, number: int, *plans: MountPlan) -> Iterator[Server]:
        files = ServerFiles(self.site, name, "")
        folders = files.folders("eo")
        files.prepare(folders, number)
        variables = {
            "EOHUB_STORAGE_URL": self.site.settings.storage_url,
            "JUPYTERHUB_API_TOKEN": self.hub.add(name, self.issuer.id_token(name)),
            "EOHUB_INSTANCE": "mounts-test",
            "EOHUB_SERVER": files.key,
        }
        attached = attach(files, folders, plans, number, variables)
        command = (f"{folders.environment}/bin/python", "-I", "-c", AGENT)
        walls = self.site.walls.order(
            MODE, attached.folders, command, number=number, memory_bytes=1 << 30, log=files.log,
            network=network_of(self.site.isolation, free_port(), variables),
        )  # fmt: skip
        process = launch(walls, {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": str(folders.home)})
        try:
            yield Server(files, folders, attached, process)
        finally:
            process.terminate()
            process.wait(30)
            release(self.site, files.key)

    def objects(self, prefix: str) -> list[str]:
        listed = self.s3.admin().list_objects_v2(Bucket="users", Prefix=prefix)
        return [each["Key"] for each in listed.get("Contents", [])]


def wait_until(condition: Callable[[], object], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def site_of(state: Path, s3: RunningS3, storage_url: str) -> Site:
    small = {"name": "small", "title": "Small", "cpu": 1, "memory": "1 GiB", "price": "0.04 EUR/h"}
    policy = Policy(
        support="desk", tiers=(Tier(name="free", title="the free tier", servers_per_user=1),),
        environments=(Environment(id="eo", title="Earth"),), profiles=(Profile.model_validate(small),),
    )  # fmt: skip
    settings = SpawnerSettings(
        state=state, instance="mounts-test", environments={"eo": state / "environments" / "eo"},
        people=FakePeople("alice", "bob"), s3_url=s3.endpoint, s3_region=REGION, storage_url=storage_url,
    )  # fmt: skip
    return Site(
        settings, FixedPolicy(policy), FakeAudit(), Walls(state, FIRST_UID),
        Isolation(MODE, network=network_here()), Machine(Bound.NOTHING, Bound.NOTHING, ()), None,
        find_mount_tool(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    # Not pytest's own folder: its parents are another account's where the tests run as one.
    with (
        FakeIssuer() as issuer,
        FakeHub() as hub,
        running_s3(tmp_path_factory.mktemp("mounts"), issuer) as s3,
        tempfile.TemporaryDirectory(prefix="eohub-mounts-") as folder,
    ):
        state = private_folder(Path(folder) / "state")
        make_user_environment(state / "environments" / "eo")
        s3.admin().put_object(Bucket="climate", Key="cube.zarr/zarr.json", Body=b'{"zarr_format": 3}')
        s3.admin().put_object(Bucket="users", Key="alice/notes.txt", Body=b"hello")
        s3.admin().put_object(Bucket="users", Key="bob/secret.txt", Body=b"of bob")
        port = free_ports(1)[0]
        environment = {
            "JUPYTERHUB_API_URL": hub.api_url,
            "JUPYTERHUB_API_TOKEN": SERVICE_TOKEN,
            "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}",
            "EOHUB_STORAGE_STS_URL": s3.endpoint,
            "EOHUB_STORAGE_NAME_CLAIM": "preferred_username",
        }
        service = subprocess.Popen(
            [Path(sys.executable).parent / "eohub-storage-service"], env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until(lambda: psutil.Process(service.pid).net_connections("tcp4"))
        time.sleep(0.5)
        try:
            yield World(site_of(state, s3, f"http://127.0.0.1:{port}/services/storage"), s3, hub, issuer)
        finally:
            service.terminate()
            service.wait(20)


@pytest.fixture
def alice(world: World) -> Generator[Server]:
    with world.server("alice", 1, MINE, CLIMATE) as server:
        yield server


def rclones() -> list[psutil.Process]:
    return [
        each for each in psutil.process_iter(["name", "environ"])
        if each.info["name"] == "rclone"
        and (each.info["environ"] or {}).get("EOHUB_INSTANCE") == "mounts-test"
    ]  # fmt: skip


def test_data_is_mounted_as_the_plan_says_and_each_line_tells_it(alice: Server) -> None:
    assert alice.attached.lines == (
        "Mounted My bucket as ~/data/mine",
        "Mounted Climate cubes as ~/data/climate (read only)",
    )
    assert alice.sh("ls ~/data; cat ~/data/climate/cube.zarr/zarr.json ~/data/mine/notes.txt") == (
        'climate\nmine\n{"zarr_format": 3}hello'
    )


def test_what_is_written_arrives_in_s3_and_what_is_read_only_stays_as_it_is(
    alice: Server, world: World
) -> None:
    assert alice.sh("mkdir -p ~/data/mine/new && echo result > ~/data/mine/new/result.txt") == ""
    wait_until(lambda: "alice/new/result.txt" in world.objects("alice/new/"))
    assert "Read-only file system" in alice.sh("echo x > ~/data/climate/new")
    assert "Read-only file system" in alice.sh("rm ~/data/climate/cube.zarr/zarr.json")


def test_files_belong_to_the_person_and_to_nobody_else(alice: Server) -> None:
    assert alice.sh("stat -c '%a %u' ~/data/mine/notes.txt") == f"600 {alice.sh('id -u').strip()}\n"


def test_another_persons_server_sees_neither_mounts_nor_where_they_lie(world: World, alice: Server) -> None:
    with world.server("bob", 2, CLIMATE) as bob:
        mounts = place_of(world.site, "alice")
        assert bob.sh("ls ~/data") == "climate\n"
        for path in (mounts, mounts / "data" / "mine", alice.folders.home / "data" / "mine"):
            assert "No such file" in bob.sh(f"ls {path}")
        assert "alice" not in bob.sh("cat /proc/self/mountinfo")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives each person an account of their own")
def test_nothing_can_be_put_in_the_place_of_a_mount(alice: Server) -> None:
    for command in ("touch ~/data/new", "mkdir ~/data/new", "ln -s / ~/data/new", "rmdir ~/data/mine"):
        assert "denied" in alice.sh(command) or "busy" in alice.sh(command), command
    assert alice.sh("ls ~/data") == "climate\nmine\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try as another account")
def test_another_account_of_the_machine_is_refused_by_the_kernel(world: World, alice: Server) -> None:
    point = str(place_of(world.site, "alice") / "data" / "mine")
    look = "; ".join(
        [
            "import os, sys",
            "os.chdir(sys.argv[1])",
            "os.setgid(int(sys.argv[2]))",
            "os.setuid(int(sys.argv[2]))",
            "print(open('notes.txt').read())",
        ]
    )
    for number, allowed in ((1, True), (2, False)):
        command = [sys.executable, "-c", look, point, str(FIRST_UID + number)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) is allowed, done.stderr
        assert allowed or "PermissionError" in done.stderr


def test_a_mount_that_dies_is_seen_and_mounted_again_within_the_same_walls(alice: Server) -> None:
    victim = next(each for each in rclones() if "data:users/alice/" in each.cmdline())
    victim.kill()
    wait_until(lambda: alice.states()["mine"] == "failed")
    assert alice.states()["climate"] == "mounted"
    wait_until(lambda: alice.states()["mine"] == "mounted")
    assert alice.sh("cat ~/data/mine/notes.txt") == "hello"
    assert alice.sh("cat ~/data/climate/cube.zarr/zarr.json") == '{"zarr_format": 3}'


def test_a_stop_waits_for_what_is_not_yet_written_and_leaves_nothing(world: World) -> None:
    with world.server("alice", 1, MINE, CLIMATE) as server:
        server.sh("head -c 30000000 /dev/zero > ~/data/mine/large.bin")
    stored = world.s3.admin().head_object(Bucket="users", Key="alice/large.bin")
    assert stored["ContentLength"] == 30_000_000
    assert current_points(str(world.site.settings.state)) == []
    assert rclones() == []


def test_a_keeper_that_is_killed_leaves_no_mount_behind(world: World) -> None:
    with world.server("alice", 1, CLIMATE):
        keeper = int((place_of(world.site, "alice") / "keeper.pid").read_text().split()[0])
        os.kill(keeper, signal.SIGKILL)
        wait_until(lambda: rclones() == [])
    assert current_points(str(world.site.settings.state)) == []


def test_what_a_person_keeps_in_data_is_not_hidden(world: World) -> None:
    own = private_folder(world.site.settings.homes / "bob", world.site.walls.uid(MODE, 2)) / "data"
    own.mkdir(exist_ok=True)
    (own / "mine.txt").write_text("kept")
    with world.server("bob", 2, CLIMATE) as bob:
        (line,) = bob.attached.lines
        assert line.startswith("Not mounted: Climate cubes. Your folder ~/data holds files of its own.")
        assert line.endswith("It is s3://climate/")
        assert bob.sh("ls ~/data") == "mine.txt\n"
        assert bob.states() == {"climate": "failed"}
    (own / "mine.txt").unlink()


def test_a_server_without_mounts_starts_no_keeper(world: World) -> None:
    with world.server("bob", 2) as bob:
        assert bob.attached.lines == ()
        assert not (place_of(world.site, "bob") / "keeper.pid").exists()


def test_the_servers_token_is_in_no_command_line_and_no_file_of_the_server(alice: Server) -> None:
    shown = " ".join(" ".join(each.cmdline()) for each in rclones())
    facts = "".join(path.read_text() for path in alice.folders.facts.iterdir() if path.is_file())
    for text in (shown, facts, json.dumps([vars_of(each) for each in alice.folders.facts.iterdir()])):
        assert "server-token-of-alice" not in text


def vars_of(path: Path) -> dict[str, Any]:
    return {"name": path.name, "mode": oct(path.stat().st_mode)}
