"""The data that an item offers: each asset that holds some, how it is opened, or the reason why it is not."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from pydantic import JsonValue

from eohub_catalogue.assets import document_of, form_of, is_web, opened, own_address
from eohub_catalogue.code import literal
from eohub_catalogue.errors import NothingToOpen
from eohub_catalogue.item_contract import DataAsset, DataKind, DataSource, ItemKey, ItemPlace, NamedAsset
from eohub_catalogue.keys import has_key
from eohub_catalogue.reading import identifier, mapping, sequence, text
from eohub_catalogue.versions import up_to_date

_MOST_ASSETS: Final = 500
_MOST_OFFERED: Final = 100
# With what opens it; forms that are data but are not here cannot be opened.
_KINDS: Final[Mapping[str, DataKind]] = {
    "Zarr": "zarr", "netCDF": "netcdf", "HDF5": "netcdf", "HDF": "netcdf", "GeoTIFF": "geotiff",
    "TIFF": "geotiff", "GRIB": "grib", "GeoParquet": "vector", "GeoPackage": "vector", "FlatGeobuf": "vector",
    "GeoJSON": "vector", "Parquet": "table", "CSV": "table",
}  # fmt: skip
_BESIDE_DATA: Final = frozenset(
    {"thumbnail", "overview", "browse", "preview", "quicklook", "metadata", "documentation", "tiles", "index"}
)


@dataclass(frozen=True)
class OfferedData:
    """One asset that holds data; `asset` is None where it cannot be opened, and then `refusal` says why."""

    key: str
    asset: DataAsset | None
    refusal: str | None


def data_of(item: Mapping[str, object]) -> list[OfferedData]:
    """Each asset of an up-to-date item that holds data, Zarr first, then what is called data."""
    assets = [
        (key, mapping(asset)) for key, asset in list(mapping(item.get("assets")).items())[:_MOST_ASSETS]
    ]
    held = sorted((each for each in assets if _holds_data(each[1])), key=lambda each: _preference(each[1]))
    return [_offered(item, key, asset) for key, asset in held]


def named_data(item: Mapping[str, object]) -> tuple[tuple[NamedAsset, ...], str | None]:
    """The assets that can be looked at, or none of them and the reason."""
    offered = data_of(item)
    named = tuple(NamedAsset(key=each.key, title=each.title or each.key) for each in _openable(offered))
    return (named, None) if named else ((), _reason(item, offered))


def source_of(item: object, key: ItemKey) -> DataSource:
    """What opens the data of an item; raises NothingToOpen with the reason."""
    raw = up_to_date(item)
    offered = data_of(raw)
    assets = tuple(_openable(offered))
    if not assets:
        raise NothingToOpen(_reason(raw, offered), hint="Its page lists all of its files.")
    own = own_address(raw)
    title = text(mapping(raw.get("properties")).get("title"), 1000) or text(key.item, 1000) or ""
    return DataSource(
        title=title,
        assets=assets,
        item=ItemPlace(
            catalogue=key.catalogue,
            collection=key.collection,
            item=key.item,
            href=own if own and is_web(own) and not has_key(own) and own.isprintable() else None,
        ),
    )


def _openable(offered: list[OfferedData]) -> Iterator[DataAsset]:
    found = (each.asset for each in offered if each.asset is not None)
    return (asset for asset, _ in zip(found, range(_MOST_OFFERED), strict=False))


def _reason(item: Mapping[str, object], offered: list[OfferedData]) -> str:
    if not mapping(item.get("assets")):
        return "This item has no assets, so there is nothing to open."
    return next((each.refusal for each in offered if each.refusal), "None of its assets holds data to open.")


def _holds_data(asset: Mapping[str, object]) -> bool:
    roles = sequence(asset.get("roles"))
    is_beside = "data" not in roles and any(role in _BESIDE_DATA for role in roles if isinstance(role, str))
    return not is_beside and (form_of(asset) is not None or document_of(asset) in _KINDS)


def _preference(asset: Mapping[str, object]) -> tuple[bool, bool, bool]:
    roles = sequence(asset.get("roles"))
    return (form_of(asset) != "Zarr", "data" not in roles, not asset.get("xarray:open_kwargs"))


def _offered(item: Mapping[str, object], raw_key: str, asset: Mapping[str, object]) -> OfferedData:
    key, form = identifier(raw_key), form_of(asset) or document_of(asset)
    found = opened(item, asset)
    if key is None:
        return OfferedData("", None, "Its key cannot be read.")
    if form not in _KINDS:
        return OfferedData(key, None, f"{form} cannot be opened from here.")
    if isinstance(found, str):
        return OfferedData(key, None, found)
    if "\\" in found.href:
        return OfferedData(key, None, "The address of its data cannot be read.")
    kind = "vector" if form == "Parquet" and asset.get("table:primary_geometry") else _KINDS[form]
    told = DataAsset(
        key=key,
        href=found.href.replace(" ", "%20") if is_web(found.href) else found.href,
        kind=kind,
        title=text(asset.get("title")),
        media_type=text(asset.get("type")),
        open_kwargs=_bounded(found.open_options),
        storage_options=_bounded(found.storage_options),
    )
    return OfferedData(key, told, None)


def _bounded(options: Mapping[str, object]) -> dict[str, JsonValue]:
    """The options that a cell could hold: none that is too long or too deep."""
    return {name: cast(JsonValue, value) for name, value in options.items() if _is_bounded(value)}


def _is_bounded(value: object) -> bool:
    try:
        # Half of a pair of UTF-16 has a literal, and no answer can hold it.
        json.dumps(value, ensure_ascii=False).encode()
        literal(value)
    except (ValueError, RecursionError):
        return False
    return True
