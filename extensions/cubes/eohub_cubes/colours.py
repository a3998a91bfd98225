"""Which colours suit a variable: by its CF standard name, then its long name, its own name and its units.

The names are those of matplotlib's colour maps that d3-scale-chromatic has too, `_r` for reversed ones.
"""

import re
from dataclasses import dataclass
from typing import Final

import xarray as xr


@dataclass(frozen=True)
class Colours:
    """A colour map, and the value its middle stands for where it has two sides."""

    name: str
    centre: float | None = None


DEFAULT: Final = Colours("viridis")
CLASSES: Final = Colours("tab10")

_SIGNED: Final = Colours("RdBu_r", 0.0)
_WATER: Final = Colours("YlGnBu")
_WARMTH: Final = Colours("RdYlBu_r")
_SPEED: Final = Colours("BuPu")
_GREEN: Final = Colours("YlGn")
_SHADES: Final = Colours("Greys_r")

BY_MEANING: Final[tuple[tuple[Colours, str], ...]] = (
    (Colours("BrBG", 0.0), r"(precipitation|(^|_)rain|humidity|moisture).*(anomal|differ|change|trend|bias)"),
    (
        _SIGNED,
        r"anomal|(?<!normali[sz]ed_)differ|departure|tendency|trend|(^|_)bias|increment|correlation|change_(in|of|over)",
    ),
    (_SIGNED, r"(east|north|up|down)ward_.*(wind|velocity|stress|flux|transport)|(^|_)[xy]_(wind|velocity)"),
    (_SIGNED, r"vorticity|divergence|streamfunction|velocity_potential|(^|_)[uvw]_component"),
    (_SIGNED, r"^(u|v|w|ua|va|uas|vas|uo|vo|[uv]10|10[uv]|[uv]100|100[uv]|vozocrtx|vomecrty)$"),
    (_SIGNED, r"sea_surface_height|sea_level_(height|rise)|dynamic_topography|^(zos|ssh|adt|sla)$"),
    (_GREEN, r"(^|[^a-z])(ndvi|evi|savi|ndwi)([^a-z]|$)|vegetation|leaf_area|forest|(^|_)crop|tree_cover"),
    (_GREEN, r"chlorophyll|phytoplankton|^chl"),
    (Colours("Blues_r"), r"ice_area|ice_(concentration|thickness|cover|fraction)|snow_(area|cover)|glacier"),
    (Colours("Blues_r"), r"^(siconc|sic|ci|sithick)$"),
    (_WATER, r"precipitation|(^|_)rain|snow|runoff|discharge|^(pr|tp|rr|prcp|precip)$"),
    (_WATER, r"humidity|moisture|water_vapou?r|soil_water|^(hus|hur|huss|hurs|q|r|swvl[0-9])$"),
    (DEFAULT, r"salinity|^(so|sos|vosaline)$"),
    (Colours("Greys"), r"brightness_temperature|cloud_top_temperature"),
    (_WARMTH, r"temperature|^(t|ta|tas|tasmin|tasmax|t2m|2t|d2m|2d|skt|sst|tos|thetao|votemper|lst)$"),
    (_SPEED, r"wind_speed|gust|current_speed|sea_water_speed|^(sfcwind|ws|si10|10si|fg10)$"),
    (Colours("inferno"), r"(short|long)_?wave|radiation|insolation|heat_flux|^(rsds|rlds|ssrd|strd)$"),
    (_SPEED, r"(^|_)(waves?|swell)(_|$)|^(swh|vhm0|hs)$"),
    (Colours("Blues"), r"bathymetry|sea_floor|mixed_layer|^(depth|mld)$"),
    (
        Colours("cividis"),
        r"altitude|elevation|orograph|topograph|terrain|surface_height|^(dem|orog|topo|height)$",
    ),
    (Colours("plasma"), r"pressure|geopotential|^(msl|psl|ps|sp|slp|mslp|zg|z)$"),
    (_SHADES, r"cloud|^(clt|tcc)$|reflectance|radiance|backscatter|albedo|^(b[0-9]{1,2}a?|vv|vh|hh|hv)$"),
    (
        Colours("YlOrRd"),
        r"aerosol|particulate|(^|_)dust|smoke|ozone|dioxide|monoxide|methane|burn|(^|_|wild)fire",
    ),
    (Colours("YlOrRd"), r"^(pm10|pm2p5|aod.*|no2|so2|o3|co)$"),
    (Colours("cividis"), r"probability|fraction|percent|quality|confidence|mask"),
)
BY_UNITS: Final[tuple[tuple[Colours, str], ...]] = (
    (_WARMTH, r"^(k|kelvin|degc|deg_?c|celsius|degrees?_?(celsius|c)|°c)$"),
    (_WATER, r"^(mm|mm[ /]?(d|day|h|hr|month)(-1|\*\*-1)?|kg m-2 s-1|kg m\*\*-2( s\*\*-1)?)$"),
    (_SPEED, r"^(m s-1|m/s|m s\*\*-1|knots?)$"),
    (Colours("plasma"), r"^(pa|hpa|mbar|millibars?)$"),
)


def colours_of(array: xr.DataArray) -> Colours:
    """The colours of a variable; classes by their flags, and a default where nothing tells."""
    attributes = array.attrs
    if "flag_values" in attributes or "flag_masks" in attributes:
        return CLASSES
    for text in (attributes.get("standard_name"), attributes.get("long_name"), array.name):
        words = re.sub(r"[\s\-]+", "_", str(text or "").strip().lower())
        found = _matching(BY_MEANING, words) if words else None
        if found is not None:
            return found
    return _matching(BY_UNITS, str(attributes.get("units", "")).strip().lower()) or DEFAULT


def _matching(table: tuple[tuple[Colours, str], ...], text: str) -> Colours | None:
    return next((colours for colours, pattern in table if re.search(pattern, text)), None)
