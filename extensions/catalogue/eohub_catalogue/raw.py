"""An item's JSON as it came, without keys and of a size that a browser can show."""

import math
from collections.abc import Mapping
from itertools import islice
from typing import Final

from eohub_catalogue.keys import without_keys
from eohub_catalogue.reading import mapping, sequence

MOST_VALUES: Final = 20_000
_MOST_IN_LIST: Final = 500
_MOST_MEMBERS: Final = 2_000
_LONGEST_TEXT: Final = 5_000
_DEEPEST: Final = 30
_LARGEST_WHOLE: Final = 2**63


def raw_of(item: Mapping[str, object]) -> dict[str, object]:
    """The item; what was left out because of its size is told at its place, and all of it is valid JSON."""
    return dict(mapping(_Bounds().of(without_keys(item), 0)))


class _Bounds:
    """Copies a value until there are too many."""

    def __init__(self) -> None:
        self._left = MOST_VALUES

    def of(self, value: object, depth: int) -> object:
        self._left -= 1
        match value:
            case str():
                return _text(value)
            case float() if not math.isfinite(value):
                return str(value)
            case int() if abs(value) >= _LARGEST_WHOLE:
                # Python refuses to write out more than some thousand digits.
                return f"a whole number of {value.bit_length()} bits"
            case dict() | list() if depth >= _DEEPEST or self._left <= 0:
                return (
                    "… left out: the item is too large"
                    if self._left <= 0
                    else "… left out: nested too deeply"
                )
            case dict():
                return self._members(mapping(value), depth)
            case list():
                return self._list(value, depth)
            case _:
                return value

    def _members(self, value: Mapping[str, object], depth: int) -> dict[str, object]:
        found = {
            _text(str(name)): self.of(part, depth + 1)
            for name, part in islice(value.items(), _MOST_MEMBERS)
            if self._left > 0
        }
        return found | _rest(len(value) - len(found))

    def _list(self, value: object, depth: int) -> list[object]:
        parts = sequence(value)
        found = [self.of(part, depth + 1) for part in parts[:_MOST_IN_LIST] if self._left > 0]
        return [*found, *_rest(len(parts) - len(found)).values()]


def _rest(left_out: int) -> dict[str, object]:
    return {"…": f"… {left_out} more are left out"} if left_out > 0 else {}


def _text(value: str) -> str:
    clean = value[:_LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")
    left_out = len(value) - _LONGEST_TEXT
    return f"{clean}… {left_out} more characters are left out" if left_out > 0 else clean
