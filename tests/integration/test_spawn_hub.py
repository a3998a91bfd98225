"""A real hub with our spawner: what it starts, what it refuses and how it says so, and what outlives what."""

import html
import json
import os
import re
import signal
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest
from fakes.hub_for_spawner import SECRET, Hub
from fakes.ordinary_account import run_as_ordinary_account

from eohub_hub.spawner.process import ProcessRecord, is_running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls need Linux")
SMALL = {"profile": "small", "environment": "eo"}
MALFORMED = {
    "an unknown profile": ({"profile": "huge", "environment": "eo"}, "medium"),
    "an unknown environment": ({"profile": "small", "environment": "evil/image"}, "eo"),
    "a list of two": ({"profile": ["small", "large"], "environment": "eo"}, "small"),
    "a dict": ({"profile": {"name": "small"}, "environment": "eo"}, "small"),
    "a number": ({"profile": 1, "environment": "eo"}, "small"),
    "nothing": ({"profile": None, "environment": "eo"}, "small"),
    "50 kB": ({"profile": "x" * 50_000, "environment": "eo"}, "small"),
    "an extra key": (SMALL | {"cpu": "64"}, "server_name"),
    "an image where none is allowed": (SMALL | {"image": "evil/x:1"}, "Leave the image empty."),
    "an extra key of 50 kB": (SMALL | {"y" * 50_000: "z"}, "server_name"),
    "a missing profile": ({"environment": "eo"}, "small"),
    "a missing environment": ({"profile": "small"}, "eo"),
    "no options": ({}, "small"),
    "another server's name": (SMALL | {"server_name": "other"}, "empty"),
    "a trailing newline": ({"profile": "small\n", "environment": "eo"}, "small"),
    "a path": ({"profile": "../small", "environment": "eo"}, "small"),
}

# Each way to take 64 MiB more than the 1 GiB of the profile, in a process of its own: whether it worked. The
# last one takes that much of /dev/shm, which has half of the profile's memory.
TAKE_MEMORY = """
import json, mmap, os, subprocess, sys
WAYS = {
    "heap": "bytearray(SIZE)",
    "private map": "touch(mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))",
    "shared map": "touch(mmap.mmap(-1, SIZE, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS))",
    "shared file": "os.posix_fallocate(os.open('/dev/shm/x', os.O_RDWR | os.O_CREAT), 0, SIZE)",
}
START = '''
import mmap, os
SIZE = (1 << 30) + (64 << 20)
def touch(block):
    for place in range(0, SIZE, 4096):
        block[place] = 1
'''
print(json.dumps({
    way: subprocess.run([sys.executable, "-c", START + code], capture_output=True).returncode == 0
    for way, code in WAYS.items()
}))
if os.path.exists("/dev/shm/x"):
    os.remove("/dev/shm/x")
"""


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with tempfile.TemporaryDirectory(prefix="eohub-hub-") as folder:
        hub = Hub(Path(folder))
        hub.prepare()
        hub.start()
        for name in ("alice", "bob", "carol"):
            hub.add(name)
        try:
            yield hub
        finally:
            hub.close()
            print(hub.log()[-20_000:])


