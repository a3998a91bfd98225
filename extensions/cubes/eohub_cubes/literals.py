"""ASCII Python literals for generated code: nothing that a catalogue or a file writes lies outside of one."""

import keyword
import math
from collections.abc import Mapping, Sequence
from typing import Any

_DEEPEST = 4


def literal(value: Any, depth: int = 0) -> str:
    """A literal of a JSON value; raises ValueError for what has none, or lies too deep."""
    if depth > _DEEPEST:
        raise ValueError("too deep")
    match value:
        case None | bool() | int():
            return repr(value)
        case float() if math.isfinite(value):
            return repr(value)
        case str():
            return '"' + value.encode("unicode_escape").decode("ascii").replace('"', '\\"') + '"'
        case list() | tuple():
            return f"[{', '.join(literal(each, depth + 1) for each in value)}]"
        case dict():
            pairs = (f"{literal(key, depth + 1)}: {literal(each, depth + 1)}" for key, each in value.items())
            return "{" + ", ".join(pairs) + "}"
        case _:
            raise ValueError("not JSON")


def arguments(given: Mapping[str, str], taken: Sequence[str] = ()) -> str:
    """Arguments by name where each is a name in Python that is not `taken`, else one dict of them."""
    if all(name.isascii() and name.isidentifier() and not keyword.iskeyword(name) for name in given) and not (
        set(given) & set(taken)
    ):
        return ", ".join(f"{name}={value}" for name, value in given.items())
    return "{" + ", ".join(f"{literal(name)}: {value}" for name, value in given.items()) + "}"
