"""Opened data in memory, whose pieces have the sizes that a test gives them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import xarray as xr

from eohub_cubes.layout import ArrayLayout
from eohub_cubes.ports import StoredChunks

type SizeOf = Callable[[tuple[int, ...]], int | None]


@dataclass
class CubeInMemory:
    """The port OpenCube over a dataset in memory; `asked` holds the chunks whose size was asked for."""

    dataset: xr.Dataset
    arrays: Mapping[str, ArrayLayout]
    size_of: SizeOf = lambda _: 100
    requests_each: float = 1.0
    kind: str = "zarr"
    group: str | None = ""
    groups: Sequence[str] = ()
    notes: Sequence[str] = ()
    asked: list[tuple[int, ...]] = field(default_factory=list[tuple[int, ...]])
    sizes_known: bool = False
    closed: bool = False

    def stored(self, variable: str, chunks: npt.NDArray[np.int64]) -> StoredChunks:
        indices = [tuple(map(int, chunk)) for chunk in chunks]
        self.asked += indices
        return StoredChunks([self.size_of(each) for each in indices], self.requests_each)

    def close(self) -> None:
        self.closed = True


def cube_of(
    sizes: Mapping[str, int], chunk: Sequence[int], *, size_of: SizeOf = lambda _: 100, dtype: str = "float32"
) -> CubeInMemory:
    """One variable `t` along dimensions of these sizes, cut into chunks; its values are never made."""
    names, shape = tuple(sizes), tuple(sizes.values())
    values = np.broadcast_to(np.zeros((), dtype), shape)
    dataset = xr.Dataset({"t": (names, values)})
    item = np.dtype(dtype).itemsize
    return CubeInMemory(dataset, {"t": ArrayLayout(names, shape, tuple(chunk), item)}, size_of)