def text_of(page: str) -> str:
    """What a person reads on a page."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("case", MALFORMED)
def test_rest_refuses_and_names_what_is_allowed(hub: Hub, case: str) -> None:
    options, allowed = MALFORMED[case]
    answer = hub.ask("carol", options)
    assert answer.status_code == 400
    message = answer.json()["message"]
    assert allowed in message
    assert "the test desk" in message
    assert len(message) < 2_000
    model = hub.server("carol")
    assert not model or (model["stopped"] and model["user_options"] == {})


@pytest.mark.parametrize("body", ["[]", '"small"', '{"user_options": ["small"]}', "{broken"])
def test_rest_refuses_what_are_not_options_at_all(hub: Hub, body: str) -> None:
    assert hub.api.post("/users/carol/server", content=body).status_code == 400


def test_options_that_were_stored_unchecked_are_checked_at_the_start(hub: Hub) -> None:
    hub.browser("carol")
    assert hub.api.patch("/users/carol/server", json={"user_options": {"profile": "evil"}}).status_code == 400
    hub.kill()
    with closing(sqlite3.connect(hub.state / "hub" / "jupyterhub.sqlite")) as database, database:
        evil = json.dumps({"profile": "evil", "environment": "eo"})
        assert database.execute("update spawners set user_options = ?", [evil]).rowcount >= 1
    hub.start()
    answer = hub.api.post("/users/carol/server")
    assert answer.status_code == 400
    assert "There is no profile 'evil'" in answer.json()["message"]
    assert hub.server("carol")["stopped"]
    hub.started("carol", SMALL)
    assert hub.server("carol")["user_options"] == SMALL
    hub.stopped("carol")


def test_a_profile_of_another_group_is_forbidden_until_one_is_a_member(hub: Hub) -> None:
    answer = hub.ask("bob", {"profile": "large", "environment": "eo"})
    assert answer.status_code == 403
    assert "big-machines" in answer.json()["message"]
    hub.add("bob", "big-machines")
    hub.started("bob", {"profile": "large", "environment": "eo"})
    hub.stopped("bob")


def test_an_account_that_never_logged_in_cannot_have_a_server(hub: Hub) -> None:
    hub.add("mallory")
    answer = hub.ask("mallory", SMALL)
    assert answer.status_code == 403
    assert "never logged in" in answer.json()["message"]


def test_a_refusal_leaves_no_traceback_in_the_log(hub: Hub) -> None:
    before = len(hub.log())
    hub.ask("carol", {"profile": "huge", "environment": "eo"})
    hub.browser("carol").submit("spawn", {"profile": "huge", "environment": "eo"})
    assert "Traceback" not in hub.log()[before:]


@pytest.fixture(scope="class")
def alices_server(hub: Hub) -> Iterator[None]:
    hub.started("alice", SMALL)
    yield
    hub.stopped("alice")


@pytest.mark.usefixtures("alices_server")
class TestRunning:
    """Alice's server runs."""

    @pytest.mark.parametrize(
        "path", ["secrets/key", "secrets/cookie", "hub/jupyterhub.sqlite", "logs/servers/alice.log"]
    )
    def test_it_cannot_read_what_is_the_hubs(self, hub: Hub, path: str) -> None:
        assert (hub.state / path).exists()
        said = hub.run_inside("alice", f"print(open({str(hub.state / path)!r}, 'rb').read())")
        assert "FileNotFoundError" in said

    def test_no_process_that_it_sees_holds_the_hubs_secret(self, hub: Hub) -> None:
        code = (
            "import os\nfor n in os.listdir('/proc'):\n if n.isdigit():\n"
            "  try: print(open(f'/proc/{n}/environ').read())\n  except OSError: pass\n"
        )
        said = hub.run_inside("alice", code)
        assert "JUPYTERHUB_API_TOKEN" in said
        assert SECRET not in said

    def test_its_environment_holds_what_is_listed_and_nothing_else(self, hub: Hub) -> None:
        said = hub.run_inside("alice", "import os; print('\\n'.join(sorted(os.environ)))").split()
        ours = {name for name in said if not name.startswith("JUPYTERHUB_")}
        assert ours == {
            "AWS_CONFIG_FILE", "CPU_LIMIT", "DASK_NUM_WORKERS", "EOHUB_CATALOGUE_SERVER_CATALOGUES",
            "EOHUB_CATALOGUE_SERVER_S3_URL", "EOHUB_DRIVE_MOUNTS_FILE", "EOHUB_INSTANCE", "EOHUB_SERVER",
            "EOHUB_STORAGE_URL", "HOME",
            "JUPYTER_RUNTIME_DIR", "LANG", "LOGNAME", "MEM_LIMIT",
            "MKL_NUM_THREADS",
            "NUMBA_NUM_THREADS", "NUMEXPR_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PATH",
            "SHELL", "SITE_VARIABLE", "USER", "ZARR_THREADING__MAX_WORKERS",
        } | (ours & {"LC_ALL", "TZ", "LC_CTYPE", "PWD"})  # fmt: skip
        assert {"JUPYTERHUB_API_TOKEN", "JUPYTERHUB_API_URL", "JUPYTERHUB_SERVICE_PREFIX"} <= set(said)

    def test_its_aws_configuration_has_no_key_and_cannot_be_changed(self, hub: Hub) -> None:
        said = hub.run_inside("alice", "import os; print(open(os.environ['AWS_CONFIG_FILE']).read())")
        assert "region = test-region" in said
        assert "endpoint_url = http://127.0.0.1:1\n" in said
        assert f"credential_process = {hub.state}/environments/eo/bin/eohub-credentials" in said
        assert "aws_secret_access_key" not in said
        said = hub.run_inside("alice", "import os; open(os.environ['AWS_CONFIG_FILE'], 'w')")
        assert re.search("PermissionError|Read-only file system", said)

    def test_the_limits_of_the_plan_are_in_force(self, hub: Hub) -> None:
        code = (
            "import os\nfrom resource import *\n"
            "print(len(os.sched_getaffinity(0)), os.environ['OMP_NUM_THREADS'], getrlimit(RLIMIT_CORE)[0],"
            " getrlimit(RLIMIT_DATA)[0])"
        )
        cores, threads, core_dump, data = hub.run_inside("alice", code).split()
        assert (cores, threads, core_dump) == ("1", "1", "0")
        assert int(data) in (1 << 30, -1)

    def test_memory_is_bounded_as_the_form_says_it_is(self, hub: Hub) -> None:
        said = text_of(hub.browser("bob").get("spawn").text)
        got = json.loads(hub.run_inside("alice", TAKE_MEMORY))
        if "Memory: enforced for the private memory of each process, not for shared memory" in said:
            assert got == {"heap": False, "private map": False, "shared map": True, "shared file": False}
        elif "Memory: enforced for the whole server" in said:
            assert not any(got.values())
        else:
            assert "Memory: not enforced on this machine" in said

    def test_its_token_has_the_scopes_of_a_server_and_no_more(self, hub: Hub) -> None:
        code = (
            "import json, os, urllib.request\n"
            "request = urllib.request.Request(os.environ['JUPYTERHUB_API_URL'] + '/user')\n"
            "request.add_header('Authorization', 'token ' + os.environ['JUPYTERHUB_API_TOKEN'])\n"
            "print(' '.join(json.load(urllib.request.urlopen(request))['scopes']))"
        )
        scopes = {scope.partition("!")[0] for scope in hub.run_inside("alice", code).split()}
        assert {"custom:storage:credentials", "access:servers"} <= scopes
        assert not scopes & {"servers", "tokens", "admin:users", "self"}

    def test_the_home_folder_is_private(self, hub: Hub) -> None:
        assert (hub.state / "homes" / "alice").stat().st_mode & 0o777 == 0o700

    def test_the_stored_options_are_the_canonical_ones(self, hub: Hub) -> None:
        assert hub.server("alice")["user_options"] == SMALL

    def test_a_third_server_is_refused_by_the_policy(self, hub: Hub) -> None:
        hub.started("alice", SMALL, "second")
        try:
            answer = hub.ask("alice", SMALL, "third")
            assert answer.status_code == 409
            assert "the default server, second" in answer.json()["message"]
        finally:
            hub.stopped("alice", "second")

    def test_home_shows_the_size_and_since_when(self, hub: Hub) -> None:
        page = text_of(hub.browser("alice").get("home").text)
        assert "Default server Small, 0.04 EUR/h running since" in page


