from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from eohub_toolkit.errors import Conflict
from eohub_toolkit.service import LARGEST_BODY, create_service


class Item(BaseModel):
    number: int


def application_router() -> APIRouter:
    router = APIRouter()

    @router.post("/items")
    async def add(item: Item) -> Item:
        return item

    @router.get("/conflict")
    async def conflict() -> Item:
        raise Conflict("It is there already.", hint="Choose another name.")

    @router.get("/broken")
    async def broken() -> Item:
        raise RuntimeError("secret inside")

    @router.get("/half")
    async def half() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"half of "
            raise RuntimeError("broken off")

        return StreamingResponse(parts())

    return router


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    app = create_service("test", prefix="/services/test/", routers=[application_router()])
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test/services/test/") as client:
        yield client


async def test_health_answers(client: httpx2.AsyncClient) -> None:
    assert (await client.get("health")).json() == {"status": "ok"}


async def test_every_answer_carries_a_trace_id(client: httpx2.AsyncClient) -> None:
    answers = [await client.get(path) for path in ("health", "conflict", "broken", "nothing")]
    ids = [answer.headers["X-Trace-Id"] for answer in answers]
    assert len(set(ids)) == 4
    assert answers[1].json()["trace_id"] == ids[1]


async def test_a_refused_body_too_can_be_found_in_the_log(client: httpx2.AsyncClient) -> None:
    answer = await client.post("items", content=b" " * (LARGEST_BODY + 1))
    assert answer.json()["trace_id"] == answer.headers["X-Trace-Id"]


async def test_an_answer_that_breaks_off_is_not_made_to_look_whole(client: httpx2.AsyncClient) -> None:
    with pytest.raises(RuntimeError, match="broken off"):
        await client.get("half")


async def test_our_errors_become_problems(client: httpx2.AsyncClient) -> None:
    answer = await client.get("conflict")
    body = answer.json()
    assert answer.status_code == 409
    assert (body["code"], body["detail"], body["hint"]) == (
        "conflict",
        "It is there already.",
        "Choose another name.",
    )


async def test_an_unexpected_error_keeps_its_inside(client: httpx2.AsyncClient) -> None:
    answer = await client.get("broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("body", "word"),
    [(b"{", "JSON"), (b"{}", "number"), (b'{"number": "many"}', "number"), (b"[]", ""), (b"\xff\xfe", "")],
)
async def test_a_wrong_body_is_explained(client: httpx2.AsyncClient, body: bytes, word: str) -> None:
    answer = await client.post("items", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert word in answer.json()["detail"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "nothing", 404), ("GET", "items", 405)])
async def test_wrong_paths_and_methods_are_problems(
    client: httpx2.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()) >= {"code", "detail", "trace_id"}


async def test_a_declared_huge_body_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await client.post("items", content=b" " * (LARGEST_BODY + 1))
    assert answer.status_code == 413


async def test_an_undeclared_huge_body_is_refused(client: httpx2.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 65_536

    answer = await client.post("items", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
