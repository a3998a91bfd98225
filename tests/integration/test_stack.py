"""The whole stack as `eohub up` starts it: what runs, who can reach it, and what mends itself."""

import json
import re
import signal
import stat
import time
from collections.abc import Callable, Iterator

import httpx2
import psutil
import pytest
from fakes.passing_processes import variables_of, words_of
from integration.leaks import leaks
from integration.local_stack import LocalStack, Person, fresh_state

from eohub_hub.isolation.network import server_of_title
from eohub_hub.local.health import answers, probes
from eohub_hub.local.secret_store import Secret, read_secret


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    stack = LocalStack(fresh_state())
    try:
        yield stack.up()
    finally:
        stack.close()


def until(condition: Callable[[], bool], seconds: float = 45.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def test_it_says_where_it_is_and_who_can_log_in(stack: LocalStack) -> None:
    shown = stack.output
    assert stack.at.public in shown
    for name in ("demo", "admin"):
        assert re.search(rf"^{name} +{re.escape(stack.password(name))}\s*$", shown, re.M)
    assert "Ctrl-C" in shown


def test_every_part_answers(stack: LocalStack) -> None:
    assert [probe.part for probe in probes(stack.ports) if not answers(probe)] == []


def test_status_lists_every_part_and_succeeds(stack: LocalStack) -> None:
    found = stack.eohub("status")
    assert found.returncode == 0, found.stdout
    assert stack.at.public in found.stdout
    for part in ("identity", "s3", "storage", "catalogue", "hub"):
        assert re.search(rf"^{part} +answers +[1-9]", found.stdout, re.M), part


def test_doctor_finds_nothing_wrong_while_it_runs(stack: LocalStack) -> None:
    found = stack.eohub("doctor")
    assert found.returncode == 0, found.stdout
    assert "fault" not in found.stdout


def test_a_second_start_is_one_sentence_and_disturbs_nothing(stack: LocalStack) -> None:
    before = {member.pid for member in stack.members()}
    second = stack.eohub("up")
    assert second.returncode == 1
    assert second.stdout.count("\n") == 1
    assert "already running" in second.stdout
    assert "make down" in second.stdout
    assert {member.pid for member in stack.members()} == before


def test_nothing_listens_beyond_this_machine(stack: LocalStack) -> None:
    addresses = {
        connection.laddr.ip
        for member in stack.members()
        for connection in member.process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses == {"127.0.0.1"}


def test_nobody_else_can_read_the_state(stack: LocalStack) -> None:
    assert stat.S_IMODE(stack.state.root.stat().st_mode) == 0o700
    for secret in stack.state.secrets.iterdir():
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600, secret.name


def test_the_public_address_routes_to_the_services(stack: LocalStack) -> None:
    page = httpx2.get(f"{stack.at.public}/services/catalogue/", timeout=30)
    assert page.json()["stac_version"].startswith("1.")
    assert httpx2.get(f"{stack.at.public}/services/storage/health", timeout=30).status_code == 200
    for hidden in ("identity", "s3"):
        answer = httpx2.get(f"{stack.at.public}/services/{hidden}/", timeout=30)
        assert (answer.status_code, answer.headers["location"]) == (
            302,
            f"{stack.at.public}/hub/services/{hidden}/",
        )


def test_a_person_logs_in_and_gets_a_server(stack: LocalStack) -> None:
    with Person(stack, "demo") as demo:
        assert demo.log_in().url.path == "/hub/home"
        demo.start_server()
        assert demo.has_server()
    assert any(member.of_user for member in stack.members())


def test_a_logout_asks_about_a_server_that_runs_and_lets_it_run_or_stops_it(stack: LocalStack) -> None:
    with Person(stack, "admin") as admin:
        admin.log_in()
        admin.start_server()
        asked = admin.browser.get(f"{admin.base}/hub/logout")
        assert "Log out?" in asked.text
        assert "Default server" in asked.text
        assert "Small, 0.04 EUR/h" in asked.text
        assert admin.browser.get(f"{admin.base}/hub/home").url.path == "/hub/home", "nobody was logged out"
        left = admin.submit(asked, {"_xsrf": hidden_token(asked), "servers": "keep"})
        assert "<title>Sign out - EOHub</title>" in left.text
    with Person(stack, "admin") as admin:
        assert "running since" in admin.log_in().text
        asked = admin.browser.get(f"{admin.base}/hub/logout")
        left = admin.submit(asked, {"_xsrf": hidden_token(asked), "servers": "stop"})
        assert "<title>Sign out - EOHub</title>" in left.text
        home = admin.browser.get(f"{admin.base}/hub/home").text  # without a password, as nobody signed out
        assert '<span class="eohub-state">stopped</span>' in home
    written = (stack.state.root / "audit" / "000001.jsonl").read_text()
    stops = re.findall(r'"action":"stop","actor":"([^"]+)","object":"server:admin"', written)
    assert stops == ["admin"], "who logged out is who stopped it"


def hidden_token(page: httpx2.Response) -> str:
    """The token that guards the form of a page."""
    found = re.search(r'name="_xsrf" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def secrets_of(stack: LocalStack) -> list[str]:
    """Every secret that the stack has made and given out so far."""
    found = [read_secret(stack.state.secrets, secret) for secret in Secret]
    found += [stack.password("demo"), stack.password("admin")]
    admin = json.loads((stack.state.secrets / "s3_admin.json").read_text())
    found += [
        admin["secret_access_key"],
        *json.loads((stack.state.root / "s3" / "keys.json").read_text()).values(),
    ]
    servers = [member.process for member in stack.members() if member.of_user]
    # What connects a server's network is given no token, and hides its environment from an ordinary account.
    programs = [
        each
        for each in servers
        if (words := words_of(each)) and server_of_title(words[0], stack.state.instance) is None
    ]
    tokens = [given["JUPYTERHUB_API_TOKEN"] for each in programs if (given := variables_of(each))]
    assert tokens, "nobody has a server"
    return [*found, *tokens]


def test_no_secret_is_in_a_command_line_or_a_hub_s_environment(stack: LocalStack) -> None:
    secrets = secrets_of(stack)
    for member in stack.members():
        assert leaks(" ".join(words_of(member.process)), secrets) == [], member.name
    assert leaks("\n".join(stack.process("hub").environ().values()), secrets) == []


def test_no_secret_is_in_a_log(stack: LocalStack) -> None:
    secrets = secrets_of(stack)
    logs = [path for path in (stack.state.root / "logs").rglob("*") if path.is_file()]
    assert len(logs) >= 2, "the stack's and the server's"
    for log in logs:
        assert leaks(log.read_text("utf-8", "replace"), secrets) == [], log.name
    assert "login accepted" in stack.state.log.read_text("utf-8", "replace")


@pytest.mark.parametrize("part", ["catalogue", "identity", "storage", "s3"])
def test_a_killed_service_comes_back_and_the_log_says_so(stack: LocalStack, part: str) -> None:
    killed = stack.process(part)
    killed.kill()
    probe = next(probe for probe in probes(stack.ports) if probe.part == part)
    assert until(lambda: any(m.name == part and m.pid != killed.pid for m in stack.members()))
    assert until(lambda: answers(probe))
    assert until(lambda: f"Service {part} exited with status -9" in stack.output)
    assert re.search(rf"Service {part} exited.*Starting service '{part}'", stack.output, re.S)


def test_a_service_that_hangs_is_started_again_and_the_log_says_so(stack: LocalStack) -> None:
    hung = stack.process("catalogue")
    probe = next(probe for probe in probes(stack.ports) if probe.part == "catalogue")
    # The hub has to have seen it answer: one that is only starting is left alone.
    time.sleep(11)
    hung.suspend()
    assert until(lambda: any(m.name == "catalogue" and m.pid != hung.pid for m in stack.members()), 180)
    assert until(lambda: answers(probe))
    assert until(lambda: "The service catalogue runs and does not answer" in stack.output)


def test_a_killed_proxy_comes_back_with_its_routes(stack: LocalStack) -> None:
    pid = int((stack.state.root / "hub" / "proxy.pid").read_text())
    assert pid in {member.pid for member in stack.members()}
    psutil.Process(pid).kill()
    probe = next(probe for probe in probes(stack.ports) if probe.part == "hub")
    assert until(lambda: not answers(probe), 5)
    assert until(lambda: answers(probe))


def test_ctrl_c_ends_everything_in_seconds_with_exit_code_0(stack: LocalStack) -> None:
    began = time.monotonic()
    stack.send(signal.SIGINT)
    assert stack.ended() == 0
    assert time.monotonic() - began < 30
    assert stack.members() == []
    assert stack.output.rstrip().endswith("EOHub has stopped.")
    assert "leftover" not in stack.output
    status = stack.eohub("status")
    assert status.returncode == 1
    assert "does not run" in status.stdout


def test_the_next_start_keeps_ports_accounts_and_identity(stack: LocalStack) -> None:
    kept = {path: path.read_bytes() for path in stack.state.secrets.iterdir()}
    instance = stack.state.instance
    issuer = stack.at.issuer
    stack.up()
    assert {path: path.read_bytes() for path in kept} == kept
    assert stack.state.instance == instance
    assert stack.at.issuer == issuer
    configuration = httpx2.get(f"{issuer}/.well-known/openid-configuration", timeout=30).json()
    assert configuration["issuer"] == issuer
    accounts = json.loads((stack.state.root / "identity" / "accounts.json").read_text())
    assert len(accounts["accounts"]) == 2


def test_down_from_another_terminal_stops_it_and_waits(stack: LocalStack) -> None:
    found = stack.eohub("down")
    assert found.returncode == 0, found.stdout
    assert found.stdout.endswith("EOHub has stopped.\n")
    assert stack.ended() == 0
    assert stack.members() == []
    again = stack.eohub("down")
    assert (again.returncode, again.stdout) == (0, "EOHub is not running.\n")