def test_stopping_ends_orphans_and_leaves_only_the_home(hub: Hub) -> None:
    hub.started("alice", SMALL)
    hub.run_inside("alice", "open('/tmp/scratch', 'w'); import os; open(os.path.expanduser('~/kept'), 'w')")
    hub.run_inside(
        "alice",
        "import os, time\nif os.fork() == 0:\n os.setsid()\n os.closerange(0, 3)\n"
        " if os.fork() == 0: time.sleep(600)\n os._exit(0)\n",
    )
    record = record_of(hub)
    assert is_running(record)
    hub.stopped("alice")
    assert not is_running(record)
    assert not processes_of(hub)
    assert (hub.state / "homes" / "alice" / "kept").exists()
    assert [path.name for path in (hub.state / "servers").iterdir() if path.name.startswith("alice")] == []


def test_a_hub_that_was_killed_finds_the_server_again_and_can_stop_it(hub: Hub) -> None:
    hub.started("alice", SMALL)
    record = record_of(hub)
    hub.kill()
    assert is_running(record)
    hub.start()
    assert hub.wait("alice", lambda model: model.get("ready"))["state"]["pid"] == record.pid
    assert "HOME" in hub.run_inside("alice", "import os; print(*os.environ)")
    hub.stopped("alice")
    assert not is_running(record)
    assert not processes_of(hub)


