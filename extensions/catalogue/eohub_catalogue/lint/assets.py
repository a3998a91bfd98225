"""The files of an item: can each be found, and is it told what it is."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from eohub_catalogue.assets import is_file_here, is_relative, own_address, path_of
from eohub_catalogue.keys import has_key
from eohub_catalogue.reading import count, mapping, text

_MOST_ASSETS: Final = 500
_MEDIA_TYPE: Final = re.compile(
    r"^(application|audio|font|image|message|model|multipart|text|video)/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*"
    r"(/[A-Za-z0-9_.+-]+)?(\s*;.*)?$"
)
_SUFFIX: Final = re.compile(r"\.[a-z0-9]{2,8}$")
_LOCAL: Final = re.compile(r"^(file:|[A-Za-z]:[\\/]|\\\\|~/)")
_BUCKET: Final = re.compile(r"^(s3|gs|gcs|az|abfss?)://", re.IGNORECASE)
_TELLS_STORAGE: Final = ("storage:", "xarray:", "auth:", "alternate", "msft:")


def check(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Defects of the assets; a message names the first asset that has it."""
    given = item.get("assets")
    if given is not None and not isinstance(given, dict):
        yield "assets_broken", "Its assets are not an object, so none of them can be read."
        return
    assets = mapping(given)
    is_orderable = mapping(item.get("properties")).get("order:status") == "orderable"
    if not assets and not is_orderable:
        yield "assets_missing", "It has no assets, so there is nothing to open."
    is_resolved = own_address(item) is not None
    told = any(name.startswith("storage:") for name in mapping(item.get("properties")))
    for name, raw in list(assets.items())[:_MOST_ASSETS]:
        label = repr(text(name, 40) or "")
        if not isinstance(raw, dict):
            yield "asset_broken", f"Its asset {label} is not an object, so it cannot be read."
            continue
        asset = mapping(raw)
        here = is_file_here(item, text(asset.get("href"), 8192) or "")
        yield from _address(asset, label, is_resolved or here, told)
        yield from _content(asset, label)


def _address(
    asset: Mapping[str, object], label: str, is_resolved: bool, told: bool
) -> Iterator[tuple[str, str]]:
    href = text(asset.get("href"), 8192)
    if href is None:
        yield "asset_without_href", f"Its asset {label} has no address, so it cannot be opened."
        return
    if _LOCAL.match(href):
        yield (
            "asset_local",
            f"Its asset {label} lies on the machine of whoever made it, so it cannot be opened from here.",
        )
    elif is_relative(href) and not is_resolved:
        yield (
            "asset_relative",
            f"The address of its asset {label} is relative and the item has no full address of its own, "
            "so where it lies is not known.",
        )
    elif has_key(href):
        yield (
            "asset_signed",
            f"The address of its asset {label} carries a key, so it stops working one day and is not shown.",
        )
    elif _BUCKET.match(href) and not told and not any(str(key).startswith(_TELLS_STORAGE) for key in asset):
        yield (
            "asset_storage",
            f"Its asset {label} lies in an object store without a word about its region or key, so it may "
            "not open as it is.",
        )


def _content(asset: Mapping[str, object], label: str) -> Iterator[tuple[str, str]]:
    media_type = asset.get("type")
    if media_type is None:
        if "href" in asset and not _SUFFIX.search(path_of(asset)):
            yield (
                "asset_type_missing",
                f"Neither its media type nor its name tells what the asset {label} is, so it is tried.",
            )
    elif not isinstance(media_type, str) or not _MEDIA_TYPE.match(media_type):
        shown = text(media_type, 60) or "empty"
        yield (
            "asset_type_unknown",
            f"The media type of its asset {label} ({shown}) is none, so what it is has to be guessed.",
        )
    if asset.get("file:size") is not None and count(asset.get("file:size")) is None:
        yield (
            "asset_size",
            f"The size of its asset {label} is no number of bytes, so the size of the item is not known.",
        )
    if not isinstance(asset.get("roles", []), list):
        yield "asset_roles", f"The roles of its asset {label} are no list, so they are passed over."
