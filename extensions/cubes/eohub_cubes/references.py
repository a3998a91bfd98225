"""Kerchunk's sets of references in JSON: version 1 and the plain mapping of version 0."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from eohub_cubes.errors import DataDamaged, NotReadable

_TEMPLATE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_METADATA: Final = (".zgroup", ".zarray", ".zattrs")
_WRITE_OUT: Final = "Whoever keeps it can write the addresses out, as kerchunk.utils.consolidate does."


@dataclass(frozen=True)
class Reference:
    """Where the bytes of a key lie: all of a file, or `length` bytes of it from `start`."""

    address: str
    start: int = 0
    length: int | None = None


type References = Mapping[str, bytes | Reference]


def is_references(address: str) -> bool:
    """Whether an address ends as a set of references does."""
    return address.partition("?")[0].lower().endswith(".json")


def references_in(body: bytes) -> References:
    """What a set refers to, by key; raises NotReadable for forms that are not read here, DataDamaged."""
    document = _json(body)
    if isinstance(document, list):
        raise NotReadable(
            f"This is a list of {len(cast(list[Any], document)):,} sets of references, not one set.",
            hint="Each set in a file of its own can be opened, and so can one that kerchunk.combine makes.",
        )
    found = _object(document)
    if found is None:
        raise DataDamaged("This is no set of references: it is JSON of another form.")
    if found.get("gen"):
        raise NotReadable("This set of references makes its addresses by rules (gen).", hint=_WRITE_OUT)
    told = _object(found.get("refs", found))
    if told is None or not any(_is_metadata(key) for key in told):
        raise DataDamaged("This is no set of references: none of its keys tells of a zarr array.")
    templates = {key: str(value) for key, value in (_object(found.get("templates")) or {}).items()}
    return _consolidated({key: _reference(key, each, templates) for key, each in told.items()})


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise DataDamaged(
            "This set of references is not JSON.", hint="It may be damaged, or still being written."
        ) from None


def _object(found: object) -> dict[str, Any] | None:
    return cast(dict[str, Any], found) if isinstance(found, dict) else None


def _is_metadata(key: str) -> bool:
    return key.rpartition("/")[2] in (*_METADATA, "zarr.json")


def _reference(key: str, told: object, templates: Mapping[str, str]) -> bytes | Reference:
    match told:
        case str() if told.startswith("base64:"):
            try:
                return base64.b64decode(told.removeprefix("base64:"), validate=True)
            except binascii.Error:
                raise DataDamaged(f"The reference {key} holds bytes that are not base64.") from None
        case str():
            return told.encode()
        case dict():
            return json.dumps(told).encode()
        case [str(address)]:
            return Reference(_filled(address, templates))
        case [str(address), int(start), int(length)] if start >= 0 and length >= 0:
            return Reference(_filled(address, templates), start, length)
        case _:
            raise DataDamaged(f"The reference {key} is neither bytes nor a place in a file.")


def _filled(address: str, templates: Mapping[str, str]) -> str:
    filled = _TEMPLATE.sub(lambda found: templates.get(found[1], found[0]), address)
    if "{{" in filled:
        raise NotReadable(
            "This set of references makes its addresses by templates that it lacks, or that take arguments.",
            hint=_WRITE_OUT,
        )
    return filled


def _consolidated(held: dict[str, bytes | Reference]) -> References:
    """With the metadata of version 2 in one document, so that none is asked for by itself."""
    if ".zmetadata" in held or "zarr.json" in held:
        return held
    told = {key: _json(each) for key, each in held.items() if isinstance(each, bytes) and _is_metadata(key)}
    document = {"zarr_consolidated_format": 1, "metadata": {".zgroup": {"zarr_format": 2}, **told}}
    return {**held, ".zmetadata": json.dumps(document).encode()}
