"""The two chunkings in which Earth Data Hub keeps one cube: for maps, and for series in time."""

import re
from collections.abc import Mapping
from typing import Final

from eohub_catalogue.item_contract import Chunking
from eohub_catalogue.reading import identifier, mapping, text

_MOST_ASSETS: Final = 20
_TELLS: Final = re.compile(r"(?<=-)(maps|timeseries)(?=[-./]|$)")
_EXPLAINED: Final = {
    "maps": "Its chunks hold whole maps at few times: fast for maps, slow for a long series at a point.",
    "timeseries": "Its chunks hold long series of small areas: fast for a series, slow for a whole map.",
}
_OTHER: Final = {"maps": "timeseries", "timeseries": "maps"}


def chunking_of(item: Mapping[str, object]) -> Chunking | None:
    """How an item's cube is cut, as its id or the address of its data tells; None where neither does."""
    assets = list(mapping(item.get("assets")).values())[:_MOST_ASSETS]
    told = [item.get("id"), *(mapping(asset).get("href") for asset in assets)]
    found = next((match for name in told if (match := _TELLS.search(text(name, 4096) or ""))), None)
    if found is None:
        return None
    return Chunking(best_for="maps" if found[1] == "maps" else "series", told=_EXPLAINED[found[1]])


def sister_of(item: Mapping[str, object]) -> str | None:
    """The id that the same cube in the other chunking has, None where the item's own does not tell its."""
    own = identifier(item.get("id")) or ""
    return _TELLS.sub(lambda match: _OTHER[match[1]], own, count=1) if _TELLS.search(own) else None
