"""Opened data is opened once, held, let go of and closed when nothing reads it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import numpy as np
import pytest
import xarray as xr
from fakes.cubes_desk import desk
from fakes.cubes_open import CubeInMemory, cube_of
from fakes.cubes_source import source_at

from eohub_cubes.contract import DataAsset, SourceQuery
from eohub_cubes.errors import Cancelled, DataMissing
from eohub_cubes.ports import ObjectReader, OpenCube, Traffic
from eohub_cubes.reading.traffic import counted, stop_if_cancelled


def query(at: int = 0) -> SourceQuery:
    return SourceQuery(source=source_at(f"/{at}.zarr"))


class Opener:
    """Opens data in memory and remembers what it opened."""

    def __init__(self) -> None:
        self.opened: list[CubeInMemory] = []

    def __call__(self, asset: DataAsset, group: str | None, reader: ObjectReader) -> OpenCube:
        self.opened.append(cube_of({"time": 4}, (2,)))
        return self.opened[-1]


def test_a_group_of_any_name_is_not_the_first_one() -> None:
    opener = Opener()
    at = desk(opener)
    for group in (None, "None", "", "/"):
        at.cube(query().model_copy(update={"group": group}))
    assert len(opener.opened) == 4


def test_many_who_ask_at_once_open_it_once() -> None:
    opener, together = Opener(), Barrier(6)
    at = desk(opener)

    def ask() -> OpenCube:
        together.wait()
        return at.cube(query())[1]

    with ThreadPoolExecutor(6) as threads:
        found = [each.result() for each in [threads.submit(ask) for _ in range(6)]]
    assert len(opener.opened) == 1
    assert len({id(each) for each in found}) == 1


def test_what_is_let_go_of_is_closed_when_nothing_is_read() -> None:
    opener = Opener()
    at = desk(opener)
    for number in range(10):
        at.cube(query(number))
    assert [each.closed for each in opener.opened] == [False] * 10
    at.tidy()
    assert [each.closed for each in opener.opened] == [True] * 2 + [False] * 8


def test_an_opening_that_failed_is_tried_anew() -> None:
    opener = Opener()
    errors = [DataMissing("There is nothing.")]

    def open_cube(asset: DataAsset, group: str | None, reader: ObjectReader) -> OpenCube:
        if errors:
            raise errors.pop()
        return opener(asset, group, reader)

    at = desk(open_cube)
    with pytest.raises(DataMissing):
        at.cube(query())
    at.cube(query())
    assert len(opener.opened) == 1


def test_who_waits_for_an_opening_that_was_given_up_opens_it_itself() -> None:
    opener, begun, given_up = Opener(), Event(), Event()

    def open_cube(asset: DataAsset, group: str | None, reader: ObjectReader) -> OpenCube:
        if not begun.is_set():
            begun.set()
            given_up.wait()
            stop_if_cancelled()
        return opener(asset, group, reader)

    at = desk(open_cube)
    first, second = Traffic(), Traffic()

    def ask(traffic: Traffic) -> OpenCube:
        with counted(traffic):
            return at.cube(query())[1]

    with ThreadPoolExecutor(2) as threads:
        opening = threads.submit(ask, first)
        begun.wait()
        waiting = threads.submit(ask, second)
        first.cancelled = True
        given_up.set()
        with pytest.raises(Cancelled):
            opening.result()
        waiting.result()
    assert len(opener.opened) == 1


def test_who_waits_for_an_opening_can_be_given_up_before_it_is_done() -> None:
    begun, go_on = Event(), Event()
    opener = Opener()

    def open_cube(asset: DataAsset, group: str | None, reader: ObjectReader) -> OpenCube:
        begun.set()
        go_on.wait()
        return opener(asset, group, reader)

    at = desk(open_cube)
    given_up = Traffic(cancelled=True)
    with ThreadPoolExecutor(1) as threads:
        opening = threads.submit(at.cube, query())
        begun.wait()
        with counted(given_up), pytest.raises(Cancelled):
            at.cube(query())
        go_on.set()
        opening.result()


def test_groups_of_one_store_are_opened_apart(tmp_path: Path) -> None:
    opener = Opener()
    at = desk(opener)
    at.cube(query())
    at.cube(query().model_copy(update={"group": "coarse"}))
    assert len(opener.opened) == 2


def test_without_an_opener_of_its_own_it_opens_what_lies_there(tmp_path: Path) -> None:
    path = tmp_path / "cube.zarr"
    xr.Dataset({"t": ("x", np.arange(3.0))}).to_zarr(path, zarr_format=2)
    at = desk()
    asset, cube = at.cube(SourceQuery(source=source_at(path)))
    assert (asset.key, [*cube.dataset["t"].values]) == ("data", [0, 1, 2])
