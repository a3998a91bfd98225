"""Tables and vectors: rows, columns and shapes from metadata, values as pandas and pyogrio read them."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xarray as xr
from fakes.cube_cases import all_chunks, asset_at, measured, opened
from fakes.cubes_open import CubeInMemory
from fakes.stac_documents import SHARED
from shapely import Point

from eohub_cubes.code import Place, code_of
from eohub_cubes.contract import Kind
from eohub_cubes.errors import Cancelled, DataDamaged, DataMissing, NotReadable
from eohub_cubes.formats import table as table_format
from eohub_cubes.formats import vector as vector_format

NAIP = SHARED / "stac/stac-geoparquet/naip.parquet"
COLUMNS: dict[str, Any] = {
    "count": [1, 2, 3, 4, 5],
    "gaps": [1, None, 3, 4, 5],
    "share": [0.5, None, 1.5, 2.5, 3.5],
    "flag": [True, False, True, True, False],
    "name": ["a", None, "c", "d", "e"],
    "day": [date(2020, 1, day) for day in range(1, 6)],
    "time": [datetime(2020, 1, 1, hour) for hour in range(5)],
    "price": [Decimal("1.25")] * 5,
}


def table(path: Path, rows_each: int = 2, **more: Any) -> Path:
    pq.write_table(pa.table(COLUMNS | more), path, row_group_size=rows_each)
    return path


def places(path: Path, **options: Any) -> geopandas.GeoDataFrame:
    frame = geopandas.GeoDataFrame(
        {"size": [1, 2, 3], "name": ["a", "b", None]},
        geometry=[Point(5, 50), Point(6, 51), Point(7, 52)],
        crs="EPSG:4326",
    )
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, **options)
    return frame


def test_columns_of_a_parquet_file_come_as_they_were_written(tmp_path: Path) -> None:
    cube = opened(table(tmp_path / "a.parquet"))
    assert cube.dataset.sizes == {"row": 5}
    expected = pa.table(COLUMNS).to_pandas()
    for name in COLUMNS:
        found = cube.dataset[name].values
        assert found.dtype == cube.dataset[name].dtype, name
        if name in ("day", "time"):
            assert [*found.astype("M8[s]").tolist()] == [*np.array(COLUMNS[name], "M8[s]").tolist()]
        elif found.dtype == object:
            assert [*found] == COLUMNS[name]
        else:
            np.testing.assert_array_equal(found, expected[name].astype(float))


@pytest.mark.parametrize("key", [np.s_[3], np.s_[1:4], np.s_[::-2], np.s_[4:1:-1], np.s_[2:2], [4, 0]])
def test_a_selection_of_rows_is_that_of_the_whole(tmp_path: Path, key: Any) -> None:
    column = opened(table(tmp_path / "a.parquet")).dataset["count"]
    np.testing.assert_array_equal(column[key].values, np.array(COLUMNS["count"])[key])


def test_bytes_of_a_column_are_those_of_the_footer(tmp_path: Path) -> None:
    values = np.random.default_rng(3).random(400_000)
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"one": values, "other": values[::-1]}), path, row_group_size=100_000)
    with measured() as opening:
        cube = opened(path)
    assert opening.bytes_read < 300_000
    layout = cube.arrays["one"]
    stored = cube.stored("one", all_chunks(layout.grid()))
    assert layout.chunk == (100_000,)
    with measured() as traffic:
        cube.dataset["one"].load()
    assert sum(size or 0 for size in stored.sizes) == pytest.approx(traffic.bytes_read, rel=0.15)


def test_groups_of_uneven_rows_are_one_chunk(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with pq.ParquetWriter(path, pa.schema({"n": pa.int64()})) as out:
        for rows in (3, 5, 2):
            out.write_table(pa.table({"n": range(rows)}))
    cube = opened(path)
    assert cube.arrays["n"].chunk == (10,)
    assert [*cube.dataset.n.values] == [0, 1, 2, 0, 1, 2, 3, 4, 0, 1]


def test_nested_columns_and_shapes_are_problems_of_their_own() -> None:
    cube = opened(NAIP)
    assert cube.dataset.sizes["row"] == 5
    assert "shapes" in (cube.arrays["geometry"].problem or "")
    assert cube.arrays["id"].problem is None
    with pytest.raises(NotReadable, match="geometry"):
        cube.dataset["geometry"].load()
    assert [*cube.dataset["id"].values] == [*pq.read_table(NAIP, columns=["id"])["id"].to_pylist()]
    assert cube.dataset.attrs["crs"] == "EPSG:4326"


@pytest.mark.parametrize(
    ("name", "options"),
    [("a.gpkg", {"layer": "places"}), ("a.geojson", {}), ("a.fgb", {}), ("a.parquet", {})],
)
def test_every_form_of_vectors_tells_rows_columns_shapes_and_box(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    places(tmp_path / name, **options)
    path = tmp_path / name
    frame = geopandas.read_parquet(path) if path.suffix == ".parquet" else geopandas.read_file(path)
    cube = opened(path, kind="vector")
    assert cube.dataset.sizes["row"] == 3
    assert [*cube.dataset["size"].values] == [*frame["size"]]
    assert cube.dataset.attrs["bbox"] == [5, 50, 7, 52]
    assert "Point in" in cube.notes[0]
    assert "from 5, 50 to 7, 52" in cube.notes[0]


def test_layers_of_a_geopackage_are_groups(tmp_path: Path) -> None:
    for layer in ("one", "two"):
        places(tmp_path / "a.gpkg", layer=layer, mode="w" if layer == "one" else "a")
    assert opened(tmp_path / "a.gpkg").groups == ("two",)
    assert opened(tmp_path / "a.gpkg", "two").groups == ("one",)
    with pytest.raises(NotReadable, match="no layer three"):
        opened(tmp_path / "a.gpkg", "three")


def test_a_small_csv_is_a_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("station,value\nA,1.5\nB,\n")
    cube = opened(tmp_path / "a.csv")
    assert [*cube.dataset.station.values] == ["A", "B"]
    np.testing.assert_array_equal(cube.dataset.value.values, [1.5, np.nan])


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.parquet", b"PAR1 and no footer PAR1", "table"),
        ("a.parquet", b"<html>", "table"),
        ("a.parquet", b"", "vector"),
        ("a.gpkg", b"SQLite format 3\0 and no more", "vector"),
        ("a.geojson", json.dumps({"type": "FeatureCollection"})[:-3].encode(), "vector"),
        ("a.csv", b"a,b\n1\n", "table"),
        ("a.csv", b"", "table"),
        ("a.csv", "Höhe,°C\n1,2\n".encode("latin-1"), "table"),
    ],
)
def test_what_is_broken_says_so(tmp_path: Path, name: str, content: bytes, kind: Kind) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataDamaged) as raised:
        opened(tmp_path / name, kind=kind)
    assert raised.value.detail.endswith(".")
    with pytest.raises(DataMissing):
        opened(tmp_path / f"none-{name}", kind=kind)


def cell_of(path: Path, group: str | None) -> str:
    cube = CubeInMemory(xr.Dataset({"a": ("row", [1])}), {}, kind="vector")
    return code_of(Place(asset_at(path), group), cube, None).source


def elsewhere(folder: Path, secret: Path) -> Path:
    """A GeoPackage with a table that GDAL would read from another file."""
    with closing(sqlite3.connect(folder / "a.gpkg")) as database, database:
        database.execute("CREATE TABLE first (x)")
        database.execute("PRAGMA writable_schema = 1")
        told = f"CREATE VIRTUAL TABLE other USING virtualogr('{secret}')"
        database.execute("INSERT INTO sqlite_master VALUES ('table', 'other', 'other', 0, ?)", (told,))
    return folder / "a.gpkg"


def listing(folder: Path, secret: Path) -> Path:
    """What GDAL takes for a list of other files, whatever its name."""
    layer = f'<OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>'
    (folder / "a.geojson").write_text(f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>")
    return folder / "a.geojson"


def hidden(folder: Path, secret: Path) -> Path:
    """The same, with a beginning as of JSON."""
    path = listing(folder, secret)
    path.write_text('{"type": "FeatureCollection"}' + path.read_text())
    return path


def zipped(folder: Path, secret: Path) -> Path:
    with ZipFile(folder / "a.zip", "w") as archive:
        archive.write(listing(folder, secret), "a.vrt")
    (folder / "a.zip").rename(folder / "a.fgb")
    return folder / "a.fgb"


@pytest.mark.parametrize("made", [elsewhere, listing, hidden, zipped])
def test_a_file_of_vectors_leads_to_no_other_file(tmp_path: Path, made: Callable[[Path, Path], Path]) -> None:
    (tmp_path / "secret.csv").write_text("k,v\n1,secret\n")
    path = made(tmp_path, tmp_path / "secret.csv")
    for group in (None, "secret", "other"):
        with pytest.raises(NotReadable, match="not opened"):
            opened(path, group, kind="vector")
        # What was good when its code was made may be another file when that runs.
        with pytest.raises(NotReadable, match="not opened"):
            exec(cell_of(path, group))


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.fgb", "a.parquet"])
def test_the_code_of_a_file_of_vectors_reads_it(tmp_path: Path, name: str) -> None:
    frame = places(tmp_path / name)
    found: dict[str, Any] = {}
    exec(cell_of(tmp_path / name, None), found)
    read = found["df"].sort_values("size", ignore_index=True)
    assert read["size"].tolist() == frame["size"].tolist()
    assert read.geometry.geom_equals(frame.geometry).all()
    (tmp_path / name).unlink()
    with pytest.raises(DataMissing):
        exec(cell_of(tmp_path / name, None))


def test_what_can_only_be_read_whole_and_is_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    for name, size in (("a.csv", table_format.LARGEST_CSV), ("a.gpkg", vector_format.LARGEST)):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size + 1)
        with measured() as traffic, pytest.raises(NotReadable, match="whole") as raised:
            opened(tmp_path / name)
        assert traffic.bytes_read < 10
        assert "notebook" in (raised.value.hint or "")


def test_a_cancelled_read_of_a_column_stops(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"n": np.random.default_rng(1).random(200_000)}), path)
    cube = opened(path)
    with measured() as traffic:
        traffic.cancelled = True
        with pytest.raises(Cancelled):
            cube.dataset.n.load()
