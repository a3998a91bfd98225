"""Files of pictures become small and safe ones, or are refused."""

import io
import tracemalloc
import zlib
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from fakes.quicklooks import image_file, opened, raster_file
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from eohub_catalogue.server.thumbnails import MOST_PIXELS, SIDE, small_picture
from eohub_toolkit.errors import NotFound


def png_that_says_it_is(width: int, height: int) -> bytes:
    """A header of a huge picture and little behind it, as a decompression bomb has."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    body = zlib.compress(b"\x00" * 100_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("PNG", "LA"), ("PNG", "1"),
        ("PNG", "I;16"),
        ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("GIF", "P"), ("WEBP", "RGBA"),
        ("TIFF", "RGB"),        ("TIFF", "I;16"), ("TIFF", "F"), ("TIFF", "CMYK"),
    ],
)  # fmt: skip
def test_every_usual_kind_of_picture_is_shown(form: str, mode: str) -> None:
    picture = small_picture(image_file(form, mode))
    assert picture.media_type == "image/webp"
    assert (opened(picture).format, opened(picture).size) == ("WEBP", (64, 48))


@pytest.mark.parametrize(
    ("size", "shown"), [((2000, 1000), (512, 256)), ((10, 3000), (2, 512)), ((7, 7), (7, 7))]
)
def test_the_longer_side_is_bounded_and_small_ones_stay(size: Any, shown: Any) -> None:
    assert opened(small_picture(image_file("JPEG", size=size))).size == shown
    assert max(shown) <= SIDE


def test_what_is_transparent_stays_so() -> None:
    assert opened(small_picture(image_file("PNG", "RGBA", color=(255, 0, 0, 0)))).mode == "RGBA"


def test_a_band_of_sixteen_bits_is_stretched() -> None:
    ramp = np.linspace(300, 3000, 64 * 64).reshape(64, 64).astype(np.uint16)
    values = np.asarray(opened(small_picture(raster_file(ramp))).convert("L"))
    assert values.min() < 20
    assert values.max() > 235


def test_a_band_with_gaps_is_shown_and_one_of_gaps_only_is_none() -> None:
    band = np.full((16, 16), np.nan, dtype=np.float32)
    with pytest.raises(NotFound):
        small_picture(raster_file(band))
    band[:8] = 1.5
    assert opened(small_picture(raster_file(band))).size == (16, 16)


def test_the_overview_of_a_large_raster_is_read_instead_of_all_of_it() -> None:
    out = io.BytesIO()
    first, *others = (
        Image.new("L", (side, side), shade) for side, shade in ((4000, 0), (1000, 90), (300, 200))
    )
    first.save(out, "TIFF", save_all=True, append_images=others, compression="tiff_lzw")
    shown = opened(small_picture(out.getvalue()))
    assert shown.size == (300, 300)
    assert abs(shown.convert("L").getpixel((5, 5)) - 200) < 4  # type: ignore[operator]


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded() -> None:
    for side in (6_000, 12_000, 60_000):
        assert side * side > MOST_PIXELS
        with pytest.raises(NotFound):
            small_picture(png_that_says_it_is(side, side))


def test_what_the_file_says_beside_its_pixels_is_not_passed_on() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    body = image_file("JPEG", exif=exif, comment=b"secret comment")
    picture = small_picture(body)
    assert b"home" in body
    assert b"home" not in picture.body
    assert b"secret" not in picture.body
    assert not opened(picture).getexif()


@pytest.mark.parametrize(
    ("form", "mode"), [("JPEG", "RGB"), ("PNG", "P"), ("PNG", "I;16"), ("TIFF", "F"), ("WEBP", "RGB")]
)
def test_a_picture_that_lies_on_its_side_is_turned(form: str, mode: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(small_picture(image_file(form, mode, size=(64, 48), exif=exif))).size == (48, 64)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html><script>alert(1)</script></html>", b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"II*\x00",
        b"RIFF\x00\x00\x00\x00WEBP",        image_file("BMP"), image_file("PPM"), b"%!PS-Adobe-3.0 EPSF-3.0",
    ],
)  # fmt: skip
def test_what_is_no_picture_of_a_known_kind_is_refused(body: bytes) -> None:
    with pytest.raises(NotFound):
        small_picture(body)


@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "TIFF"]), st.integers(0, 400), st.binary(max_size=8))
def test_a_damaged_picture_is_shown_or_refused(form: str, place: int, junk: bytes) -> None:
    body = image_file(form)
    damaged = body[: place % len(body)] + junk
    with suppress(NotFound):
        assert small_picture(damaged).media_type == "image/webp"


@pytest.mark.parametrize(("mode", "bytes_each"), [("F", 4), ("I", 4), ("I;16", 2)])
def test_values_are_made_few_before_they_are_stretched(mode: str, bytes_each: int) -> None:
    side = 3_000
    out = io.BytesIO()
    Image.new(mode, (side, side)).save(out, "TIFF" if mode in ("F", "I") else "PNG", compress_level=1)
    body = out.getvalue()
    tracemalloc.start()
    try:
        picture = small_picture(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # What Pillow decodes is not traced; what is made of it here is.
    assert peak < side * side * bytes_each
    assert Image.open(io.BytesIO(picture.body)).size == (512, 512)
