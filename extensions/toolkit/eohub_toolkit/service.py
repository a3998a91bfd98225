"""Wiring of a FastAPI application that runs beside the hub."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import uuid4

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eohub_toolkit.errors import STATUS, EohubError, Invalid, Problem, kind_of, problem_of
from eohub_toolkit.logs import get_logger

LARGEST_BODY = 1024 * 1024


def create_service(
    title: str,
    *,
    prefix: str,
    routers: Sequence[APIRouter],
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """A FastAPI application under `prefix` ('/services/NAME/') with problems, trace ids and a body limit."""
    base = prefix.rstrip("/")
    app = FastAPI(
        title=title, version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    problems: dict[int | str, dict[str, Any]] = {key: {"model": Problem} for key in sorted(STATUS.values())}
    for router in routers:
        app.include_router(router, prefix=base, responses=problems)
    install_problems(app)
    app.add_api_route(f"{base}/health", _health, include_in_schema=False)
    return app


def install_problems(app: FastAPI) -> None:
    """Give an application the one error body, a trace id per request, and the body limit."""
    app.add_exception_handler(EohubError, _answer)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_middleware(_Door)


def run_service(app: ASGIApp, *, port: int) -> None:
    """Serve `app` on 127.0.0.1 until SIGTERM or Ctrl-C, finishing requests under way for at most 5 s."""
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        access_log=False,
        log_config=None,
        log_level=logging.WARNING,
        timeout_graceful_shutdown=5,
        server_header=False,
        proxy_headers=True,
    )


async def _health() -> dict[str, str]:
    return {"status": "ok"}


async def _answer(request: Request, error: Exception) -> Response:
    return _problem_response(request, error)


async def _answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    detail = f"{where}: {first['msg']}." if where else f"{first['msg']}."
    return _problem_response(request, Invalid(detail[:500]))


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = (
        f"There is nothing at {request.url.path[:200]}." if error.status_code == 404 else str(error.detail)
    )
    answer = _problem_response(request, kind_of(error.status_code)(detail))
    answer.status_code = error.status_code
    answer.headers.update(error.headers or {})
    return answer


def _problem_response(request: Request, error: Exception) -> JSONResponse:
    status, problem = problem_of(error, getattr(request.state, "trace_id", "none"))
    return JSONResponse(problem.model_dump(exclude_none=True), status_code=status)


class _Door:
    """Gives a request its trace id, refuses a large body, and answers errors that nobody has foreseen.

    Not by Starlette's `BaseHTTPMiddleware`, whose task and queue for each request take as long as a search.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        trace_id = request.state.trace_id = uuid4().hex
        messages: list[Message] = []
        is_begun = False

        async def replayed() -> Message:
            return messages.pop(0) if messages else await receive()

        async def answer(message: Message) -> None:
            nonlocal is_begun
            if message["type"] == "http.response.start":
                is_begun = True
                MutableHeaders(scope=message)["X-Trace-Id"] = trace_id
            await send(message)

        with structlog.contextvars.bound_contextvars(trace_id=trace_id):
            try:
                messages += await _read(receive)
                await (self._app if messages else _too_large(request))(scope, replayed, answer)
            except Exception as error:
                get_logger().exception("request failed", method=request.method, path=request.url.path)
                if is_begun:
                    raise
                await _problem_response(request, error)(scope, receive, answer)


async def _read(receive: Receive) -> list[Message]:
    """The messages of a body, read before the application does; none where it is too large."""
    messages: list[Message] = []
    seen = 0
    while not messages or messages[-1].get("more_body"):
        messages.append(await receive())
        seen += len(messages[-1].get("body", b""))
        if seen > LARGEST_BODY:
            return []
    return messages


def _too_large(request: Request) -> JSONResponse:
    answer = _problem_response(request, Invalid(f"The body is larger than {LARGEST_BODY} bytes."))
    answer.status_code = 413
    return answer
