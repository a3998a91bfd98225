"""Marks what is wrong with a STAC item, so that it can be shown instead of breaking the page it stands on."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final

from eohub_catalogue.item_contract import Defect
from eohub_catalogue.lint import assets, bbox, cube, extensions, geometry, identity, projection, times, values
from eohub_catalogue.reading import mapping, text

type Check = Callable[[Mapping[str, object]], Iterator[tuple[str, str]]]

_MOST_DEFECTS: Final = 50
_LONGEST_MESSAGE: Final = 400
_CHECKS: Final[tuple[Check, ...]] = (
    identity.check, geometry.check, bbox.check, times.check, assets.check, projection.check, cube.check,
    extensions.check, values.check,
)  # fmt: skip


def defects_of(item: object) -> tuple[Defect, ...]:
    """Every defect that the checks find in one item, each code once, in a fixed order; never raises."""
    if not isinstance(item, dict):
        return (Defect(code="not_an_item", message="The catalogue sent something that is not an item."),)
    raw = mapping(item)
    found: dict[str, str] = {}
    for check in _CHECKS:
        for code, message in islice(check(raw), _MOST_DEFECTS):
            found.setdefault(code, message)
    return tuple(
        Defect(code=code, message=text(message, _LONGEST_MESSAGE) or code) for code, message in found.items()
    )
