"""The notebook cell for some data: at most eight lines, lazy, and without a secret."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import xarray as xr

from eohub_cubes.contract import DataAsset, NotebookCode, Range, Selection
from eohub_cubes.errors import NotReadable
from eohub_cubes.literals import arguments, literal
from eohub_cubes.picking import picked
from eohub_cubes.plotting import plot_of
from eohub_cubes.ports import OpenCube
from eohub_cubes.references import is_references

# What xarray takes and a catalogue may choose; those of zarr's mean nothing elsewhere.
_OF_ZARR = ("consolidated", "zarr_format")
_OPEN_OPTIONS = (
    "chunks", "decode_cf", "decode_times", "decode_timedelta", "decode_coords", "mask_and_scale",
    "use_cftime", "drop_variables",
)  # fmt: skip
# What names a place or a way, never a key: a list of what is allowed cannot forget a secret.
_STORAGE_OPTIONS = ("anon", "requester_pays", "endpoint_url", "remote_protocol")
_CLIENT_OPTIONS = ("endpoint_url", "region_name")
_KEY = re.compile(r"sig|token|key|secret|credential|passw|auth|jwt|policy|session", re.IGNORECASE)
_LONGEST_OPTION = 300


@dataclass(frozen=True)
class Place:
    """What opens some data in a notebook: its asset, a group of it, and where odc-stac finds its item."""

    asset: DataAsset
    group: str | None = None
    item: str | None = None
    """Address of the item's JSON, where that tells all of the asset's grid."""
    bands: Sequence[str] = ()
    """Assets of the item that lie on that grid, to be loaded together."""


@dataclass(frozen=True)
class _Cell:
    imports: tuple[str, ...]
    opening: tuple[str, ...]


def code_of(place: Place, cube: OpenCube, selection: Selection | None) -> NotebookCode:
    """The source that opens data, and takes a selection of it or plots it; raises NotReadable for a key."""
    _refuse_key(place.asset.href)
    match cube.kind:
        case "zarr" | "netcdf" if cube.group is not None:
            cell = _xarray(place.asset, cube.group, cube.kind)
        case "geotiff" if place.item is not None:
            cell = _odc(place.bands or (place.asset.key,), place.item)
        case "vector" | "table":
            return _frame(place, cube, selection)
        case _:
            cell = _own(place, cube.kind)
    dataset = cube.dataset
    if selection is None:
        plot = plot_of(dataset) if cube.kind in ("zarr", "netcdf") else None
        last = ["ds"] if plot is None else plot
        imports = cell.imports if plot is None else ("import hvplot.xarray  # noqa: F401", *cell.imports)
        return _joined(imports, [*cell.opening, *last])
    part = _part(dataset, selection, is_odc=place.item is not None and cube.kind == "geotiff")
    return _joined(cell.imports, [*cell.opening, f"part = {part}", "part"])


def _joined(imports: tuple[str, ...], lines: list[str]) -> NotebookCode:
    return NotebookCode(source="\n".join([*imports, "", *lines]))


def _xarray(asset: DataAsset, group: str, kind: str) -> _Cell:
    reader, opener = ("cube_store", "open_zarr") if kind == "zarr" else ("cube_file", "open_dataset")
    options = {"chunks": literal({}), **_open_options(asset, kind)}
    options |= {"group": literal(group)} if group else {}
    call = f"{reader}({_address(asset)})"
    return _Cell(
        ("import xarray as xr", f"from eohub_cubes import {reader}"),
        (f"ds = xr.{opener}({', '.join([call, arguments(options)])})",),
    )


def _odc(bands: Sequence[str], item: str) -> _Cell:
    return _Cell(
        ("import odc.stac", "import pystac"),
        (
            f"item = pystac.Item.from_file({literal(item)})",
            f"ds = odc.stac.load([item], bands={literal([*bands])}, chunks={{}})",
        ),
    )


def _own(place: Place, kind: str) -> _Cell:
    asset = place.asset
    told = {} if place.group is None else {"group": literal(place.group)}
    opening = {name: text for name, text in _open_options(asset, kind).items() if name != "chunks"}
    for name, given in (("open_kwargs", opening), ("storage_options", _of_storage(asset))):
        words = ", ".join(f"{literal(key)}: {text}" for key, text in given.items())
        told |= {name: f"{{{words}}}"} if words else {}
    call = ", ".join([literal(asset.href), *(f"{name}={text}" for name, text in told.items())])
    return _Cell(("from eohub_cubes import open_item",), (f"ds = open_item({call})",))


def _frame(place: Place, cube: OpenCube, selection: Selection | None) -> NotebookCode:
    """Rows and columns are a scientist's data frame."""
    asset, is_vector = place.asset, cube.kind == "vector"
    path = urlsplit(asset.href).path.lower()
    library, name = ("geopandas", "gpd") if is_vector else ("pandas", "pd")
    form = "parquet" if "parquet" in (asset.media_type or "") or path.endswith("parquet") else ""
    reader = f"read_{form or ('file' if is_vector else 'csv')}"
    layer = f", layer={literal(place.group)}" if place.group is not None and not form else ""
    # GDAL is given no file whose form was not looked at: some lead it to others.
    file = "cube_vectors" if reader == "read_file" else "cube_file"
    opening = f"df = {name}.{reader}({file}({_address(asset)}){layer})"
    imports = (f"import {library} as {name}", f"from eohub_cubes import {file}")
    if selection is None:
        return _joined(imports, [opening, "df"])
    columns = f"[{literal(selection.variables)}]" if selection.variables else ""
    rows = next((steps for steps in selection.ranges.values()), None)
    taken = "" if rows is None else f".iloc[{rows.start}:{rows.stop}:{rows.step}]".replace(":1]", "]")
    return _joined(imports, [opening, f"part = df{columns}{taken}", "part"])


