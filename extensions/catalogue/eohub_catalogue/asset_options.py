"""How an asset says it is opened: arguments and storage options, of which only harmless ones are kept."""

import re
from collections.abc import Mapping
from typing import Final, cast
from urllib.parse import urlsplit

from eohub_catalogue.reading import mapping, sequence, text

# What xarray.open_dataset takes and a catalogue may choose; anything else is left out.
_OPEN_OPTIONS: Final = frozenset(
    {
        "chunks", "consolidated", "zarr_format", "group", "decode_cf", "decode_times", "decode_timedelta",
        "decode_coords", "mask_and_scale", "use_cftime", "drop_variables",
    }
)  # fmt: skip
# Storage options that name a place or a way, never a key: a list of what is allowed cannot forget a secret.
_STORAGE_OPTIONS: Final = frozenset(
    {"anon", "requester_pays", "account_name", "endpoint_url", "remote_protocol"}
)
_CLIENT_OPTIONS: Final = frozenset({"endpoint_url", "region_name", "trust_env"})
_PLACEHOLDER: Final = re.compile(r"\{(\w{1,40})\}")
_AMAZON: Final = re.compile(r"(^|\.)amazonaws\.com(\.cn)?$")


def open_options(asset: Mapping[str, object]) -> dict[str, object]:
    """The arguments of xarray.open_dataset that an asset names (xarray-assets) and may choose."""
    given = mapping(asset.get("xarray:open_kwargs"))
    return {name: given[name] for name in given if name in _OPEN_OPTIONS}


def storage_options(asset: Mapping[str, object], item: Mapping[str, object]) -> dict[str, object]:
    """fsspec's options for an asset, with no key among them: xarray-assets before the storage extension."""
    given = mapping(asset.get("xarray:open_kwargs"))
    nested = mapping(given.get("backend_kwargs")).get("storage_options")
    sources = (nested, given.get("storage_options"), asset.get("xarray:storage_options"))
    options = _described(asset, item)
    for source in map(mapping, sources):
        named = _picked(source.get("client_kwargs"), _CLIENT_OPTIONS)
        client = {**mapping(options.get("client_kwargs")), **named}
        options |= _picked(source, _STORAGE_OPTIONS)
        options |= {"client_kwargs": client} if client else {}
    return options


def _described(asset: Mapping[str, object], item: Mapping[str, object]) -> dict[str, object]:
    """What the storage extension tells of the store: version 2 through a reference, 1 beside the asset."""
    properties = mapping(item.get("properties"))
    if (text(asset.get("href"), 4096) or "").partition(":")[0] != "s3":
        return {}
    schemes = mapping(properties.get("storage:schemes"))
    referred = (
        schemes.get(name) for name in sequence(asset.get("storage:refs"))[:20] if isinstance(name, str)
    )
    scheme = next((found for each in referred if (found := mapping(each))), None)
    if scheme is None:
        scheme = {
            name: asset.get(f"storage:{name}", properties.get(f"storage:{name}"))
            for name in ("region", "requester_pays")
        }
    options: dict[str, object] = {"requester_pays": True} if scheme.get("requester_pays") is True else {}
    if scheme.get("anonymous") is True:
        options["anon"] = True
    told = {"endpoint_url": _endpoint(scheme), "region_name": text(scheme.get("region"), 60)}
    client = _picked(told, _CLIENT_OPTIONS)
    return options | ({"client_kwargs": client} if client else {})


def _endpoint(scheme: Mapping[str, object]) -> str | None:
    """The address of a store that is not Amazon's own, from a template that may name bucket and region."""
    template = (text(scheme.get("platform"), 300) or "").replace("{bucket}.", "").replace("/{bucket}", "")
    filled = _PLACEHOLDER.sub(lambda found: text(scheme.get(found[1]), 100) or "", template)
    try:
        parts = urlsplit(filled)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or _AMAZON.search(parts.hostname):
        return None
    return filled.rstrip("/")


def _picked(source: object, allowed: frozenset[str]) -> dict[str, object]:
    if not isinstance(source, Mapping):
        return {}
    given = cast(Mapping[str, object], source)
    return {
        name: value
        for name in sorted(allowed)
        if isinstance(value := given.get(name), bool | str) and _without_key(value)
    }


def _without_key(value: bool | str) -> bool:
    if isinstance(value, bool):
        return True
    try:
        parts = urlsplit(value)
        return len(value) <= 300 and "@" not in value and not parts.query
    except ValueError:
        return False
