import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from eohub_toolkit.errors import Problem

TOKEN = secrets.token_hex(16)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Jupyter server that carries the routes of `fakes.pod_extension`."""
    folder, port = tmp_path_factory.mktemp("pod"), free_port()
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ip=127.0.0.1", f"--ServerApp.root_dir={folder}", "--ServerApp.port_retries=0"]
    command += ["--ServerApp.jpserver_extensions={'fakes.pod_extension': True}"]
    folders = {
        name: str(folder / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "HOME")
    }
    tests = Path(__file__).parents[1]
    environment = os.environ | folders | {"PYTHONPATH": str(tests), "JUPYTER_TOKEN": TOKEN}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, env=environment, stderr=log) as process,
    ):
        try:
            yield wait_for(f"http://127.0.0.1:{port}/", process, folder / "log")
        finally:
            process.terminate()


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            httpx2.get(f"{url}api")
        except httpx2.TransportError:
            time.sleep(0.2)
        else:
            return url
    raise AssertionError(log.read_text())


def ask(server: str, method: str, path: str, **options: object) -> httpx2.Response:
    headers = {"Authorization": f"token {TOKEN}"}
    return httpx2.request(method, f"{server}eohub/test/{path}", headers=headers, timeout=30, **options)  # type: ignore[arg-type]


def test_a_body_is_validated_and_answered(server: str) -> None:
    assert ask(server, "POST", "search", json={"words": "ir"}).json() == {"titles": ["iris"]}


def test_a_query_string_is_validated_and_answered(server: str) -> None:
    assert ask(server, "GET", "search", params={"limit": "1"}).json() == {"titles": ["ice"]}


def test_a_path_value_is_passed_decoded(server: str) -> None:
    assert ask(server, "GET", "books/sea%20ice").json() == {"titles": ["sea ice"]}


@pytest.mark.parametrize(
    "body",
    [
        "{", "[]", '{"limit": 0}', '{"limit": 1e9}', '{"limit": "x"}', "[" * 100_000, b"\xff\xfe",
        r'{"marks": {"a": "\ud800"}}', r'{"marks": {"\udfff": 1}}',
    ],
)  # fmt: skip
def test_a_wrong_body_is_a_problem(server: str, body: str | bytes) -> None:
    answer = ask(server, "POST", "search", content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_a_huge_body_is_refused(server: str) -> None:
    assert ask(server, "POST", "search", content=b" " * (1024 * 1024 + 1)).status_code == 422


def test_put_takes_a_body_and_delete_none(server: str) -> None:
    put = ask(server, "PUT", "books/fog", json={"words": "thick"})
    assert put.json() == {"titles": ["ice", "iris", "sea ice", "fog", "thick"]}
    assert ask(server, "DELETE", "books/ice").json() == {"titles": ["iris", "sea ice"]}


def test_an_answer_may_be_no_json(server: str) -> None:
    answer = ask(server, "GET", "covers/ice")
    assert (answer.content, answer.headers["Content-Type"]) == (b"ice", "image/x-title")
    assert answer.headers["Cache-Control"] == "private, max-age=60"


def test_what_nobody_waits_for_any_more_is_ended(server: str) -> None:
    with pytest.raises(httpx2.ReadTimeout):
        httpx2.get(f"{server}eohub/test/endless", headers={"Authorization": f"token {TOKEN}"}, timeout=1)
    for _ in range(600):
        if "stopped" in (said := ask(server, "GET", "readers").json()["titles"]):
            break
        time.sleep(0.1)
    assert said == ["began", "stopped"]


def test_our_error_keeps_its_sentence(server: str) -> None:
    answer = ask(server, "GET", "books/x")
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no book 'x'.")
    assert answer.json()["trace_id"] == answer.headers["X-Trace-Id"]


def test_an_unexpected_error_keeps_its_inside(server: str) -> None:
    answer = ask(server, "GET", "books/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text


def is_a_problem(answer: httpx2.Response, status: int, code: str) -> bool:
    problem = Problem.model_validate(answer.json())
    assert answer.headers["Content-Type"].startswith("application/json")
    assert set(answer.json()) <= set(Problem.model_fields)
    assert problem.trace_id == answer.headers["X-Trace-Id"]
    return (answer.status_code, problem.code) == (status, code)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_another_method_is_a_problem(server: str, method: str) -> None:
    assert is_a_problem(ask(server, method, "books/ice"), 405, "invalid")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_stranger_meets_a_problem(server: str, method: str) -> None:
    assert is_a_problem(httpx2.request(method, f"{server}eohub/test/search"), 403, "forbidden")


def test_a_page_of_another_site_meets_a_problem(server: str) -> None:
    with httpx2.Client(headers={"Origin": "http://elsewhere.example"}) as browser:
        browser.get(f"{server}login?token={TOKEN}")
        assert browser.cookies
        answer = browser.post(f"{server}eohub/test/search", json={})
    assert answer.status_code in (403, 404)
    assert is_a_problem(answer, answer.status_code, {403: "forbidden", 404: "not_found"}[answer.status_code])
