"""Names for dimensions that have none in the data, as the netCDF library gives them."""

from collections.abc import Sequence


class PhonyDimensions:
    """One name for each size, and one more where an array has a size twice: `phony_dim_0`."""

    def __init__(self) -> None:
        self._names: dict[tuple[int, int], str] = {}

    def of(self, shape: Sequence[int]) -> tuple[str, ...]:
        """Names for the dimensions of an array."""
        names: list[str] = []
        for at, size in enumerate(shape):
            place = (size, list(shape[:at]).count(size))
            names.append(self._names.setdefault(place, f"phony_dim_{len(self._names)}"))
        return tuple(names)
