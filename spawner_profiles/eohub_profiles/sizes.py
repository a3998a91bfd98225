"""Memory sizes: written `4 GiB` in files and on pages, an int of bytes everywhere else."""

import re

from eohub_profiles.wording import kind_of, shown

UNITS = {"TiB": 2**40, "GiB": 2**30, "MiB": 2**20}
_SIZE = re.compile(r"([1-9][0-9]{0,6}) (MiB|GiB|TiB)")


def parse_size(text: object) -> int:
    """Return the bytes of a size such as `4 GiB`: a whole number and a binary unit. Raises ValueError."""
    if not isinstance(text, str):
        raise ValueError(f"must be a size with its unit, such as 4 GiB, not {kind_of(text)}")
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(
            f"must be a whole number, a space and MiB, GiB or TiB, such as 4 GiB, not {shown(text)}"
        )
    return int(match[1]) * UNITS[match[2]]


def format_size(size_bytes: int) -> str:
    """Write bytes exactly, in the largest unit that divides them: `4 GiB`, `1536 MiB`, `1000 bytes`."""
    for unit, factor in UNITS.items():
        if size_bytes > 0 and size_bytes % factor == 0:
            return f"{size_bytes // factor} {unit}"
    return f"{size_bytes} bytes"