def test_a_server_that_died_while_the_hub_was_away_counts_as_stopped(hub: Hub) -> None:
    hub.started("alice", SMALL)
    record = record_of(hub)
    hub.kill()
    os.kill(record.pid, 9)
    hub.start()
    hub.wait("alice", lambda model: not model or model["stopped"])
    assert not processes_of(hub)


def test_a_server_that_fails_at_start_is_told_at_once_and_on_the_page(hub: Hub) -> None:
    hub.started("alice", SMALL)
    hub.run_inside("alice", "import os; open(os.path.expanduser('~/fail-at-start'), 'w')")
    hub.stopped("alice")
    began = time.monotonic()
    answer = hub.ask("alice", SMALL)
    assert time.monotonic() - began < 15
    assert answer.status_code == 500
    assert "ended while it was starting (status 3)" in answer.json()["message"]
    page = hub.browser("alice").get("spawn-pending/alice")
    assert "Your server did not start" in page.text
    assert "Ask: the test desk" in text_of(page.text)
    assert str(hub.state) not in page.text
    (hub.state / "homes" / "alice" / "fail-at-start").unlink()


def test_a_server_that_died_is_noticed_before_its_port_is_anybodys_for_long(hub: Hub) -> None:
    hub.started("alice", SMALL)
    os.kill(record_of(hub).pid, signal.SIGKILL)
    began = time.monotonic()
    hub.wait("alice", lambda model: not model or model["stopped"])
    assert time.monotonic() - began < 6
    assert "/user/alice/" not in hub.routes()


def test_a_server_found_again_after_a_restart_is_noticed_when_it_dies(hub: Hub) -> None:
    hub.started("alice", SMALL)
    hub.kill()
    hub.start()
    os.kill(record_of(hub).pid, signal.SIGKILL)
    began = time.monotonic()
    hub.wait("alice", lambda model: not model or model["stopped"])
    # The hub asks every 30 seconds; it was told.
    assert time.monotonic() - began < 15
    assert "/user/alice/" not in hub.routes()


