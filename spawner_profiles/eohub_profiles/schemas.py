"""JSON Schemas of the policy's files, for editors: generated from the models that read the files."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from eohub_profiles.model import Model, Mount, Profile, SiteRules

KINDS: Mapping[str, type[Model]] = MappingProxyType({"policy": SiteRules, "profile": Profile, "mount": Mount})
"""The model of each kind of file, by the name of its schema."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(kind: str) -> dict[str, Any]:
    """Return the schema of a kind of file.

    It forbids nothing that the reader takes; the reader also knows rules that no schema can tell.
    """
    schema = KINDS[kind].model_json_schema(mode="validation")
    _drop_defaults(schema)
    return {"$schema": _DIALECT} | schema | {"title": f"EOHub: a {kind} file"}


def schema_text(kind: str) -> str:
    """Write a schema as it lies in json_schemas/."""
    return json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"


def _drop_defaults(part: object) -> None:
    # A model's defaults are bytes, seconds and micro-EUR, which is not how anybody writes them.
    match part:
        case dict():
            fields = cast(dict[str, object], part)
            if not isinstance(fields.get("properties"), dict):
                fields.pop("default", None)
            for each in fields.values():
                _drop_defaults(each)
        case list():
            for each in cast(list[object], part):
                _drop_defaults(each)
        case _:
            pass
