"""From an item or an address to the data in it: which assets hold some, and of which kind."""

import asyncio
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urljoin

from eohub_cubes.contract import DataAsset, DataSource, Kind
from eohub_cubes.errors import NotReadable
from eohub_cubes.formats.opening import kind_of
from eohub_cubes.notebook.searching import FoundItem
from eohub_cubes.notebook.server import ask
from eohub_cubes.reading.opening import reader_of
from eohub_cubes.reading.paths import whole
from eohub_cubes.reading.signing import Again, told_by_item
from eohub_cubes.references import is_references

_KINDS: Final[tuple[tuple[str, Kind], ...]] = (
    ("icechunk", "icechunk"), ("zarr", "zarr"), ("netcdf", "netcdf"), ("hdf", "netcdf"),
    ("geotiff", "geotiff"), ("tiff", "geotiff"), ("grib", "grib"), ("geopackage", "vector"),
    ("flatgeobuf", "vector"), ("parquet", "table"),
)  # fmt: skip
_BESIDE: Final = frozenset({"thumbnail", "overview", "metadata", "browse"})


def source_of(what: object) -> DataSource:
    """What opens an address, a found item, a pystac Item or its JSON; raises NotReadable for others."""
    match what:
        case DataSource():
            return what
        case FoundItem(document=None):
            key = {"catalogue": what.catalogue, "collection": what.collection, "item": what.id}
            return DataSource.model_validate(ask("eohub/catalogue/source", key))
        case FoundItem():
            return _of_document(cast(dict[str, Any], what.document))
        case dict():
            return _of_document(cast(dict[str, Any], what))
        case str() | PathLike():
            address = address_of(cast(str | PathLike[str], what))
            return DataSource(title=address, assets=(DataAsset(key="data", href=address),))
        case _ if hasattr(what, "to_dict") and hasattr(what, "assets"):
            return _of_document(cast(Any, what).to_dict(include_self_link=True, transform_hrefs=False))
        case _:
            raise NotReadable(
                f"A {type(what).__name__} is no item.",
                hint="Give a found item, a pystac Item, its JSON as a dict, or an address.",
            )


def asked_again(what: object, asset: str) -> Again | None:
    """How the address of an asset of an item is asked for again, where the item tells whom to ask."""
    match what:
        case FoundItem(document=None):
            # The catalogue asks its own source, which signs anew.
            return lambda: asyncio.to_thread(lambda: asset_of(source_of(what), asset).href)
        case FoundItem(document=dict() as document):
            home = _home(document)
        case dict():
            home = _home(cast(dict[str, Any], what))
        case _ if hasattr(what, "get_self_href"):
            home = cast(str | None, cast(Any, what).get_self_href())
        case _:
            home = None
    if home is None or "://" not in home:
        return None
    return lambda: told_by_item(reader_of(DataAsset(key="item", href=home)), asset)()


def address_of(what: str | PathLike[str]) -> str:
    """An address as it is; a path as a whole one, from the notebook's folder."""
    return whole(str(what), Path.cwd())


def asset_of(source: DataSource, name: str | None) -> DataAsset:
    """The asset of a name, or the first; raises NotReadable with the names there are."""
    found = next((each for each in source.assets if name in (None, each.key)), None)
    if found is None:
        names = ", ".join(each.key for each in source.assets)
        raise NotReadable(f"{source.title} has no data asset {name}.", hint=f"It has {names}.")
    return found


def _of_document(document: Mapping[str, Any]) -> DataSource:
    title = str((document.get("properties") or {}).get("title") or document.get("id") or "Item")
    assets = cast(Mapping[str, dict[str, Any]], document.get("assets") or {})
    home = _home(document)
    held = [_asset(key, asset, home) for key, asset in assets.items() if _holds_data(asset)]
    held.sort(key=lambda each: "data" not in (assets[each.key].get("roles") or ()))
    if not held:
        raise NotReadable(
            f"{title} has no asset that can be opened here.",
            hint=f"It has {', '.join(assets) or 'none at all'}; open one of them by its address.",
        )
    return DataSource(title=title, assets=tuple(held[:100]))


def _holds_data(asset: Mapping[str, Any]) -> bool:
    beside = _BESIDE & {*(asset.get("roles") or ())}
    return not beside and isinstance(asset.get("href"), str) and _kind(asset) is not None


def _kind(asset: Mapping[str, Any]) -> Kind | None:
    media = str(asset.get("type") or "").lower()
    if is_references(str(asset.get("href", ""))) and (
        "kerchunk" in media or {"kerchunk", "references"} & {*(asset.get("roles") or ())}
    ):
        return "zarr"
    return next((kind for word, kind in _KINDS if word in media), None) or kind_of(str(asset.get("href", "")))


def _home(document: Mapping[str, Any]) -> str | None:
    """Where an item itself lies, by its link `self`."""
    links = cast(Sequence[Mapping[str, Any]], document.get("links") or ())
    return next((each.get("href") for each in links if each.get("rel") == "self"), None)


def _absolute(href: str, home: str | None) -> str:
    if "://" in href or href.startswith("/"):
        return href
    if home is None:
        raise NotReadable(
            f"{href} is a relative address, and its item does not tell where it lies itself.",
            hint="Read the item with pystac.Item.from_file, which knows.",
        )
    # urljoin knows the web and paths, not buckets.
    scheme, mark, place = home.partition("://")
    joined = urljoin(f"http://{place}" if mark else home, href)
    return f"{scheme}{joined.removeprefix('http')}" if mark else joined


def _asset(key: str, asset: Mapping[str, Any], home: str | None) -> DataAsset:
    return DataAsset(
        key=key,
        href=_absolute(asset["href"], home),
        kind=_kind(asset),
        title=asset.get("title"),
        media_type=asset.get("type"),
        open_kwargs=asset.get("xarray:open_kwargs") or {},
        storage_options=asset.get("xarray:storage_options") or {},
    )
