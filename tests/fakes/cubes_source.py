"""What a browser sends to name some data."""

from pathlib import Path

from eohub_cubes.contract import DataAsset, DataSource, Kind


def source_at(href: str | Path, kind: Kind | None = "zarr") -> DataSource:
    """Data at one address."""
    return DataSource(title="", assets=(DataAsset(key="data", href=str(href), kind=kind),))
