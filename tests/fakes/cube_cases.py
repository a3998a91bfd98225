"""One case of opened data: what every kind of cube is asked in its contract."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eohub_cubes.contract import DataAsset, Kind
from eohub_cubes.formats.opening import open_cube
from eohub_cubes.ports import OpenCube, Traffic
from eohub_cubes.reading.opening import reader_of
from eohub_cubes.reading.traffic import counted


@dataclass(frozen=True)
class CubeCase:
    """Data at a path of this machine, and the values of one of its variables as they are known otherwise."""

    path: Path
    variable: str
    values: npt.NDArray[Any]
    kind: Kind | None = None
    group: str | None = None


def asset_at(path: Path, kind: Kind | None = None, **open_kwargs: Any) -> DataAsset:
    """A file or store of this machine as an asset."""
    return DataAsset(key="data", href=str(path), kind=kind, open_kwargs=open_kwargs)


def opened(path: Path, group: str | None = None, kind: Kind | None = None, **open_kwargs: Any) -> OpenCube:
    """Data at a path, opened."""
    asset = asset_at(path, kind, **open_kwargs)
    return open_cube(asset, group, reader_of(asset))


@contextmanager
def opened_case(case: CubeCase) -> Generator[OpenCube]:
    """A case that is open."""
    cube = opened(case.path, case.group, case.kind)
    try:
        yield cube
    finally:
        cube.close()


@contextmanager
def measured() -> Generator[Traffic]:
    """What is read inside."""
    with counted(Traffic()) as traffic:
        yield traffic


def all_chunks(grid: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """The indices of every chunk of a grid."""
    return np.stack(np.meshgrid(*map(np.arange, grid), indexing="ij"), -1).reshape(-1, len(grid))