def _address(asset: DataAsset) -> str:
    told = _of_storage(asset)
    return f"{literal(asset.href)}, {arguments(told)}" if told else literal(asset.href)


def _of_storage(asset: DataAsset) -> dict[str, str]:
    may_lead_to_s3 = asset.href.startswith("s3://") or is_references(asset.href)
    options = _storage_options(asset.storage_options) if may_lead_to_s3 else {}
    return {name: literal(value) for name, value in options.items()}


def _open_options(asset: DataAsset, kind: str) -> dict[str, str]:
    allowed = {"zarr": (*_OF_ZARR, *_OPEN_OPTIONS), "netcdf": _OPEN_OPTIONS}.get(kind, ())
    given = {name: asset.open_kwargs[name] for name in allowed if name in asset.open_kwargs}
    if given.get("chunks", {}) is None:
        del given["chunks"]  # None would load every variable at once
    return {name: text for name, value in given.items() if (text := _bounded(value)) is not None}


def _bounded(value: Any) -> str | None:
    try:
        text = literal(value)
    except ValueError:
        return None
    return text if len(text) <= _LONGEST_OPTION else None


def _storage_options(given: Mapping[str, object]) -> dict[str, object]:
    options = {name: given[name] for name in _STORAGE_OPTIONS if _is_harmless(given.get(name))}
    remote = given.get("remote_options")
    if isinstance(remote, dict) and (kept := _storage_options(cast(Mapping[str, object], remote))):
        options["remote_options"] = kept
    inner = given.get("client_kwargs")
    if isinstance(inner, dict):
        client = cast(Mapping[str, object], inner)
        kept = {name: client[name] for name in _CLIENT_OPTIONS if _is_harmless(client.get(name))}
        options |= {"client_kwargs": kept} if kept else {}
    return options


def _is_harmless(value: object) -> bool:
    if isinstance(value, bool):
        return True
    return isinstance(value, str) and len(value) <= _LONGEST_OPTION and not re.search(r"[@?]", value)


def _refuse_key(address: str) -> None:
    parts = urlsplit(address)
    named = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    if "@" in parts.netloc or any(_KEY.search(name) for name in named):
        raise NotReadable("The address of this data carries a key, and keys do not belong in a notebook.")


def _part(dataset: xr.Dataset, selection: Selection, *, is_odc: bool) -> str:
    names = [str(name) for name in dataset.data_vars]
    chosen = list(selection.variables) or names
    wanted = dataset[chosen]
    if is_odc:
        # One band of the asset along the same rows and columns; odc-stac names geographic ones otherwise.
        return "ds" + _rows_and_columns(wanted, selection.ranges)
    variables = "" if chosen == names else f"[{literal(chosen)}]"
    return f"ds{variables}{picked(wanted, selection.ranges)}"


def _rows_and_columns(dataset: xr.Dataset, ranges: Mapping[str, Range]) -> str:
    plain = dataset.drop_vars(["x", "y"], errors="ignore")
    return picked(plain, {name: ranges[name] for name in ("y", "x") if name in ranges})
