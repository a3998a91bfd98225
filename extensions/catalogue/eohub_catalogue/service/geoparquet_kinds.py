"""Which Parquet types JSON values need: learned value by value, and exact where types do not agree."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self, cast

import pyarrow as pa

from eohub_catalogue.index.arrow import ArrowField, ArrowType
from eohub_catalogue.index.jsontext import to_json

type Encoder = Callable[[object], object]

# Arrow's canonical extension type; readers that do not know it see a text.
JSON_MARK = {"ARROW:extension:name": "arrow.json", "ARROW:extension:metadata": ""}
MOST_FIELDS = 1_000
"""An object with more names than this, such as one keyed by ids, becomes JSON text instead of columns."""

_DEEPEST = 30
_EXACT_AS_FLOAT = 2**53
_LARGEST = 2**63
_TYPES: Mapping[type, str] = {bool: "boolean", int: "integer", float: "number", str: "text"}
_ARROW: Mapping[str, ArrowType] = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "text": pa.string(),
}


@dataclass(slots=True)
class Kind:
    """What has been seen at one place of many documents.

    Exactly one of `scalar`, `elements` and `fields` is set where anything but null was seen. Values that have
    no type in common become JSON text, so that they come back as they were.
    """

    scalar: str | None = None
    elements: "Kind | None" = None
    fields: "dict[str, Kind] | None" = None
    has_large_integers: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether nothing but null was seen."""
        return self.scalar is None and self.elements is None and self.fields is None

    @property
    def is_json(self) -> bool:
        """Whether it is kept as JSON text: an object without any name has no type in Parquet."""
        return self.scalar == "json" or self.fields == {}

    def learn(self, value: object, depth: int = 0) -> None:
        """Widen the kind so that it takes `value` as well."""
        if value is None or self.scalar == "json":
            return
        if depth > _DEEPEST:
            self._become_json()
        elif isinstance(value, dict):
            self._learn_fields(cast("dict[str, object]", value), depth)
        elif isinstance(value, list):
            self._learn_elements(cast("list[object]", value), depth)
        else:
            self._learn_scalar(value)

    def arrow_field(self, name: str) -> ArrowField:
        """The field of a schema for values of this kind."""
        if self.is_json:
            return pa.field(name, pa.string(), metadata=JSON_MARK)
        if self.elements is not None:
            return pa.field(name, pa.list_(self.elements.arrow_field("element")))
        if self.fields:
            known = [(key, kind) for key, kind in self.fields.items() if not kind.is_unknown]
            if not known:
                return pa.field(name, pa.string(), metadata=JSON_MARK)
            return pa.field(name, pa.struct([kind.arrow_field(key) for key, kind in known]))
        return pa.field(name, _ARROW[self.scalar or "text"])

    def encoder(self) -> Encoder | None:
        """Turns values of this kind into what Arrow takes; None where nothing has to be turned."""
        if self.is_json or (self.fields and all(kind.is_unknown for kind in self.fields.values())):
            return _json_or_null
        if self.elements is not None:
            inner = self.elements.encoder()
            return inner and _each(inner)
        turned = {key: turn for key, kind in (self.fields or {}).items() if (turn := kind.encoder())}
        return _fields(turned) if turned else None

    def _learn_fields(self, value: dict[str, object], depth: int) -> None:
        if self.fields is None:
            if not self.is_unknown:
                self._become_json()
                return
            self.fields = {}
        fields = self.fields
        for key, inner in value.items():
            kind = fields.get(key)
            if kind is None:
                if len(fields) >= MOST_FIELDS:
                    self._become_json()
                    return
                kind = fields[key] = Kind()
            kind.learn(inner, depth + 1)

    def _learn_elements(self, value: list[object], depth: int) -> None:
        if self.elements is None:
            if not self.is_unknown:
                self._become_json()
                return
            self.elements = Kind()
        for inner in value:
            self.elements.learn(inner, depth + 1)

    def _learn_scalar(self, value: object) -> None:
        seen = _TYPES.get(type(value), "json")
        if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
            seen = "json"
        if seen == "integer" and abs(cast("int", value)) > _EXACT_AS_FLOAT:
            self.has_large_integers = True
        if self.is_unknown or self.scalar == seen:
            self.scalar = seen
        elif {self.scalar, seen} == {"integer", "number"}:
            self.scalar = "number"
        else:
            seen = "json"
        if seen == "json" or (self.scalar == "number" and self.has_large_integers):
            self._become_json()

    def _become_json(self) -> Self:
        self.scalar, self.elements, self.fields = "json", None, None
        return self


def _json_or_null(value: object) -> object:
    return None if value is None else to_json(value)


def _each(inner: Encoder) -> Encoder:
    def encode(value: object) -> object:
        return [inner(one) for one in cast("list[object]", value)] if isinstance(value, list) else value

    return encode


def _fields(turned: Mapping[str, Encoder]) -> Encoder:
    def encode(value: object) -> object:
        if not isinstance(value, dict):
            return value
        pairs = cast("dict[str, object]", value).items()
        return {key: turned[key](inner) if key in turned else inner for key, inner in pairs}

    return encode
