"""Extensions of STAC: does an item name those that it uses, and are they known."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from eohub_catalogue.labels import EXTENSIONS, UNLISTED
from eohub_catalogue.reading import mapping, sequence, text

_ADDRESS: Final = re.compile(r"^https?://[^/]+/(?:.*/)?([A-Za-z0-9-]+)(?:/v?[0-9][^/]*)?/schema\.json#?$")
_SHORT: Final = re.compile(r"^[a-z0-9-]+$")
_MOST_FIELDS: Final = 2_000
_MOST_NAMED: Final = 3
_MOST_EXTENSIONS: Final = 100
# Names from before 1.0, and of extensions that became part of STAC itself.
_FORMER: Final = frozenset(
    {
        "proj",
        "sci",
        "commons",
        "datetime-range",
        "single-file-stac",
        "asset",
        "checksum",
        "dtr",
        "item-assets",
    }
)
_KNOWN: Final = frozenset({*EXTENSIONS.values(), *_FORMER, "collection-assets"})


def check(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Defects of `stac_extensions` and of fields whose extension is missing there."""
    given = item.get("stac_extensions")
    if given is not None and not isinstance(given, list):
        yield (
            "extensions_broken",
            "Its list of extensions is none, so its fields are shown without their meaning.",
        )
        return
    listed = sequence(given)[:_MOST_EXTENSIONS]
    if any(not isinstance(each, str) for each in listed):
        yield (
            "extensions_broken",
            "Its list of extensions holds something else than addresses, so it is passed over.",
        )
    addresses = [address for each in listed if (address := text(each, 500))]
    names = {name for address in addresses if (name := _name_of(address))}
    strange = [address for address in addresses if _name_of(address) not in _KNOWN]
    if strange:
        shown = ", ".join(address[:80] for address in strange[:_MOST_NAMED])
        yield (
            "extension_unknown",
            f"It uses an extension that EOHub does not know ({shown}), so its fields are shown as they are.",
        )
    missing = sorted(
        _used(item) - {prefix for prefix, name in EXTENSIONS.items() if name in names or prefix in names}
    )
    if missing:
        shown = ", ".join(f"{prefix}:" for prefix in missing[:_MOST_NAMED])
        yield (
            "extension_undeclared",
            f"It has fields ({shown}) without naming the extension that explains them, so other software "
            "may pass over them.",
        )


def _name_of(address: str) -> str | None:
    """The name of an extension, as its address or its short form before STAC 1.0 gives it."""
    found = _ADDRESS.match(address)
    if found is not None:
        return found[1].lower()
    return address if _SHORT.match(address) else None


def _used(item: Mapping[str, object]) -> set[str]:
    """The prefixes of known extensions in the properties and in the assets."""
    holders = [
        mapping(item.get("properties")),
        *map(mapping, list(mapping(item.get("assets")).values())[:500]),
    ]
    names = islice((name for holder in holders for name in holder), _MOST_FIELDS)
    prefixes = {str(name).partition(":")[0] for name in names if ":" in str(name)}
    return (prefixes & EXTENSIONS.keys()) - UNLISTED
