"""How values that people wrote are named in a message: short, quoted, and without control characters."""

from collections.abc import Iterable
from difflib import get_close_matches

SHOWN_CHARACTERS = 40
SHOWN_NAMES = 20


def shown(text: str) -> str:
    """Quote at most 40 characters of `text`; what is not printable is escaped."""
    return repr(text) if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]!r}..."


def listed(names: Iterable[str]) -> str:
    """Join at most 20 names with commas and say how many are left out; `none` if there is no name."""
    every = list(names)
    if not every:
        return "none"
    text = ", ".join(every[:SHOWN_NAMES])
    left = len(every) - SHOWN_NAMES
    return f"{text} and {left} more" if left > 0 else text


def kind_of(value: object) -> str:
    """Name the kind of a plain YAML or JSON value in words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case _:
            return "something else"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `, did you mean 'x'?` for the closest of the known names, or nothing if none is close."""
    close = get_close_matches(name[:SHOWN_CHARACTERS].lower(), list(known), n=1)
    return f", did you mean {close[0]!r}?" if close else ""
