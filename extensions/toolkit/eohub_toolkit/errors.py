"""The kinds of error a person can meet, and the one table that gives them an HTTP status."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field


class EohubError(Exception):
    """An error meant for a person: `detail` is a sentence, `hint` says what to do next."""

    code: ClassVar[str] = "internal"

    def __init__(self, detail: str, *, hint: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.hint = hint
        self.retry_after = retry_after


class Unauthenticated(EohubError):
    """We do not know who asks."""

    code = "unauthenticated"


class Forbidden(EohubError):
    """We know who asks, and they may not."""

    code = "forbidden"


class NotFound(EohubError):
    """What was asked for does not exist, or the asker may not know that it does."""

    code = "not_found"


class Conflict(EohubError):
    """The request contradicts the present state."""

    code = "conflict"


class Invalid(EohubError):
    """The request is wrong in itself."""

    code = "invalid"


class TooMany(EohubError):
    """The asker has to wait."""

    code = "too_many"


class Upstream(EohubError):
    """Another service answered, but with nonsense or a failure."""

    code = "upstream"


class Unavailable(EohubError):
    """A service that is needed cannot be reached now."""

    code = "unavailable"


class Internal(EohubError):
    """Our own fault; the details are in the log under the trace id."""

    code = "internal"


STATUS: Mapping[type[EohubError], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Invalid: 422,
    TooMany: 429,
    Upstream: 502,
    Unavailable: 503,
}


class Problem(BaseModel):
    """The JSON body of every error that leaves EOHub."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(description="Kind of error, stable, for programs")
    detail: str = Field(description="What happened, a sentence for the person")
    hint: str | None = Field(default=None, description="What the person can do next")
    retry_after: int | None = Field(default=None, description="Seconds to wait before it is asked again")
    trace_id: str = Field(description="Finds this request in the log")


def status_of(error: BaseException | type[BaseException]) -> int:
    """HTTP status of an error or error class; 500 for anything outside the table."""
    kind = error if isinstance(error, type) else type(error)
    return next((STATUS[base] for base in kind.__mro__ if base in STATUS), 500)


def kind_of(status: int) -> type[EohubError]:
    """The kind of error that leaves with a status: for what a web framework refuses by itself."""
    other = Internal if status >= 500 else Invalid
    return next((kind for kind, its_status in STATUS.items() if its_status == status), other)


def problem_of(error: BaseException, trace_id: str) -> tuple[int, Problem]:
    """Status and body for an error; an unexpected one says nothing about its inside."""
    if isinstance(error, EohubError):
        body = Problem(code=error.code, detail=error.detail, hint=error.hint,
                       retry_after=error.retry_after, trace_id=trace_id)  # fmt: skip
        return status_of(error), body
    detail = "Something went wrong on our side."
    hint = f"Try again; if it stays, report the trace id {trace_id}."
    return 500, Problem(code=Internal.code, detail=detail, hint=hint, trace_id=trace_id)
