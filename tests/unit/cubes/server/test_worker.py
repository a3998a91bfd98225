"""The process that reads data, without a process: lines in, lines out."""

import io
import resource
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import xarray as xr
from fakes.cubes_desk import desk
from fakes.cubes_open import CubeInMemory
from fakes.cubes_source import source_at

from eohub_cubes.contract import (
    CubeDescription,
    DescribeQuery,
    EstimateQuery,
    NotebookCode,
    Selection,
    SourceQuery,
)
from eohub_cubes.describing import described
from eohub_cubes.errors import NotReadable
from eohub_cubes.ports import Traffic
from eohub_cubes.reading import traffic as reading
from eohub_cubes.server.desk import Desk, asset_of
from eohub_cubes.server.limits import within
from eohub_cubes.server.messages import LARGEST_MESSAGE, Answer, Ask, Stop
from eohub_cubes.server.operations import OPERATIONS, Operation
from eohub_cubes.server.worker import Worker
from eohub_cubes.wire import Wire


class Lines(io.BytesIO):
    """Messages that come one after the other; the input ends when `end` is set."""

    def __init__(self, messages: Sequence[Ask | Stop], end: Event, begun: Event | None = None) -> None:
        super().__init__(b"".join(each.model_dump_json().encode() + b"\n" for each in messages))
        self._end = end
        self._begun = begun

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> bytes:
        line = self.readline()
        if not line:
            self._end.wait()
            raise StopIteration
        if self._begun is not None and b"query" not in line:
            self._begun.wait()
        return line


def answers(*messages: Ask | Stop, operations: dict[str, Operation] | None = None) -> dict[int, Answer]:
    """What is said until every question has its answer."""
    found: dict[int, Answer] = {}
    all_came = Event()

    def write(line: bytes) -> None:
        answer = Answer.model_validate_json(line)
        found[answer.number] = answer
        if len(found) == sum(isinstance(each, Ask) for each in messages):
            all_came.set()

    Worker(desk(), write, {**OPERATIONS, **(operations or {})}).serve(Lines(messages, all_came))
    return found


@pytest.fixture
def cube(tmp_path: Path) -> Path:
    path = tmp_path / "cube.zarr"
    values = np.arange(24, dtype="float32").reshape(4, 6)
    xr.Dataset({"t": (("lat", "lon"), values)}).to_zarr(path, zarr_format=3)
    return path


def ask(number: int, what: str, query: Wire) -> Ask:
    return Ask(number=number, what=what, query=query.model_dump(mode="json"))


def test_questions_are_answered_by_their_number(cube: Path) -> None:
    source = source_at(cube)
    found = answers(
        ask(1, "describe", DescribeQuery(source=source)),
        ask(2, "estimate", EstimateQuery(source=source, selection=Selection(variables=("t",)))),
    )
    assert found[1].answer is not None
    assert CubeDescription.model_validate(found[1].answer).variables[0].name == "t"
    assert found[2].answer is not None
    assert found[2].answer["memory_bytes"] == 96


def test_an_error_for_the_person_is_an_answer() -> None:
    found = answers(ask(1, "describe", DescribeQuery(source=source_at("/nowhere.zarr"))))
    assert found[1].error is not None
    assert found[1].error.kind == "DataMissing"


def failing(error: BaseException) -> Operation:
    def fail(query: Wire, at: Desk, traffic: Traffic) -> Wire:
        raise error

    return Operation(DescribeQuery, fail)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ValueError("/secret/path"), "Internal"),
        (MemoryError(), "NotReadable"),
        (RecursionError(), "Internal"),
    ],
)
def test_a_fault_is_told_without_its_words_and_the_next_is_answered(
    error: BaseException, kind: str, cube: Path
) -> None:
    query = DescribeQuery(source=source_at(cube))
    found = answers(ask(1, "fail", query), ask(2, "describe", query), operations={"fail": failing(error)})
    assert found[1].error is not None
    assert found[1].error.kind == kind
    assert "secret" not in found[1].error.detail
    assert found[2].answer is not None


def test_what_still_waits_in_the_queue_ends_without_being_begun(cube: Path) -> None:
    begun, end = Event(), Event()
    ran: list[Wire] = []
    out: dict[int, Answer] = {}

    def hold(query: Wire, at: Desk, traffic: Traffic) -> Wire:
        ran.append(query)
        begun.set()
        while True:
            reading.begin()

    def write(line: bytes) -> None:
        answer = Answer.model_validate_json(line)
        out[answer.number] = answer
        if answer.number == 9:
            end.set()

    query = DescribeQuery(source=source_at(cube))
    held = [ask(number, "hold", query) for number in (1, 2, 3, 4, 9)]
    Worker(desk(), write, {"hold": Operation(DescribeQuery, hold)}).serve(
        Lines([*held, Stop(number=9)], end, begun)
    )
    assert out[9] == Answer(number=9)
    assert len(ran) == 4


