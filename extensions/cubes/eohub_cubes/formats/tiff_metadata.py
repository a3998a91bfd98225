"""What GDAL writes into a TIFF about its bands: missing values, scale and offset, names, units."""

import math
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from eohub_cubes.formats.tiff_header import Image

_NODATA, _METADATA = 42113, 42112
_LONGEST = 1_000_000


@dataclass(frozen=True)
class BandFacts:
    """Of all bands of an image; one entry each."""

    nodata: float | None = None
    scales: tuple[float, ...] = ()
    offsets: tuple[float, ...] = ()
    descriptions: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    @property
    def scaled(self) -> bool:
        """Whether stored numbers are not yet the values."""
        return any(scale != 1 for scale in self.scales) or any(offset != 0 for offset in self.offsets)

    def attributes(self) -> dict[str, Any]:
        """What is the same for all bands, in CF's words."""
        told: dict[str, Any] = {}
        if len(set(self.units)) == 1 and self.units[0]:
            told["units"] = self.units[0]
        if len(self.descriptions) == 1 and self.descriptions[0]:
            told["long_name"] = self.descriptions[0]
        return told


def facts_of(image: Image) -> BandFacts:
    """The facts of an image; what cannot be read counts as not told."""
    bands = image.number(277, 1)
    told = _items(image.text(_METADATA))
    return BandFacts(
        nodata=_number(image.text(_NODATA)),
        scales=tuple(_factor(told.get((band, "scale"))) or 1.0 for band in range(bands)),
        offsets=tuple(_factor(told.get((band, "offset"))) or 0.0 for band in range(bands)),
        descriptions=tuple(told.get((band, "description"), "") for band in range(bands)),
        units=tuple(told.get((band, "unittype"), "") for band in range(bands)),
    )


def _items(text: str) -> dict[tuple[int, str], str]:
    if not text or len(text) > _LONGEST or "<!" in text:
        return {}
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - without a DOCTYPE nothing expands
    except ElementTree.ParseError:
        return {}
    return {
        (int(item.get("sample", "0")), role): (item.text or "").strip()
        for item in root.iter("Item")
        if (role := item.get("role", "")) and item.get("sample", "0").isdecimal()
    }


def _factor(text: str | None) -> float | None:
    found = _number(text or "")
    return found if found is not None and math.isfinite(found) else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
