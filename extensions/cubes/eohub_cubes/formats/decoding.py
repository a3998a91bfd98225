"""From variables as they are stored to a dataset decoded by CF; what cannot be decoded is left as it is."""

import warnings
from collections.abc import Mapping
from typing import Any, Final, cast, override

import numpy as np
import numpy.typing as npt
import xarray as xr
from xarray.backends import AbstractDataStore, BackendArray
from xarray.conventions import decode_cf_variable
from xarray.core import indexing

from eohub_cubes.errors import Cancelled, NotReadable
from eohub_cubes.wording import listed
from eohub_toolkit.errors import EohubError

_OPTIONS: Final = (
    "decode_cf", "decode_times", "decode_timedelta", "decode_coords", "mask_and_scale", "concat_characters",
    "drop_variables", "use_cftime",
)  # fmt: skip
_STEPS: Final = ({"decode_times": False, "decode_timedelta": False}, {"mask_and_scale": False})
"""What is left undone, one after another, for a variable that cannot be decoded."""

_LONGEST_UNITS: Final = 500


class RefusingArray(BackendArray):
    """Stands for values that cannot be read; reading them raises NotReadable with the reason."""

    def __init__(self, name: str, shape: tuple[int, ...], dtype: npt.DTypeLike, problem: str) -> None:
        self.shape = shape
        # Of objects xarray would read some to see what they are.
        self.dtype = np.dtype(dtype) if np.dtype(dtype).kind != "O" else np.dtype("V8")
        self._told = f"{name} cannot be read. {problem}"

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        """Raise NotReadable."""
        raise NotReadable(self._told)


class _Stored(AbstractDataStore):
    def __init__(self, variables: Mapping[str, xr.Variable], attributes: Mapping[str, Any]) -> None:
        self._variables = variables
        self._attributes = attributes

    @override
    def get_variables(self) -> Any:
        return {name: variable.copy(deep=False) for name, variable in self._variables.items()}

    @override
    def get_attrs(self) -> Any:
        return dict(self._attributes)

    @override
    def get_encoding(self) -> Any:
        return {}


def decoded(
    variables: Mapping[str, xr.Variable], attributes: Mapping[str, Any], open_kwargs: Mapping[str, Any]
) -> tuple[xr.Dataset, list[str]]:
    """A lazy dataset, and notes about what was left as it is stored. Reads coordinates of one dimension."""
    options: dict[str, Any] = {name: open_kwargs[name] for name in _OPTIONS if name in open_kwargs}
    variables = {name: _with_short_units(variable) for name, variable in variables.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _opened(variables, attributes, options), []
        except (EohubError, Cancelled, MemoryError):
            raise
        except Exception:
            left = _left_as_stored(variables, options)
            return _opened(variables, attributes, options | left), _notes(left)


def _with_short_units(variable: xr.Variable) -> xr.Variable:
    """The same variable with units of bounded length: to look for a time in them takes its square."""
    units = variable.attrs.get("units")
    if not isinstance(units, str) or len(units) <= _LONGEST_UNITS:
        return variable
    short = variable.copy(deep=False)
    short.attrs["units"] = units[:_LONGEST_UNITS]
    return short


def _opened(
    variables: Mapping[str, xr.Variable], attributes: Mapping[str, Any], options: dict[str, Any]
) -> xr.Dataset:
    store = cast(Any, _Stored(variables, attributes))
    return xr.open_dataset(store, chunks=None, cache=False, **options)


def _left_as_stored(variables: Mapping[str, xr.Variable], options: Mapping[str, Any]) -> dict[str, Any]:
    """For each option the variables for which it has to be off, as xarray takes it."""
    left: dict[str, dict[str, bool]] = {}
    for name, variable in variables.items():
        off: dict[str, bool] = {}
        steps = iter(_STEPS)
        while not _decodes(name, variable, off) and (step := next(steps, None)) is not None:
            off |= step
            for option in step:
                left.setdefault(option, {})[name] = False
    return {option: names for option, names in left.items() if options.get(option) is not False}


def _decodes(name: str, variable: xr.Variable, off: dict[str, bool]) -> bool:
    try:
        decode_cf_variable(name, variable, **off)  # type: ignore[arg-type]
    except (EohubError, Cancelled, MemoryError):
        raise
    except Exception:
        return False
    return True


def _notes(left: Mapping[str, Mapping[str, bool]]) -> list[str]:
    times = left.get("decode_times", {})
    packed = left.get("mask_and_scale", {})
    notes: list[str] = []
    if only := [name for name in times if name not in packed]:
        notes.append(f"The times in {listed(only)} cannot be decoded, so they are shown as plain numbers.")
    if packed:
        notes.append(f"{listed([*packed])} is shown as stored: its scale or fill value cannot be applied.")
    return notes
