"""A picture of any size, made small and safe: decoded and written anew, nothing of its file is passed on."""

import io
import warnings
from typing import Final

import numpy as np
from PIL import Image, ImageOps

from eohub_catalogue.ports import Picture
from eohub_toolkit.errors import NotFound

SIDE: Final = 512
"""Pixels of the longer side."""

# About 120 MB decoded, one picture at a time.
MOST_PIXELS: Final = 30_000_000
_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "TIFF")
_MOST_FRAMES: Final = 16
_QUALITY: Final = 80


def small_picture(body: bytes) -> Picture:
    """A WebP of at most SIDE pixels a side; raises NotFound for what is no picture that can be shown."""
    try:
        # Pillow only warns of sizes that are refused below.
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(body), formats=_FORMATS) as image,
        ):
            return _written(_shrunk(image))
    except NotFound:
        raise
    except Exception as error:  # decoders raise anything for a damaged file
        raise NotFound("This file is no picture that can be shown.") from error


def _shrunk(image: Image.Image) -> Image.Image:
    if image.format == "TIFF":
        _seek_overview(image)
    # Reads a JPEG at a fraction of its size.
    image.draft("RGB", (SIDE, SIDE))
    if image.width * image.height > MOST_PIXELS:
        raise NotFound(f"The picture has {image.width} x {image.height} pixels, too many to be shown.")
    return ImageOps.exif_transpose(_of_eight_bits(image))


def _seek_overview(image: Image.Image) -> None:
    """Go to the smallest frame of a cloud-optimised GeoTIFF that is large enough."""
    best, area = 0, image.width * image.height
    for number in range(1, min(getattr(image, "n_frames", 1), _MOST_FRAMES)):
        image.seek(number)
        is_enough = max(image.width, image.height) >= SIDE // 2
        if is_enough and image.width * image.height < area:
            best, area = number, image.width * image.height
    image.seek(best)


def _of_eight_bits(image: Image.Image) -> Image.Image:
    """The picture made small before anything else, so that the whole of it is in memory only once."""
    if image.mode.startswith(("I", "F")):
        # What comes of it is of values alone, and does not tell any more how it lies.
        return _stretched(ImageOps.exif_transpose(_sampled(image)))
    if image.mode in ("P", "PA", "1"):
        # The colours of a palette stand for classes: nothing lies between two of them.
        return _sampled(image).convert("RGBA")
    image.thumbnail((SIDE, SIDE))
    is_clear = image.mode in ("LA", "RGBA", "La", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if is_clear else "RGB")


def _sampled(image: Image.Image) -> Image.Image:
    scale = min(1.0, SIDE / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.NEAREST)


def _stretched(image: Image.Image) -> Image.Image:
    """Values of more than eight bits between their 2nd and 98th percentile."""
    values = np.asarray(image, dtype=np.float32)
    known = values[np.isfinite(values)]
    if not known.size:
        raise NotFound("The picture holds no values.")
    low, high = (float(end) for end in np.percentile(known, (2, 98)))
    scaled = np.nan_to_num((values - low) / max(high - low, 1e-12), nan=0.0, posinf=1.0, neginf=0.0)
    return Image.fromarray((scaled.clip(0, 1) * 255).astype(np.uint8)).convert("RGB")


def _written(image: Image.Image) -> Picture:
    out = io.BytesIO()
    # A new image: neither EXIF nor colour profile nor comment of the file goes with it.
    plain = Image.new(image.mode, image.size)
    plain.paste(image)
    plain.save(out, "WEBP", quality=_QUALITY)
    return Picture(out.getvalue(), "image/webp")