def test_what_somebody_else_serves_on_a_servers_port_is_never_taken_for_the_server(hub: Hub) -> None:
    hub.started("alice", SMALL)
    hub.run_inside("alice", "import os; open(os.path.expanduser('~/slow-start'), 'w')")
    hub.stopped("alice")
    with ThreadPoolExecutor() as pool, socket.socket() as stranger:
        asked = pool.submit(hub.ask, "alice", SMALL)
        was_quicker = listens_on(stranger, port_of_start(hub))
        answer = asked.result(timeout=60)
        hub.wait("alice", lambda model: not model or not model.get("pending"))
        if was_quicker:
            stranger.settimeout(0)
            with pytest.raises(BlockingIOError):  # it was sent nothing, so no cookie and no token either
                stranger.accept()
            assert answer.status_code == 500
            assert re.search("could not be started|ended while it was", answer.json()["message"])
            assert "/user/alice/" not in hub.routes()
        else:  # what connects the server's own network has taken the port before the server starts
            assert "Isolation: a " in (page := text_of(hub.browser("carol").get("spawn").text))
            assert "a network of its own for each server" in page
            assert hub.run_inside("alice", "print('the server itself')") == "the server itself\n"
            hub.run_inside("alice", "import os; os.remove(os.path.expanduser('~/slow-start'))")
    hub.stopped("alice")
    (hub.state / "homes" / "alice" / "slow-start").unlink(missing_ok=True)


def listens_on(stranger: socket.socket, port: int) -> bool:
    """Whether a program of another account could take the port."""
    try:
        stranger.bind(("127.0.0.1", port))
    except OSError:
        return False
    stranger.listen()
    return True


class TestForm:
    """What a person does in a browser without JavaScript."""

    def test_it_offers_profiles_with_prices_and_says_what_is_enforced(self, hub: Hub) -> None:
        page = hub.browser("carol").get("spawn").text
        text = text_of(page)
        assert "Small 1 CPU 1 GiB 0.04 EUR/h" in text
        assert "Large needs the group big-machines." in text
        assert re.search(r'value="large"[^>]*\sdisabled', page)
        assert "Memory: enforced" in text
        assert "Isolation: a " in text
        assert not re.search(r"\son[a-z]+=", page)
        assert not re.search(r"(src|href)=\"(https?:)?//", page)

    @pytest.mark.parametrize("field", ["profile", "environment"])
    def test_a_wrong_choice_comes_back_with_the_reason_beside_its_field(self, hub: Hub, field: str) -> None:
        answer = hub.browser("carol").submit("spawn", SMALL | {field: "<script>alert(1)</script>"})
        assert answer.status_code == 400
        assert f'id="{field}-refusal-1"' in answer.text
        assert "<script>alert(1)</script>" not in answer.text
        assert "Allowed:" in text_of(answer.text)

    def test_a_repeated_field_and_an_unknown_one_are_refused(self, hub: Hub) -> None:
        browser = hub.browser("carol")
        assert browser.submit("spawn", SMALL | {"profile": ["small", "medium"]}).status_code == 400
        answer = browser.submit("spawn", SMALL | {"cpu": "64"})
        assert answer.status_code == 400
        assert "There is no option 'cpu'." in text_of(answer.text)

    def test_the_choice_that_was_refused_is_still_filled_in(self, hub: Hub) -> None:
        answer = hub.browser("carol").submit("spawn", {"profile": "medium", "environment": "nope"})
        assert re.search(r'value="medium" required\s+checked', answer.text)

    def test_a_profile_that_is_not_for_one_is_refused_even_if_the_form_is_forged(self, hub: Hub) -> None:
        answer = hub.browser("carol").submit("spawn", {"profile": "large", "environment": "eo"})
        assert answer.status_code == 403

    def test_a_request_without_the_forms_token_is_refused(self, hub: Hub) -> None:
        browser = hub.browser("carol")
        assert browser.client.post(f"{hub.url}/spawn", data=SMALL).status_code == 403

    def test_start_watch_and_be_remembered(self, hub: Hub) -> None:
        browser = hub.browser("carol")
        answer = browser.submit("spawn", {"profile": "medium", "environment": "eo", "server_name": ""})
        assert answer.status_code == 302
        assert "/hub/spawn-pending/carol" in answer.headers["location"]
        hub.wait("carol", lambda model: model.get("ready"))
        hub.stopped("carol")
        assert re.search(r'value="medium" required\s+checked', browser.get("spawn").text)

    def test_a_server_with_a_name_needs_no_javascript_either(self, hub: Hub) -> None:
        browser = hub.browser("carol")
        answer = browser.submit("spawn", SMALL | {"server_name": "Ocean heat 2020"})
        assert answer.status_code == 302, text_of(answer.text)
        model = hub.wait("carol", lambda model: model.get("ready"), "ocean-heat-2020")
        assert model["display_name"] == "Ocean heat 2020"
        hub.stopped("carol", "ocean-heat-2020")

    @pytest.mark.parametrize("name", ["!!!", "x" * 500, "\u202etxt"])
    def test_a_name_that_cannot_be_one_is_refused_beside_its_field(self, hub: Hub, name: str) -> None:
        answer = hub.browser("carol").submit("spawn", SMALL | {"server_name": name})
        assert answer.status_code == 400
        assert 'id="server_name-refusal-1"' in answer.text

    def test_a_link_cannot_smuggle_options_past_the_decision(self, hub: Hub) -> None:
        answer = hub.browser("carol").get("spawn?opt-profile=small&opt-environment=eo&opt-image=evil")
        assert answer.status_code == 400
        assert "Images of your own are not allowed here." in text_of(answer.text)

    def test_the_pending_page_names_each_step_with_its_time(self, hub: Hub) -> None:
        (hub.state / "homes" / "carol" / "slow-start").touch()
        browser = hub.browser("carol")
        assert browser.submit("spawn", SMALL).status_code == 302
        page = browser.get("spawn-pending/carol").text
        assert re.search(r"<li>Prepared your home folder \(\d+\.\d s\)</li>", page)
        assert '<noscript><meta http-equiv="refresh"' in page
        stream = hub.api.get("/users/carol/server/progress").text
        messages = [
            json.loads(line[6:])["message"] for line in stream.splitlines() if line.startswith("data: ")
        ]
        steps = [message.partition(" (")[0].partition(":")[0] for message in messages]
        assert steps == [
            "Server requested", "Checked your choice", "Prepared your home folder", "Limits",
            "Started the server", "The server answers", "Server ready at /user/carol/",
        ]  # fmt: skip
        assert "Checked your choice: Small, 0.04 EUR/h" in messages[1]
        hub.stopped("carol")
        (hub.state / "homes" / "carol" / "slow-start").unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="already run by an ordinary account")
