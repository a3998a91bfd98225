"""One door for requests in the user's pod: authentication, validation and errors of every route."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_type_hints, override
from uuid import uuid4

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema
from pydantic_core import from_json
from tornado import web

from eohub_toolkit.errors import STATUS, Invalid, Problem, kind_of, problem_of

type Endpoint = Callable[..., Awaitable[BaseModel | Content]]
_LARGEST_BODY = 1024 * 1024
_WITH_BODY = frozenset({"POST", "PUT"})
_REFUSALS: Mapping[int, tuple[str, str | None]] = {
    403: ("Your server does not know who asks.", "Reload the page; log in again where it asks for it."),
    405: ("This address does not take such a request.", None),
}


@dataclass(frozen=True)
class Content:
    """An answer that is no JSON, such as a picture; the browser may keep it for `keep_seconds`."""

    body: bytes
    media_type: str
    keep_seconds: int = 0


@dataclass(frozen=True)
class Route:
    """What `@route` notes on a function: its method, path pattern and the types of its parameters."""

    method: str
    path: str
    endpoint: Endpoint
    model: tuple[str, type[BaseModel]] | None
    path_names: tuple[str, ...]
    provided: Mapping[str, type]
    returns: type[BaseModel | Content]


def route(method: Literal["GET", "POST", "PUT", "DELETE"], path: str) -> Callable[[Endpoint], Endpoint]:
    """Mark an async function as the endpoint of `method` and `path` ('/items/{collection}/{item}').

    A pydantic parameter is filled from the JSON body of a POST or PUT or else from the query string, a `str`
    parameter from the path, any other by its type from what `handlers` is given.
    """

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__route__ = _inspect(method, path, endpoint)  # type: ignore[attr-defined]
        return endpoint

    return mark


def handlers(
    base_url: str, prefix: str, routes: Sequence[Endpoint], provide: Mapping[type, object]
) -> list[tuple[str, type[APIHandler], dict[str, Any]]]:
    """Tornado handlers for a Jupyter server: `base_url` + `prefix` + each route's path."""
    by_path: dict[str, dict[str, Route]] = {}
    for endpoint in routes:
        noted = route_of(endpoint)
        by_path.setdefault(noted.path, {})[noted.method] = noted
    return [
        (_pattern(base_url, prefix, path), _RouteHandler, {"routes": methods, "provide": provide})
        for path, methods in by_path.items()
    ]


def route_of(endpoint: Endpoint) -> Route:
    """What `@route` noted on `endpoint`."""
    return cast(Route, endpoint.__route__)  # type: ignore[attr-defined]


def openapi(title: str, prefix: str, routes: Sequence[Endpoint]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of a pod's routes."""
    noted = [route_of(endpoint) for endpoint in routes]
    models = {noted_route.returns for noted_route in noted} - {Content} | {Problem}
    inputs = {noted_route.model[1] for noted_route in noted if noted_route.model}
    wanted = sorted(
        [(model, "serialization") for model in models] + [(model, "validation") for model in inputs],
        key=lambda pair: (pair[0].__name__, pair[1]),
    )
    references, schema = models_json_schema(cast(Any, wanted), ref_template="#/components/schemas/{model}")
    paths: dict[str, Any] = {}
    for noted_route in noted:
        operation = _operation(noted_route, cast(Any, references))
        paths.setdefault(prefix + noted_route.path, {})[noted_route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "0.1.0"},
        "paths": paths,
        "components": {"schemas": schema.get("$defs", {})},
    }


