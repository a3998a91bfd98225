"""Which colours suit a variable."""

import numpy as np
import pytest
import xarray as xr

from eohub_cubes import colours
from eohub_cubes.colours import Colours, colours_of

BOTH = {
    "viridis", "plasma", "inferno", "magma", "cividis", "turbo", "Blues", "Greens", "Greys", "Oranges",
    "Purples", "Reds", "BuGn", "BuPu", "GnBu", "OrRd", "PuBuGn", "PuBu", "PuRd", "RdPu", "YlGnBu", "YlGn",
    "YlOrBr", "YlOrRd", "BrBG", "PRGn", "PiYG", "PuOr", "RdBu", "RdGy", "RdYlBu", "RdYlGn", "Spectral",
    "tab10",
}  # fmt: skip
"""What both matplotlib and d3-scale-chromatic have."""


def named(name: str = "field", **attributes: object) -> xr.DataArray:
    return xr.DataArray(np.zeros(1), name=name, attrs=attributes)


@pytest.mark.parametrize(
    ("standard_name", "expected"),
    [
        ("air_temperature", "RdYlBu_r"),
        ("sea_surface_temperature", "RdYlBu_r"),
        ("sea_water_potential_temperature", "RdYlBu_r"),
        ("air_temperature_anomaly", "RdBu_r"),
        ("eastward_wind", "RdBu_r"),
        ("northward_sea_ice_velocity", "RdBu_r"),
        ("x_wind", "RdBu_r"),
        ("precipitation_flux", "YlGnBu"),
        ("lwe_precipitation_rate_anomaly", "BrBG"),
        ("sea_water_practical_salinity", "viridis"),
        ("wind_speed", "BuPu"),
        ("sea_ice_area_fraction", "Blues_r"),
        ("surface_altitude", "cividis"),
        ("toa_brightness_temperature", "Greys"),
        ("air_pressure_at_sea_level", "plasma"),
        ("specific_humidity", "YlGnBu"),
        ("cloud_area_fraction", "Greys_r"),
        ("normalized_difference_vegetation_index", "YlGn"),
        ("downwelling_shortwave_flux_in_air", "inferno"),
        ("unheard_of", "viridis"),
    ],
)
def test_a_standard_name_has_its_colours(standard_name: str, expected: str) -> None:
    assert colours_of(named(standard_name=standard_name)).name == expected


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (named("t2m"), "RdYlBu_r"),
        (named("NDVI"), "YlGn"),
        (named("u10"), "RdBu_r"),
        (named("x", long_name="Terrain Height"), "cividis"),
        (named("x", long_name="Drainage density"), "viridis"),
        (named("x", long_name="Total column rain water"), "YlGnBu"),
        (named("x", long_name="Rainfall"), "YlGnBu"),
        (named("x", long_name="Microphysics scheme"), "viridis"),
        (named("x", long_name="Cropland"), "YlGn"),
        (named("x", long_name="Industrial area"), "viridis"),
        (named("x", long_name="Dust optical depth"), "YlOrRd"),
        (named("x", standard_name="sea_surface_height_above_mean_sea_level"), "RdBu_r"),
        (named("x", long_name="2 metre temperature"), "RdYlBu_r"),
        (named("x", long_name="Total precipitation"), "YlGnBu"),
        (named("x", long_name="Net long-wave radiation flux"), "inferno"),
        (named("x", long_name="Mean wave direction"), "BuPu"),
        (named("x", units="degC"), "RdYlBu_r"),
        (named("x", units="kg m-2 s-1"), "YlGnBu"),
        (named("x", units="m s**-1"), "BuPu"),
        (named("x", units=5), "viridis"),
    ],
)
def test_without_a_standard_name_the_long_name_the_name_and_the_units_tell(
    array: xr.DataArray, expected: str
) -> None:
    assert colours_of(array).name == expected


def test_classes_have_colours_that_are_in_no_order() -> None:
    array = named(standard_name="land_cover_temperature", flag_values=[1, 2], flag_meanings="water land")
    assert colours_of(array) == Colours("tab10")


def test_what_has_two_sides_has_its_middle_at_nought() -> None:
    assert colours_of(named(standard_name="eastward_wind")).centre == 0.0
    assert colours_of(named(standard_name="air_temperature")).centre is None


def test_every_colour_map_is_known_to_the_browser_and_to_matplotlib() -> None:
    tables = (colours.BY_MEANING, colours.BY_UNITS)
    names = {found.name.removesuffix("_r") for table in tables for found, _ in table}
    assert names | {colours.DEFAULT.name, colours.CLASSES.name} <= BOTH