def test_the_same_holds_within_bubblewrap_for_an_ordinary_account(tmp_path: Path) -> None:
    tests = "TestRunning or orphans or was_killed or fails_at_start or died_is_noticed or somebody_else"
    status, text = run_as_ordinary_account(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", tests, __file__], tmp_path
    )
    assert status == 0, text
    assert " passed" in text, text


def record_of(hub: Hub) -> ProcessRecord:
    state = hub.server("alice")["state"]
    return ProcessRecord(state["pid"], state["started"])


def port_of_start(hub: Hub) -> int:
    """The port that a server of this hub, which is just starting, will listen on."""
    mark = f"EOHUB_INSTANCE=tests-{hub.port}".encode()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                marks = (entry / "environ").read_bytes() if entry.name.isdigit() else b""
                url = re.search(rb"JUPYTERHUB_SERVICE_URL=http://127.0.0.1:(\d+)/", marks)
                if mark in marks and url is not None:
                    return int(url[1])
        time.sleep(0.05)
    raise AssertionError("no server starts")


def processes_of(hub: Hub) -> list[str]:
    """Command lines of processes that carry the marks of this hub's servers."""
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        try:
            marks = (entry / "environ").read_bytes() if entry.name.isdigit() else b""
            if f"EOHUB_INSTANCE=tests-{hub.port}".encode() in marks:
                found.append((entry / "cmdline").read_text())
        except OSError:
            continue
    return found