class _RouteHandler(APIHandler):
    """Runs the route of the request's method; every failure leaves as a Problem."""

    def initialize(self, routes: Mapping[str, Route], provide: Mapping[type, object]) -> None:  # type: ignore[override]
        self._routes = routes
        self._provide = provide
        self._trace_id = uuid4().hex
        self._task: asyncio.Task[Any] | None = None

    async def _serve(self, **path_values: str) -> None:
        self._task = asyncio.current_task()
        noted = self._routes.get(self.request.method or "")
        if noted is None:
            raise web.HTTPError(405)
        try:
            result = await noted.endpoint(**self._arguments(noted, path_values))
        except Exception as error:
            status, problem = problem_of(error, self._trace_id)
            if status == 500:
                self.log.exception("EOHub request failed, trace_id %s", self._trace_id)
            self._finish(status, problem)
            return
        self._finish(200, result)

    @override
    def on_connection_close(self) -> None:
        """End the work that nobody waits for any more."""
        if self._task is not None:
            self._task.cancel()

    @override
    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer what Jupyter and tornado refuse by themselves: a stranger, a forged form, a wrong method."""
        detail, hint = _REFUSALS.get(status_code, (f"The request failed with status {status_code}.", None))
        _, problem = problem_of(kind_of(status_code)(detail, hint=hint), self._trace_id)
        self._finish(status_code, problem)

    def _finish(self, status: int, body: BaseModel | Content) -> None:
        self.set_status(status)
        self.set_header("X-Trace-Id", self._trace_id)
        if isinstance(body, Content):
            self.set_header("Cache-Control", f"private, max-age={body.keep_seconds}")
            self.finish(body.body, set_content_type=body.media_type)
            return
        self.finish(body.model_dump_json(exclude_none=isinstance(body, Problem)))

    @web.authenticated
    async def get(self, **path_values: str) -> None:
        """Answer GET."""
        await self._serve(**path_values)

    @web.authenticated
    async def post(self, **path_values: str) -> None:
        """Answer POST."""
        await self._serve(**path_values)

    put = delete = post

    def _arguments(self, noted: Route, path_values: Mapping[str, str]) -> dict[str, object]:
        arguments: dict[str, object] = {name: path_values[name] for name in noted.path_names}
        arguments |= {name: self._provide[kind] for name, kind in noted.provided.items()}
        if noted.model is not None:
            name, model = noted.model
            arguments[name] = _validated(model, self._raw_input(noted.method))
        return arguments

    def _raw_input(self, method: str) -> object:
        if method not in _WITH_BODY:
            return {
                name: values[-1].decode("utf-8", "replace") for name, values in self.request.arguments.items()
            }
        if len(self.request.body) > _LARGEST_BODY:
            raise Invalid(f"The body is larger than {_LARGEST_BODY} bytes.")
        try:
            # Unlike json's own it takes no half of a pair of UTF-16, which no answer could hold.
            return from_json(self.request.body or b"{}")
        except ValueError:
            raise Invalid("The body is not JSON.") from None


def _validated(model: type[BaseModel], raw: object) -> BaseModel:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Invalid(f"{where}: {first['msg']}."[:500] if where else f"{first['msg']}."[:500]) from None


def _inspect(method: str, path: str, endpoint: Endpoint) -> Route:
    hints = get_type_hints(endpoint)
    returns = hints.pop("return")
    models = [
        (name, kind) for name, kind in hints.items() if inspect.isclass(kind) and issubclass(kind, BaseModel)
    ]
    path_names = tuple(name for name, kind in hints.items() if kind is str)
    taken = {name for name, _ in models} | set(path_names)
    if len(models) > 1 or any(f"{{{name}}}" not in path for name in path_names):
        raise TypeError(f"{endpoint.__name__}: one model at most, and each str parameter stands in {path}")
    provided = {name: kind for name, kind in hints.items() if name not in taken}
    return Route(method, path, endpoint, models[0] if models else None, path_names, provided, returns)


def _pattern(base_url: str, prefix: str, path: str) -> str:
    named = path.replace("{", "(?P<").replace("}", ">[^/]+)")
    return url_path_join(base_url, prefix, named)


def _operation(noted: Route, references: Mapping[tuple[type, str], Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    if noted.returns is not Content:
        content = {"application/json": {"schema": references[noted.returns, "serialization"]}}
    problem = {"application/json": {"schema": references[Problem, "serialization"]}}
    operation: dict[str, Any] = {
        "operationId": noted.endpoint.__name__,
        "summary": (inspect.getdoc(noted.endpoint) or "").partition("\n")[0],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in noted.path_names
        ],
        "responses": {"200": {"description": "Success", "content": content}}
        | {str(status): {"description": "Problem", "content": problem} for status in sorted(STATUS.values())},
    }
    if noted.model is not None:
        _, model = noted.model
        if noted.method in _WITH_BODY:
            body = {"application/json": {"schema": references[model, "validation"]}}
            operation["requestBody"] = {"required": True, "content": body}
        else:
            schema = model.model_json_schema()
            needed = schema.get("required", [])
            operation["parameters"] += [
                {"name": field, "in": "query", "required": field in needed, "schema": part}
                for field, part in schema["properties"].items()
            ]
    return operation
