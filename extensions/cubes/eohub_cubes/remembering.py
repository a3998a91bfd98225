"""Sizes and places of pieces, asked for once: an estimate that follows a slider asks only for what is new."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from eohub_cubes.layout import ArrayLayout
from eohub_cubes.ports import OpenCube, StoredChunks

_MOST_REMEMBERED = 100_000

type _Key = tuple[str, tuple[int, ...]]
type _Piece = tuple[int | None, int | None]
"""Its size and its place."""


class RememberingCube:
    """The port OpenCube over another one, whose sizes it remembers; the first are forgotten when full."""

    def __init__(self, cube: OpenCube, most: int = _MOST_REMEMBERED) -> None:
        self._cube = cube
        self._most = most
        self._known: dict[_Key, _Piece] = {}
        self._has_places = False
        self._requests_each: dict[str, float] = {}
        self.kind: str = cube.kind
        self.dataset: xr.Dataset = cube.dataset
        self.arrays: Mapping[str, ArrayLayout] = cube.arrays
        self.group: str | None = cube.group
        self.groups: Sequence[str] = cube.groups
        self.notes: Sequence[str] = cube.notes
        self.sizes_known = cube.sizes_known

    def stored(self, variable: str, chunks: npt.NDArray[np.int64]) -> StoredChunks:
        """Bytes of chunks; those that are known already are not asked for."""
        if self.sizes_known:
            return self._cube.stored(variable, chunks)
        keys: list[_Key] = [(variable, tuple(map(int, chunk))) for chunk in chunks]
        known = {key: self._known[key] for key in keys if key in self._known}
        unknown = [at for at, key in enumerate(keys) if key not in known]
        if unknown:
            found = self._cube.stored(variable, chunks[unknown])
            places = found.places or [None] * len(unknown)
            known |= {
                keys[at]: (size, place) for at, size, place in zip(unknown, found.sizes, places, strict=True)
            }
            self._has_places = found.places is not None
            self._requests_each[variable] = found.requests_each
            self._remember(known)
        return StoredChunks(
            [known[key][0] for key in keys],
            self._requests_each.get(variable, 1.0),
            [known[key][1] for key in keys] if self._has_places else None,
        )

    def close(self) -> None:
        """Close the cube beneath."""
        self._cube.close()

    def _remember(self, found: Mapping[_Key, _Piece]) -> None:
        self._known.update(found)
        for key in [*self._known][: max(0, len(self._known) - self._most)]:
            # Two questions at once may both see that it is full.
            self._known.pop(key, None)
