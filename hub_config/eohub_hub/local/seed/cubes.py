"""The cubes that a new EOHub holds: which files they come from, and what is said about them."""

from collections.abc import Mapping
from dataclasses import dataclass

LICENCE = "OGL-UK-3.0"
"""SPDX identifier: the package links to the Open Government Licence without a version; the current is 3."""

LICENCE_URL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
SOURCE_URL = "https://github.com/SciTools/iris-sample-data"
SOURCE = "PyPI iris-sample-data 2.5.2"
ATTRIBUTION = (
    "British Crown copyright, 2018, Met Office. "
    "Contains public sector information licensed under the Open Government Licence v3.0."
)

PROVIDERS = (
    {
        "name": "Met Office",
        "description": ATTRIBUTION,
        "roles": ["producer", "licensor"],
        "url": "https://www.metoffice.gov.uk",
    },
    {"name": "SciTools iris-sample-data", "roles": ["processor"], "url": SOURCE_URL},
)

_SCENARIOS = (
    "Johns et al. (2011), Climate change under aggressive mitigation: the ENSEMBLES multi-model experiment; "
    "Lowe et al. (2009), New study for climate modeling, analyses, and scenarios"
)


@dataclass(frozen=True)
class Collection:
    """What is said of several cubes together."""

    id: str
    title: str
    description: str
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class Cube:
    """One cube: `files` below the sample data's folder, joined along time where there are several."""

    id: str
    collection: str
    title: str
    description: str
    files: tuple[str, ...]
    variable: str
    references: str | None = None


COLLECTIONS: Mapping[str, Collection] = {
    each.id: each
    for each in (
        Collection(
            id="a1b-e1-north-america",
            title="North America air temperature 1860 to 2099, scenarios A1B and E1",
            description=(
                "Annual mean air temperature at 1.5 m over North America from two 240-year runs of the "
                "Met Office's HadGEM2-AO in the ENSEMBLES project: A1B, a world of balanced energy sources, "
                "and E1, in which emissions fall early and strongly. Both were derived with the IMAGE model."
            ),
            keywords=("climate projection", "air temperature", "HadGEM2-AO", "ENSEMBLES", "A1B", "E1"),
        ),
        Collection(
            id="ostia-sst-monthly",
            title="OSTIA monthly sea surface temperature",
            description=(
                "Monthly means of the OSTIA analysis of sea surface temperature in a band around the "
                "equator, April 2006 to September 2010."
            ),
            keywords=("ocean", "sea surface temperature", "OSTIA", "analysis", "El Niño"),
        ),
        Collection(
            id="nemo-monthly",
            title="NEMO monthly ocean surface",
            description=(
                "Monthly means of a global NEMO ocean run on its curvilinear grid of about one degree, "
                "January to March 2015."
            ),
            keywords=("ocean", "sea surface temperature", "NEMO", "ORCA", "curvilinear grid"),
        ),
    )
}

CUBES: tuple[Cube, ...] = (
    Cube(
        id="a1b-north-america",
        collection="a1b-e1-north-america",
        title="Air temperature, North America, 1860 to 2099, scenario A1B",
        description="240 annual means of air temperature at 1.5 m. HadGEM2-AO, ENSEMBLES, SRES scenario A1B.",
        files=("A1B_north_america.nc",),
        variable="air_temperature",
        references=_SCENARIOS,
    ),
    Cube(
        id="e1-north-america",
        collection="a1b-e1-north-america",
        title="Air temperature, North America, 1860 to 2099, scenario E1",
        description="240 annual means of air temperature at 1.5 m. HadGEM2-AO, ENSEMBLES, scenario E1.",
        files=("E1_north_america.nc",),
        variable="air_temperature",
        references=_SCENARIOS,
    ),
    Cube(
        id="ostia-sst-monthly",
        collection="ostia-sst-monthly",
        title="Sea surface temperature, tropical band, monthly 2006 to 2010 (OSTIA)",
        description="54 monthly means of sea surface temperature between 5.3 degrees south and 4.7 north.",
        files=("ostia_monthly.nc",),
        variable="surface_temperature",
    ),
    Cube(
        id="nemo-sst-2015-q1",
        collection="nemo-monthly",
        title="Sea surface temperature, global, January to March 2015 (NEMO)",
        description="Three monthly means of sea surface temperature on the NEMO model's curvilinear grid.",
        files=(
            "NEMO/nemo_1m_20150101-20150201_grid-T.nc",
            "NEMO/nemo_1m_20150201-20150301_grid-T.nc",
            "NEMO/nemo_1m_20150301-20150401_grid-T.nc",
        ),
        variable="tos",
    ),
)
