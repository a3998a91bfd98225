"""The documents in a JSON text that cannot be parsed as a whole, each as a text of its own."""

import re
from collections.abc import Iterator
from typing import cast

from eohub_catalogue.index.jsontext import parse_json

# Strings are passed over as a whole, so that nothing in them is taken for structure. One that does not end
# is one too: it would be read again from each quotation mark in it.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{},:]', re.DOTALL)
_LISTS = (b'"features"', b'"collections"')


def value_in_pieces(text: bytes) -> object:
    """The value of such a text, with None for each member that cannot be parsed; None for any other text."""
    found = _split(text)
    if found is None:
        return None
    around, pieces = found
    members = [_value(piece) for piece in pieces]
    value = cast("list[object] | dict[str, object]", parse_json(around))
    if isinstance(value, list):
        return members
    return value | {"features" if "features" in value else "collections": members}


def pieces_of(text: bytes) -> list[bytes] | None:
    """The members of a list, or of the list in an item collection or a list of collections.

    None where the text is something else, or is no JSON around them.
    """
    found = _split(text)
    return None if found is None else found[1]


def _split(text: bytes) -> tuple[bytes, list[bytes]] | None:
    """What is around the list, itself with an empty one, and the members."""
    start = _start_of_list(text)
    if start is None:
        return None
    pieces: list[bytes] = []
    depth, begin = 0, start + 1
    for token in _TOKEN.finditer(text, start):
        match token.group():
            case b"[" | b"{":
                depth += 1
            case b"]" | b"}":
                depth -= 1
            case b"," if depth == 1:
                pieces.append(text[begin : token.start()].strip())
                begin = token.end()
            case _:
                pass
        if depth == 0:
            last = text[begin : token.start()].strip()
            around = text[:start] + b"[]" + text[token.end() :]
            return (around, [*pieces, *([last] if last else [])]) if _is_sound(around) else None
    return None


def _start_of_list(text: bytes) -> int | None:
    tokens = _TOKEN.finditer(text)
    first = next(tokens, None)
    if first is None or first.group() not in (b"[", b"{"):
        return None
    if first.group() == b"[":
        return first.start()
    return _list_in_object(tokens)


def _list_in_object(tokens: Iterator[re.Match[bytes]]) -> int | None:
    depth, before = 1, (b"", b"")
    for token in tokens:
        found = token.group()
        if found == b"[" and depth == 1 and before[0] in _LISTS and before[1] == b":":
            return token.start()
        depth += (found in (b"[", b"{")) - (found in (b"]", b"}"))
        before = (before[1], found)
    return None


def _value(piece: bytes) -> object:
    try:
        return parse_json(piece)
    except ValueError:
        return None


def _is_sound(around: bytes) -> bool:
    try:
        value = parse_json(around)
    except ValueError:
        return False
    match value:
        case [] | {"type": "FeatureCollection", "features": []}:
            return True
        case {"collections": [], **others}:
            return "type" not in others
        case _:
            return False
