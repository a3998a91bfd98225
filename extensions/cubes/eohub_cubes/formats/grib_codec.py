"""The codec of kerchunk's references to GRIB: one message is one chunk."""

from importlib.util import find_spec
from typing import Any

import numcodecs.abc
import numcodecs.compat
import numcodecs.registry
import numpy as np


class GribCodec(numcodecs.abc.Codec):
    """Decodes the values of a message, to the precision of 32 bits, or its places; encodes nothing."""

    codec_id = "grib"

    def __init__(self, var: str, dtype: str | None = None) -> None:
        self.var = var
        self.dtype = dtype

    def encode(self, buf: Any) -> Any:
        """Raise NotImplementedError: nothing is written."""
        raise NotImplementedError

    def decode(self, buf: Any, out: Any = None) -> Any:
        """Give the values as the chunk has them."""
        from eohub_cubes.formats.grib_facts import places_of, values_of

        message = bytes(buf)
        match self.var:
            case "latitude":
                found = places_of(message)[0]
            case "longitude":
                found = places_of(message)[1]
            case _:
                found = values_of(message)
        values = np.ascontiguousarray(found, self.dtype or np.float64)
        return values if out is None else numcodecs.compat.ndarray_copy(values, out)


def register() -> None:
    """Let zarr find the codec, where ecCodes is there and no other package brings one."""
    known = numcodecs.registry.codec_registry.keys() | numcodecs.registry.entries.keys()
    if GribCodec.codec_id not in known and find_spec("eccodes") is not None:
        numcodecs.registry.register_codec(GribCodec)
