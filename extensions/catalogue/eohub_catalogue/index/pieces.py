"""The documents in a JSON text that cannot be parsed as a whole, each as a text of its own."""

import re
from collections.abc import Iterator

from eohub_catalogue.index.jsontext import parse_json

# Strings are passed over as a whole, so that nothing in them is taken for structure.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{},:]', re.DOTALL)
_LISTS = (b'"features"', b'"collections"')


def pieces_of(text: bytes) -> list[bytes] | None:
    """The members of a list, or of the list in an item collection or a list of collections.

    None where the text is something else, or is no JSON around them.
    """
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
            is_sound = _is_sound(text[:start] + b"[]" + text[token.end() :])
            return [*pieces, *([last] if last else [])] if is_sound else None
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
