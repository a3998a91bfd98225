"""What the process that reads data can be asked: the query of each question and what answers it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from eohub_cubes.contract import (
    CodeQuery,
    CubeDescription,
    DescribeQuery,
    Estimate,
    EstimateQuery,
    Located,
    LocateQuery,
    Preview,
    PreviewQuery,
    Series,
    SeriesQuery,
)
from eohub_cubes.describing import described
from eohub_cubes.estimating import estimated
from eohub_cubes.locating import located
from eohub_cubes.overviews import pictured_coarsely
from eohub_cubes.ports import OpenCube, Traffic
from eohub_cubes.reading.opening import reader_of
from eohub_cubes.series import series_at
from eohub_cubes.server.desk import Desk
from eohub_cubes.server.writing import code
from eohub_cubes.wire import Wire


@dataclass(frozen=True)
class Operation:
    """One question: how it is read, and the blocking function that answers it."""

    query: type[Wire]
    answer: Callable[[Any, Desk, Traffic], Wire]


def describe(query: DescribeQuery, desk: Desk, traffic: Traffic) -> CubeDescription:
    """Tell what is in some data."""
    if query.fresh:
        desk.forget(query)
    asset, cube = desk.cube(query)
    return described(query.source.title, asset, cube, traffic)


def estimate(query: EstimateQuery, desk: Desk, traffic: Traffic) -> Estimate:
    """Tell what a selection costs."""
    asset, cube = desk.cube(query)
    return estimated(query.selection, cube, desk.bandwidth.of(reader_of(asset).host), desk.memory.now())


def preview(query: PreviewQuery, desk: Desk, traffic: Traffic) -> Preview:
    """Read one slice to draw."""

    def overview(group: str) -> OpenCube:
        return desk.cube(query.model_copy(update={"group": group}))[1]

    return pictured_coarsely(query, desk.cube(query)[1], overview, traffic)


def series(query: SeriesQuery, desk: Desk, traffic: Traffic) -> Series:
    """Read the values along one dimension at a point."""
    return series_at(query, desk.cube(query)[1], traffic)


def locate(query: LocateQuery, desk: Desk, traffic: Traffic) -> Located:
    """Find the step of a value, or the value of a step."""
    return located(query, desk.cube(query)[1].dataset)


OPERATIONS: Mapping[str, Operation] = {
    "describe": Operation(DescribeQuery, describe),
    "estimate": Operation(EstimateQuery, estimate),
    "preview": Operation(PreviewQuery, preview),
    "series": Operation(SeriesQuery, series),
    "locate": Operation(LocateQuery, locate),
    "code": Operation(CodeQuery, code),
}
