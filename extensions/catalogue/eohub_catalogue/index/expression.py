"""A filter that has been understood: a tree of conditions on one item, for SQL and for Python alike.

Truth has three values, as in SQL: what is asked about a property that an item lacks, or has as another kind
of value than it is compared with, is neither true nor false, and an item is found only by what is true.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import shapely
from shapely.geometry.base import BaseGeometry

from eohub_catalogue.index.facts import Scalar
from eohub_catalogue.index.footprint import Box
from eohub_catalogue.index.interval import Interval

Kind = Literal["text", "number", "boolean", "moment"]
"""What values are compared as; a moment is in microseconds since 1970-01-01T00:00:00Z."""

Order = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Property:
    """A property of the item by its name; `id`, `collection` and `geometry` are the item's own."""

    name: str


@dataclass(frozen=True)
class Constant:
    """A value in the filter; one of a day or a moment as it is read is its first and its last microsecond."""

    kind: Kind
    value: Scalar | Interval


@dataclass(frozen=True)
class Calculated:
    """A number from two; `operator` is one of + - * / % div ^."""

    operator: str
    left: "Operand"
    right: "Operand"


@dataclass(frozen=True)
class Folded:
    """A text without regard to case (`casei`) or accents (`accenti`)."""

    operator: str
    text: "Operand"


type Operand = Property | Constant | Calculated | Folded


@dataclass(frozen=True)
class Truth:
    """True or false, whatever the item."""

    value: bool


@dataclass(frozen=True)
class Flag:
    """A property that is itself true or false."""

    property: Property


@dataclass(frozen=True)
class Comparison:
    """Two values of one kind; without a kind, two properties that are compared where both are of one."""

    order: Order
    kind: Kind | None
    left: Operand
    right: Operand


@dataclass(frozen=True)
class OneOf:
    """A value that is one of these, all of one kind."""

    kind: Kind
    operand: Operand
    values: tuple[Scalar, ...]


@dataclass(frozen=True)
class Like:
    """A text as a pattern says: % is any characters, _ any one, a backslash makes the next one itself."""

    operand: Operand
    pattern: str


@dataclass(frozen=True)
class Missing:
    """A value that the item does not have."""

    operand: Operand


@dataclass(frozen=True)
class Spatial:
    """The item's place in a relation to a shape (WKB), such as `s_within`; `boxes` cover the shape."""

    relation: str
    wkb: bytes
    boxes: tuple[Box, ...]

    @cached_property
    def shape(self) -> BaseGeometry:
        """The shape to compare with."""
        return shapely.from_wkb(self.wkb)


type Ending = int | Property | Literal["start", "end"]
"""A moment: given, of a property, or one of the ends of the item's own time."""


@dataclass(frozen=True)
class Span:
    """From one moment to another, both included."""

    start: Ending
    end: Ending


@dataclass(frozen=True)
class Temporal:
    """Two spans of time in a relation, such as `t_during`."""

    relation: str
    left: Span
    right: Span


@dataclass(frozen=True)
class Listed:
    """Two lists in a relation, such as `a_contains`; their order and repetitions do not count."""

    relation: str
    left: Property | tuple[Scalar, ...]
    right: Property | tuple[Scalar, ...]


@dataclass(frozen=True)
class Every:
    """All of the conditions."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Some:
    """One of the conditions at least."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """The opposite; of what is unknown it is unknown too."""

    part: "Condition"


type Condition = (
    Truth | Flag | Comparison | OneOf | Like | Missing | Spatial | Temporal | Listed | Every | Some | Not
)
