"""Which of an item's files is its small picture, and where it lies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from eohub_catalogue.assets import absolute, is_web, path_of
from eohub_catalogue.reading import count, identifier, mapping, sequence, text

MOST_BYTES: Final = 20 * 2**20
"""Larger files are not read for a picture."""

_MOST_ASSETS: Final = 500
_MOST_LINKS: Final = 200
_TYPES: Final = ("image/png", "image/jpeg", "image/jpg", "image/webp", "image/gif")
_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif")
_TIFF_TYPES: Final = ("image/tiff", "image/vnd.stac.geotiff")
_TIFF_SUFFIXES: Final = (".tif", ".tiff")
# Roles and usual keys, the best first; a rasters' overview is made to be looked at too.
_ROLES: Final = ("thumbnail", "overview", "browse", "preview", "quicklook")
_KEYS: Final = ("thumbnail", "rendered_preview", "preview", "quicklook", "browse", "overview")
_LINK_RELATIONS: Final = ("preview", "thumbnail", "icon")
# Stands before the relation of a link, which has no key of its own.
_LINK: Final = "link:"


@dataclass(frozen=True)
class PictureAddress:
    """Where a picture lies: http(s), or a path on this machine where the item was read from a file."""

    href: str


def quicklook_of(item: Mapping[str, object]) -> str | None:
    """The key of the asset (or `link:` and the relation of the link) that shows a small picture, or None."""
    found = [
        (rank, size, number, key)
        for number, (key, file) in enumerate(_files(item))
        if (rank := _rank(key, file)) is not None and _address(item, file) is not None
        for size in [count(file.get("file:size")) or MOST_BYTES]
    ]
    return min(found)[3] if found else None


def is_picture(item: Mapping[str, object], key: str) -> bool:
    """Whether a small picture of this asset can be shown."""
    return picture_address(item, key) is not None


def picture_address(item: Mapping[str, object], key: str) -> PictureAddress | None:
    """Where the picture of an asset lies; None for what is no picture, too large or out of reach."""
    for own, file in _files(item):
        if own == key:
            return None if _rank(key, file) is None else _address(item, file)
    return None


def _files(item: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Assets by key, then links to pictures."""
    for key, asset in list(mapping(item.get("assets")).items())[:_MOST_ASSETS]:
        if identifier(key) is not None:
            yield key, mapping(asset)
    for raw in sequence(item.get("links"))[:_MOST_LINKS]:
        link = mapping(raw)
        relation = link.get("rel")
        if isinstance(relation, str) and relation in _LINK_RELATIONS:
            yield f"{_LINK}{relation}", link


def _form(file: Mapping[str, object]) -> str | None:
    """'web' for what browsers know, 'tiff' for rasters, None for anything else (SVG and HTML among it)."""
    media_type = (text(file.get("type"), 200) or "").lower().partition(";")[0].strip()
    path = path_of(file)
    if media_type in _TYPES or (not media_type and path.endswith(_SUFFIXES)):
        return "web"
    if media_type in _TIFF_TYPES or (not media_type and path.endswith(_TIFF_SUFFIXES)):
        return "tiff"
    return None


def _rank(key: str, file: Mapping[str, object]) -> int | None:
    """Smaller is better; None for what is not meant to be looked at as a small picture."""
    form = _form(file)
    if form is None or _is_large(file):
        return None
    roles = [role.lower() for each in sequence(file.get("roles"))[:20] if (role := text(each, 40))]
    by_role = [place for place, role in enumerate(_ROLES) if role in roles]
    by_key = [len(_ROLES) + place for place, name in enumerate(_KEYS) if key.lower() == name]
    best = min([*by_role, *by_key], default=None)
    if best is None:
        # A picture that nobody calls one is better than none, and a link to one was meant.
        best = 20 if form == "web" else None
    elif form == "tiff":
        # Rasters are large and may have more than eight bits: anything else comes first.
        best += 50
    return best


def _is_large(file: Mapping[str, object]) -> bool:
    return (count(file.get("file:size")) or 0) > MOST_BYTES


def _address(item: Mapping[str, object], file: Mapping[str, object]) -> PictureAddress | None:
    others = list(mapping(file.get("alternate")).values())[:10]
    for each in (file, *map(mapping, others)):
        href = text(each.get("href"), 8192)
        if href is None:
            continue
        full = absolute(item, href)
        if is_web(full) or full.startswith(("/", "file:///", "zip://")):
            return PictureAddress(full)
    return None