@pytest.mark.parametrize("how", ["stopped", "the input ends"])
def test_what_nobody_waits_for_ends_with_its_next_read(how: str, cube: Path) -> None:
    begun, end = Event(), Event()

    def read_for_ever(query: Wire, at: Desk, traffic: Traffic) -> Wire:
        while True:
            reading.begin()
            begun.set()

    asked = ask(1, "wait", DescribeQuery(source=source_at(cube)))
    out: list[bytes] = []

    def write(line: bytes) -> None:
        out.append(line)
        end.set()

    worker = Worker(desk(), write, {"wait": Operation(DescribeQuery, read_for_ever)})
    if how == "stopped":
        worker.serve(Lines([asked, Stop(number=1)], end, begun))
    else:
        worker.serve(Lines([asked], begun))
    assert [Answer.model_validate_json(line) for line in out] == [Answer(number=1)]


def test_what_is_stuck_outlives_no_server(cube: Path) -> None:
    begun, freed, ended = Event(), Event(), Event()
    out: list[bytes] = []

    def never_look(query: Wire, at: Desk, traffic: Traffic) -> Wire:
        begun.set()
        freed.wait()
        ended.set()
        return query

    asked = [ask(number, "hold", DescribeQuery(source=source_at(cube))) for number in range(6)]
    operations = {"hold": Operation(DescribeQuery, never_look)}
    Worker(desk(), out.append, operations, stuck_seconds=0).serve(Lines(asked, begun))
    assert not ended.is_set()
    freed.set()


def test_data_is_opened_once_and_the_least_lately_used_is_closed(tmp_path: Path) -> None:
    paths = [tmp_path / f"{at}.zarr" for at in range(10)]
    for path in paths:
        xr.Dataset({"t": ("x", np.zeros(2))}).to_zarr(path, zarr_format=3)
    at = desk()
    queries = [SourceQuery(source=source_at(path)) for path in paths]
    first = at.cube(queries[0])[1]
    assert at.cube(queries[0])[1] is first
    for query in queries[1:]:
        at.cube(query)
    assert at.cube(queries[0])[1] is not first


def test_what_is_forgotten_is_opened_anew(cube: Path) -> None:
    at, query = desk(), SourceQuery(source=source_at(cube))
    first = at.cube(query)[1]
    at.forget(query)
    at.forget(query)
    assert at.cube(query)[1] is not first


def test_an_asset_that_a_source_does_not_have_is_named(cube: Path) -> None:
    query = SourceQuery(source=source_at(cube), asset="other")
    with pytest.raises(NotReadable, match="other"):
        asset_of(query)


@pytest.mark.parametrize(
    ("allowed", "most"), [(resource.RLIM_INFINITY, 2**31), (2**40, 2**31), (2**30, 2**30)]
)
def test_a_limit_that_the_server_has_already_is_not_raised(allowed: int, most: int) -> None:
    assert within(2**31, allowed) == most


HALF = "\ud800"
"""Half of a pair of UTF-16: JSON and HDF5 hold it, and no encoder takes it."""


@pytest.mark.parametrize("where", ["units", "dimension", "label", "title of the group"])
def test_text_that_cannot_be_encoded_is_an_answer_all_the_same(where: str, tmp_path: Path) -> None:
    name = HALF if where == "dimension" else "x"
    labels = np.array([f"{HALF if where == 'label' else 'a'}b", "c"])
    units = HALF if where == "units" else "K"
    title = HALF if where == "title of the group" else "t"
    dataset = xr.Dataset(
        {"t": ((name,), np.zeros(2, "f4"), {"units": units})}, coords={name: labels}, attrs={"title": title}
    )

    def tell(query: DescribeQuery, at: Desk, traffic: Traffic) -> Wire:
        return described(query.source.title, query.source.assets[0], CubeInMemory(dataset, {}), traffic)

    query = DescribeQuery(source=source_at(tmp_path))
    found = answers(ask(1, "tell", query), operations={"tell": Operation(DescribeQuery, tell)})
    assert found[1].error is None
    assert CubeDescription.model_validate(found[1].answer)
    assert "?" in str(found[1].answer)


def test_an_error_whose_words_cannot_be_encoded_is_told(cube: Path) -> None:
    query = DescribeQuery(source=source_at(cube))
    found = answers(ask(1, "fail", query), operations={"fail": failing(NotReadable(f"{HALF} is no name."))})
    assert found[1].error is not None
    assert found[1].error.detail == "? is no name."


def test_an_answer_that_no_line_holds_says_so(cube: Path) -> None:
    def tell(query: DescribeQuery, at: Desk, traffic: Traffic) -> Wire:
        return NotebookCode(source="x" * (LARGEST_MESSAGE + 1))

    query = DescribeQuery(source=source_at(cube))
    found = answers(ask(1, "tell", query), operations={"tell": Operation(DescribeQuery, tell)})
    assert found[1].error is not None
    assert found[1].error.kind == "NotReadable"
