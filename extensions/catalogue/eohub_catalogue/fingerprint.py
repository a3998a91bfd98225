"""A hash by which the same item is known in several catalogues."""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from eohub_catalogue.reading import identifier, mapping, number, positions, sequence, text

# A decimetre: catalogues round positions differently on the way through their databases.
_DIGITS: Final = 6


def fingerprint_of(item: Mapping[str, object]) -> str | None:
    """SHA-256 of collection, id and rounded geometry in two dimensions; None for an item without an id."""
    own = identifier(item.get("id"))
    if own is None:
        return None
    shape = mapping(item.get("geometry"))
    parts = [shape, *map(mapping, sequence(shape.get("geometries"))[:100])]
    geometry = [[text(part.get("type"), 40), _rounded(part.get("coordinates"))] for part in parts]
    told = json.dumps([identifier(item.get("collection")), own, geometry], ensure_ascii=True)
    return hashlib.sha256(told.encode("ascii")).hexdigest()


def _rounded(coordinates: object) -> list[list[float]]:
    found = [[number(part) for part in position[:2]] for position in positions(coordinates)]
    # Adding zero makes -0.0 what it equals.
    return [[round(part, _DIGITS) + 0.0 for part in position if part is not None] for position in found]
