import pytest

from eohub_toolkit.errors import (
    STATUS,
    Conflict,
    EohubError,
    Forbidden,
    Internal,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
    Upstream,
    kind_of,
    problem_of,
    status_of,
)


class NoSuchCube(NotFound):
    pass


class PlainEohubError(EohubError):
    pass


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Unauthenticated, 401),
        (Forbidden, 403),
        (NotFound, 404),
        (Conflict, 409),
        (Invalid, 422),
        (TooMany, 429),
        (Upstream, 502),
        (Unavailable, 503),
        (Internal, 500),
        (NoSuchCube, 404),
        (PlainEohubError, 500),
        (ValueError, 500),
    ],
)
def test_every_kind_has_its_status(kind: type[Exception], status: int) -> None:
    assert status_of(kind) == status
    assert status_of(kind("broken")) == status


@pytest.mark.parametrize("kind", [*STATUS, Internal])
def test_every_status_of_ours_has_its_kind(kind: type[EohubError]) -> None:
    assert kind_of(status_of(kind)) is kind


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Invalid), (405, Invalid), (413, Invalid), (501, Internal), (504, Internal)]
)
def test_any_other_status_is_the_askers_fault_or_ours(status: int, kind: type[EohubError]) -> None:
    assert kind_of(status) is kind


def test_codes_are_distinct() -> None:
    codes = [kind.code for kind in (*STATUS, Internal)]
    assert len(set(codes)) == len(codes)


def test_a_problem_carries_what_the_person_needs() -> None:
    status, problem = problem_of(NoSuchCube("There is no cube 'x'.", hint="Search again."), "abc")
    assert (status, problem.code, problem.detail, problem.hint, problem.trace_id) == (
        404,
        "not_found",
        "There is no cube 'x'.",
        "Search again.",
        "abc",
    )


@pytest.mark.parametrize("seconds", [None, 0, 7])
def test_how_long_to_wait_is_a_number_of_its_own(seconds: int | None) -> None:
    for kind in STATUS:
        _, problem = problem_of(kind("It is busy.", retry_after=seconds), "abc")
        assert problem.retry_after == seconds


def test_an_unexpected_error_says_nothing_about_its_inside() -> None:
    status, problem = problem_of(RuntimeError("password=hunter2 at /srv/secret.py"), "abc")
    text = problem.model_dump_json()
    assert status == 500
    assert "hunter2" not in text
    assert "/srv" not in text
    assert "abc" in text
