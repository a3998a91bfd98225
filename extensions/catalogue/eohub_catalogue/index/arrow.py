"""Names for pyarrow's types, which it tells to no type checker: these say what is meant."""

from typing import Any

type ArrowType = Any
type ArrowField = Any
type ArrowSchema = Any
type ArrowArray = Any
type ArrowBatch = Any
