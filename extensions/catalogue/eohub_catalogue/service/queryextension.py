"""The query extension, which came before CQL2: its operators said in CQL2 JSON."""

import json
import re
from collections.abc import Mapping
from typing import cast

from eohub_toolkit.errors import Invalid

_COMPARED = {"eq": "=", "neq": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_PATTERNS = {"startsWith": "{}%", "endsWith": "%{}", "contains": "%{}%"}
_OPERATORS = ", ".join([*_COMPARED, *_PATTERNS, "in"])
_HINT = "Such as {'eo:cloud_cover': {'lt': 20}}."
_WILD = re.compile(r"([%_\\])")

type Json = dict[str, object]


def cql2_of(value: object) -> Json | None:
    """The filter that a `query` means, given as JSON text (GET) or JSON (POST); None for none.

    Raises Invalid.
    """
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = cast("object", json.loads(value))
        except (ValueError, RecursionError):
            raise Invalid("query is not JSON.", hint=_HINT) from None
    if not isinstance(value, dict):
        raise Invalid("query has to be an object of properties.", hint=_HINT)
    conditions = [
        _condition(name, operator, operand)
        for name, operators in cast("dict[str, object]", value).items()
        for operator, operand in _operators(name, operators).items()
    ]
    return {"op": "and", "args": conditions} if conditions else None


def _operators(name: str, operators: object) -> Mapping[str, object]:
    if not isinstance(operators, dict):
        raise Invalid(f"query has no operators for '{name[:100]}'.", hint=_HINT)
    return cast("dict[str, object]", operators)


def _condition(name: str, operator: str, operand: object) -> Json:
    mine: Json = {"property": name}
    if operator in _COMPARED:
        return {"op": _COMPARED[operator], "args": [mine, operand]}
    if operator == "in":
        return {"op": "in", "args": [mine, operand]}
    if operator not in _PATTERNS:
        raise Invalid(f"query does not know the operator '{operator[:50]}'.", hint=f"Known are {_OPERATORS}.")
    if not isinstance(operand, str):
        raise Invalid(f"{operator} in query needs a text.", hint="Such as {'platform': {'contains': 'sen'}}.")
    return {"op": "like", "args": [mine, _PATTERNS[operator].format(_WILD.sub(r"\\\1", operand))]}
