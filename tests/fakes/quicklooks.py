"""Pictures in memory behind the port Quicklooks, and files that hold one."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from eohub_catalogue.item_contract import AssetKey, ItemSummary
from eohub_catalogue.ports import Picture
from eohub_toolkit.errors import NotFound


class MemoryQuicklooks:
    """Gives the pictures that it was made with, by asset; `noted` are the rows that it was told of."""

    def __init__(self, **pictures: Picture) -> None:
        self.pictures = pictures
        self.noted: list[str] = []

    async def note(self, rows: Sequence[ItemSummary], features: Sequence[object]) -> None:
        """Keep the ids."""
        self.noted += [row.id for row in rows]

    async def picture(self, key: AssetKey) -> Picture:
        """Return one of them."""
        if key.asset not in self.pictures:
            raise NotFound("This asset has no small picture that can be shown.")
        return self.pictures[key.asset]


def image_file(
    form: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (64, 48), **options: Any
) -> bytes:
    """The bytes of a picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, size, options.pop("color", 0)).save(out, form, **options)
    return out.getvalue()


def raster_file(values: Any) -> bytes:
    """A TIFF of 16-bit or floating-point values, as a scene's band."""
    out = io.BytesIO()
    Image.fromarray(np.asarray(values)).save(out, "TIFF")
    return out.getvalue()


def opened(picture: Picture) -> Image.Image:
    """A picture, decoded."""
    return Image.open(io.BytesIO(picture.body))
