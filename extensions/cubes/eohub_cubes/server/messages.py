"""The lines of JSON between the Jupyter server and the process that reads data."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import JsonValue, TypeAdapter

from eohub_cubes import errors
from eohub_cubes.contract import VirtualRefusal
from eohub_cubes.wire import Wire
from eohub_toolkit.errors import EohubError, Internal

LARGEST_MESSAGE = 64 * 2**20
"""Bytes of one line; a picture of 1,024 cells each way takes 6 MiB."""


class Ask(Wire):
    """A question with its number."""

    number: int
    what: str
    query: dict[str, JsonValue]


class Stop(Wire):
    """Nobody waits for this answer any more."""

    number: int


class Failure(Wire):
    """An error for the person; `kind` names its class."""

    kind: str
    detail: str
    hint: str | None
    retry_after: int | None


class Answer(Wire):
    """The answer to the question of this number, or why there is none."""

    number: int
    answer: dict[str, Any] | None = None
    error: Failure | None = None


class VirtualStep(Wire):
    """How far a virtual cube is; with the last one how it ended."""

    files_read: int
    ended: bool = False
    error: Failure | None = None
    refusals: tuple[VirtualRefusal, ...] = ()
    refusal_count: int = 0


Message: TypeAdapter[Ask | Stop] = TypeAdapter(Ask | Stop)


def line_of(told: Answer | VirtualStep) -> bytes:
    """One line for the pipe; half of a pair of UTF-16, which files hold and nothing can encode, becomes ?."""
    return json.dumps(told.model_dump(), ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def failure_of(error: EohubError) -> Failure:
    """An error as it crosses the pipe."""
    return Failure(
        kind=type(error).__name__, detail=error.detail, hint=error.hint, retry_after=error.retry_after
    )


def error_of(failure: Failure) -> EohubError:
    """The error that crossed the pipe."""
    kind = _KINDS.get(failure.kind, Internal)
    return kind(failure.detail, hint=failure.hint, retry_after=failure.retry_after)


def _kinds(base: type[EohubError]) -> Iterator[type[EohubError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


_KINDS: Mapping[str, type[EohubError]] = {
    kind.__name__: kind
    for kind in _kinds(EohubError)
    if kind.__module__ in (errors.__name__, EohubError.__module__)
}
