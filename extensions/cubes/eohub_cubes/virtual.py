"""Whether files make one virtual cube: what each says of its variables, compared before anything is joined.

A virtual cube keeps where each chunk lies and one description for all of them. Chunks that are described
otherwise in their own file would be read wrongly and silently, so they are refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import cftime
import numpy as np
import numpy.typing as npt

from eohub_cubes.contract import VirtualRefusal
from eohub_cubes.errors import NotJoinable
from eohub_cubes.wire import MOST_REFUSALS

_SINCE: Final = re.compile(r"\bsince\b")
_TIME: Final = re.compile(r"^(t|time|time_counter|valid_time|date|datetime)$", re.IGNORECASE)
_DECODED: Final = ("scale_factor", "add_offset", "_FillValue", "missing_value", "_Unsigned", "grid_mapping")
_REWRITE: Final = "A virtual cube keeps where values lie and cannot rewrite them."


@dataclass(frozen=True)
class StoredVariable:
    """One variable as its file stores it.

    `is_virtual`: only its place is kept; others are copied. `values` are there for what lies along one
    dimension, `digest` of the values for what may not differ from file to file.
    """

    dimensions: tuple[str, ...]
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: str
    codecs: str
    fill: str
    attributes: Mapping[str, Any]
    is_virtual: bool = True
    values: npt.NDArray[Any] | None = None
    digest: str | None = None


@dataclass(frozen=True)
class StoredFile:
    """What one file says of itself."""

    address: str
    variables: Mapping[str, StoredVariable]

    @property
    def name(self) -> str:
        """Its name without the folder."""
        return self.address.rsplit("/", 1)[-1]

    @property
    def sizes(self) -> Mapping[str, int]:
        """Steps of each dimension."""
        return {
            name: size
            for variable in self.variables.values()
            for name, size in zip(variable.dimensions, variable.shape, strict=True)
        }


def joined_dimension(file: StoredFile, join: str) -> str:
    """The dimension along which files follow each other: `join`, or for "time" the one that times lie along.

    Raises NotJoinable where the file has none.
    """
    if join in file.sizes:
        return join
    if join == "time":
        along = [each.dimensions[0] for each in file.variables.values() if _is_time(each)]
        found = next(iter(along), None) or next(filter(_TIME.match, file.sizes), None)
        if found is not None:
            return found
    raise not_joinable(
        [_refusal(file, None, "dimensions", f"has no dimension {join}, only {', '.join(file.sizes)}")]
    )


def order_of(files: Sequence[StoredFile], dimension: str) -> list[int]:
    """Indices of the files in the order of their times; raises NotJoinable with all reasons against it."""
    order, found = compared(files, dimension)
    if found:
        raise not_joinable(found)
    return order


def compared(files: Sequence[StoredFile], dimension: str) -> tuple[list[int], list[VirtualRefusal]]:
    """Indices of the files in the order of their times, and all reasons against joining them."""
    first = files[0]
    found = [each for file in files[1:] for each in _differences(first, file, dimension)]
    by = _order_variable(first, dimension)
    order = [*range(len(files))]
    if by is not None and all(_same_times(first, file, by) for file in files):
        found.extend(refusal for file in files for refusal in _ascending(file, by))
        order.sort(key=lambda index: float(_values(files[index], by)[0]))
        found.extend(_overlapping([files[index] for index in order], by))
    found.extend(_uneven([files[index] for index in order], dimension))
    return order, found


def not_joinable(found: Sequence[VirtualRefusal]) -> NotJoinable:
    """The error that tells all refusals, the first of them in its sentence."""
    more = f" There are {len(found) - 1:,} more reasons." if len(found) > 1 else ""
    error = NotJoinable(f"{found[0].text}{more}", hint="Leave these files out, or join them by xarray.")
    error.refusals = tuple(found[:MOST_REFUSALS])
    error.count = len(found)
    return error


def unreadable(address: str, reason: str) -> VirtualRefusal:
    """The refusal of a file that could not be read at all."""
    return _refusal(StoredFile(address, {}), None, "file", f"cannot be read: {reason}")


def _differences(first: StoredFile, file: StoredFile, dimension: str) -> Iterator[VirtualRefusal]:
    for name in first.variables.keys() - file.variables.keys():
        yield _refusal(file, name, "variables", f"is missing, but is in {first.name}")
    for name in file.variables.keys() - first.variables.keys():
        yield _refusal(file, name, "variables", f"is there, but is missing in {first.name}")
    for name, size in file.sizes.items():
        if name != dimension and size != first.sizes.get(name, size):
            other = f"has {size:,} steps along {name}, but {first.name} has {first.sizes[name]:,}"
            yield _refusal(file, None, "dimensions", other)
    for name in first.variables.keys() & file.variables.keys():
        yield from _variable(first, file, name, dimension)


def _variable(first: StoredFile, file: StoredFile, name: str, dimension: str) -> Iterator[VirtualRefusal]:
    ours, theirs = first.variables[name], file.variables[name]
    aspects: list[tuple[str, Callable[[StoredVariable], object]]] = [
        ("dtype", lambda each: each.dtype),
        ("dimensions", lambda each: each.dimensions),
        *((attribute, _attribute(attribute)) for attribute in _DECODED),
        *((attribute, _attribute(attribute)) for attribute in ("units", "calendar")),
    ]
    if ours.is_virtual:
        aspects.append(("codecs", lambda each: each.codecs))
        aspects.append(("fill value", lambda each: each.fill))
    if ours.is_virtual and ours.dimensions == theirs.dimensions and not _grown(ours, theirs, dimension):
        aspects.append(("chunks", lambda each: each.chunks))
    for aspect, told in aspects:
        if _text(told(theirs)) != _text(told(ours)):
            both = f"{_text(told(theirs))}, but {_text(told(ours))} in {first.name}"
            yield _refusal(file, name, aspect, f"has {aspect} {both}. {_REWRITE}")
    if dimension not in ours.dimensions and ours.shape == theirs.shape and ours.digest != theirs.digest:
        values = f"{_sample(theirs)}, but {_sample(ours)} in {first.name}"
        yield _refusal(file, name, "values", f"has other values, {values}. A cube keeps one of them.")


def _grown(ours: StoredVariable, theirs: StoredVariable, dimension: str) -> bool:
    """Whether sizes differ off the joined dimension, which is told already and changes chunks with it."""
    pairs = zip(ours.dimensions, ours.shape, theirs.shape, strict=True)
    return any(name != dimension and mine != other for name, mine, other in pairs)


def _attribute(name: str) -> Callable[[StoredVariable], object]:
    return lambda each: each.attributes.get(name)


def _uneven(files: Sequence[StoredFile], dimension: str) -> Iterator[VirtualRefusal]:
    """Chunks that are not full at the end of a file which another follows."""
    for file in files[:-1]:
        for name, each in file.variables.items():
            if not each.is_virtual or dimension not in each.dimensions:
                continue
            axis = each.dimensions.index(dimension)
            size, chunk = each.shape[axis], each.chunks[axis]
            if chunk and size % chunk:
                text = f"has {size:,} steps along {dimension} in chunks of {chunk:,}, so the last is not full"
                yield _refusal(file, name, "chunks", f"{text} where the next file goes on. {_REWRITE}")


def _ascending(file: StoredFile, by: str) -> Iterator[VirtualRefusal]:
    values = _values(file, by)
    fallen = np.flatnonzero(np.diff(values.astype(np.float64)) <= 0)
    if fallen.size:
        before, after = (_label(file, by, values[fallen[0] + step]) for step in (0, 1))
        yield _refusal(file, by, "order", f"does not ascend: {after} comes after {before}")


def _overlapping(files: Sequence[StoredFile], by: str) -> Iterator[VirtualRefusal]:
    for before, file in pairwise(files):
        start, stop = _values(file, by)[0], _values(before, by)[-1]
        if start <= stop:
            text = (
                f"begins at {_label(file, by, start)}, but {before.name} goes to {_label(before, by, stop)}"
            )
            yield _refusal(file, by, "overlap", text)


def _order_variable(file: StoredFile, dimension: str) -> str | None:
    """What tells the order: a time along the dimension, first its own; else its own numbers."""
    own = file.variables.get(dimension)
    along = {name: each for name, each in file.variables.items() if each.dimensions == (dimension,)}
    times = [name for name, each in along.items() if _is_time(each)]
    if dimension in times:
        return dimension
    if times:
        return times[0]
    return dimension if own is not None and np.issubdtype(np.dtype(own.dtype), np.number) else None


def _same_times(first: StoredFile, file: StoredFile, by: str) -> bool:
    variable = file.variables.get(by)
    if variable is None or variable.values is None or not variable.values.size:
        return False
    ours = first.variables[by].attributes
    return all(variable.attributes.get(name) == ours.get(name) for name in ("units", "calendar"))


def _is_time(variable: StoredVariable) -> bool:
    return len(variable.dimensions) == 1 and bool(_SINCE.search(str(variable.attributes.get("units", ""))))


def _values(file: StoredFile, name: str) -> npt.NDArray[Any]:
    values = file.variables[name].values
    assert values is not None
    return values


def _label(file: StoredFile, name: str, value: Any) -> str:
    variable = file.variables[name]
    if not _is_time(variable):
        return _text(value)
    calendar = str(variable.attributes.get("calendar", "standard"))
    try:
        return cftime.num2date(float(value), str(variable.attributes["units"]), calendar).isoformat()
    except (ValueError, OverflowError):
        return f"{value} {variable.attributes['units']}"


def _sample(variable: StoredVariable) -> str:
    if variable.values is None or not variable.values.size:
        return "somewhere"
    ends = [_text(variable.values[index]) for index in (0, -1)]
    return f"from {ends[0]} to {ends[1]}"


def _text(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, np.ndarray | list | tuple):
        parts = [_text(each) for each in np.asarray(value, dtype=object).ravel()[:8]]
        return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
    if isinstance(value, np.generic):
        return str(value.item())
    return str(value)[:300]


def _refusal(file: StoredFile, variable: str | None, aspect: str, text: str) -> VirtualRefusal:
    told = f"{file.name}: {text}" if variable is None else f"{file.name}: {variable} {text}"
    return VirtualRefusal(address=file.address, variable=variable, aspect=aspect, text=told)
