"""Putting a virtual cube into an S3: all of it is there in the end, or nothing, or it is told."""

import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager

import pytest
from fakes.cubes_server import Asked, ObjectServer, Reply, serving

from eohub_cubes.errors import StoreDown, TargetTaken
from eohub_cubes.virtualizing.places import place_of

PARTS = {"chunks/a": b"a", "manifests/b": b"b", "repo": b"head", "snapshots/c": b"c"}
LAST = len(PARTS)
TARGET = "s3://bucket/in/cube.icechunk"
BELOW = "/bucket/in/cube.icechunk/"
REFUSED = Reply(403, body=b"<Error><Code>AccessDenied</Code></Error>")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Generator[ObjectServer]:
    made = ObjectServer()
    made.objects["/bucket/in/other"] = b"x"
    with serving(made) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-id")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
        yield made


def put(server: ObjectServer) -> None:
    with place_of(TARGET) as (folder, publish):
        for key, body in PARTS.items():
            (folder / key).parent.mkdir(exist_ok=True)
            (folder / key).write_bytes(body)
        publish()


def at(number: int, then: Callable[[Asked], Reply | None]) -> Callable[[Asked], Reply | None]:
    """What happens with the put of this number."""
    came: list[str] = []

    def answers(asked: Asked) -> Reply | None:
        if asked.method == "PUT":
            came.append(asked.path)
        return then(asked) if asked.method == "PUT" and len(came) == number else None

    return answers


def left(server: ObjectServer) -> dict[str, bytes]:
    """What lies at the target; what lies beside it was not touched."""
    assert server.objects["/bucket/in/other"] == b"x"
    return {key.removeprefix(BELOW): body for key, body in server.objects.items() if key.startswith(BELOW)}


@contextmanager
def cancelled_by_a_signal() -> Generator[None]:
    def leave(number: int, frame: object) -> None:
        raise SystemExit

    before = signal.signal(signal.SIGUSR1, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGUSR1, before)


def cancel(asked: Asked) -> None:
    os.kill(os.getpid(), signal.SIGUSR1)


def test_all_of_it_is_put(server: ObjectServer) -> None:
    put(server)
    assert left(server) == PARTS
    assert [each.path for each in server.asked if each.method == "PUT"][-1] == f"{BELOW}repo"


@pytest.mark.parametrize("number", range(1, LAST + 1))
def test_of_one_that_cannot_be_put_nothing_is_left(server: ObjectServer, number: int) -> None:
    server.answers = at(number, lambda asked: REFUSED)
    with pytest.raises(StoreDown, match=r"cannot be written\.$"):
        put(server)
    assert left(server) == {}


@pytest.mark.parametrize("number", range(1, LAST))
def test_of_one_that_is_cancelled_nothing_is_left(server: ObjectServer, number: int) -> None:
    server.answers = at(number, cancel)
    with cancelled_by_a_signal(), pytest.raises(SystemExit):
        put(server)
    assert left(server) == {}


def test_a_cancel_that_comes_too_late_is_none(server: ObjectServer) -> None:
    server.answers = at(LAST, cancel)
    with cancelled_by_a_signal():
        put(server)
    assert left(server) == PARTS


def test_one_whose_last_answer_is_lost_is_there(server: ObjectServer) -> None:
    server.answers = at(LAST, lambda asked: Reply(503) if server.put(asked) else None)
    put(server)
    assert left(server) == PARTS


def test_of_one_whose_place_was_taken_meanwhile_nothing_is_left(server: ObjectServer) -> None:
    def taken(asked: Asked) -> None:
        server.objects[f"{BELOW}repo"] = b"of another"

    server.answers = at(LAST, taken)
    with pytest.raises(TargetTaken):
        put(server)
    assert left(server) == {"repo": b"of another"}


@pytest.mark.parametrize("number", range(2, LAST))
@pytest.mark.parametrize("is_cancelled", [False, True])
def test_what_cannot_be_taken_away_is_told(server: ObjectServer, number: int, is_cancelled: bool) -> None:
    fault = at(number, cancel if is_cancelled else lambda asked: REFUSED)
    server.answers = lambda asked: REFUSED if asked.method == "POST" else fault(asked)
    with cancelled_by_a_signal(), pytest.raises(StoreDown, match="parts of it may be left") as caught:
        put(server)
    assert "remove" in (caught.value.hint or "")
    assert left(server)
