"""Files of stac-geoparquet: every real item comes back, and strangers' files are read."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from eohub_catalogue.filters import TIMES
from eohub_catalogue.index.geoparquet_read import read_parquet
from eohub_catalogue.index.geoparquet_rows import MEMBERS
from eohub_catalogue.index.interval import moment
from eohub_catalogue.index.reading import Found, Text, Unreadable, documents_of
from eohub_catalogue.service.geoparquet_write import MOST_COLUMNS, ROWS_PER_GROUP, Layout, write_parquet
from eohub_toolkit.errors import Invalid

SHARED = Path(__file__).parents[5] / "shared/data/stac"

type Item = dict[str, Any]


def item(identity: object, **properties: object) -> Item:
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": identity,
        "geometry": {"type": "Point", "coordinates": [1, 2]},
        "bbox": [1, 2, 1, 2],
        "properties": {"datetime": "2024-01-01T00:00:00Z", **properties},
        "assets": {},
        "links": [],
    }


def write(path: Path, items: list[Item], collections: Item | None = None) -> list[str]:
    """Write the file; returns why items were left out."""
    layout = Layout()
    for one in items:
        layout.learn(one)
    return [
        done[1] for done in write_parquet(path, layout, collections or {}, items) if isinstance(done, tuple)
    ]


def read(path: Path) -> tuple[list[Item], list[Unreadable]]:
    found: list[Item] = []
    refused: list[Unreadable] = []
    for source in read_parquet(path, lambda _: None):
        for reading in documents_of(source) if isinstance(source, Text) else [source]:
            if isinstance(reading, Unreadable):
                refused.append(reading)
            else:
                found.append(dict(reading.document))
    return found, refused


def real_items() -> Iterator[Item]:
    assert SHARED.is_dir(), f"{SHARED} is missing"
    for path in sorted(SHARED.rglob("*.json")):
        document: object = json.loads(path.read_bytes())
        parts = document if isinstance(document, list) else [document]
        if isinstance(document, dict) and document.get("type") == "FeatureCollection":
            parts = document["features"]
        yield from (part for part in cast("list[Any]", parts) if _is_item(part))


def _is_item(part: object) -> bool:
    return isinstance(part, dict) and part.get("type") == "Feature" and "id" in part and "properties" in part


def test_all_real_items_go_through_one_file_and_come_back(tmp_path: Path) -> None:
    items = list(real_items())
    path = tmp_path / "all.parquet"
    assert write(path, items) == []
    back, refused = read(path)
    assert not refused
    assert len(items) >= 200
    property_names = {name for one in items for name in one["properties"]}
    for before, after in zip(items, back, strict=True):
        assert without_nulls(after) == expected(before, property_names), before["id"]
        assert after["geometry"] == before["geometry"]
        assert after["properties"]["datetime"] is None or "datetime" in before["properties"]


def expected(before: Item, property_names: set[str]) -> Item:
    """The item with the differences that decision 0017 names, and no other."""
    wanted = without_nulls(before)
    properties = wanted["properties"]
    for name in MEMBERS:
        properties.pop(name, None)
    for name in [name for name in wanted if name not in (*MEMBERS, "properties") and name in property_names]:
        properties.setdefault(name, wanted.pop(name))
    for name in TIMES:
        if (at := moment(properties.get(name))) is not None:
            properties[name] = time_of(at)
    return {"links": [], "assets": {}} | wanted


def time_of(microseconds: int) -> str:
    at = datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(microsecond=microseconds % 1_000_000)
    return at.isoformat().replace("+00:00", "Z")


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: without_nulls(inner) for name, inner in cast("Item", value).items() if inner is not None
        }
    return [without_nulls(inner) for inner in cast("list[Any]", value)] if isinstance(value, list) else value


def test_the_file_says_what_it_is_and_brings_its_collections(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write(path, [item("i")], {"c": {"type": "Collection", "id": "c"}})
    schema = pq.read_schema(path)
    geo = json.loads(schema.metadata[b"geo"])
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    assert geo["columns"]["geometry"]["geometry_types"] == ["Point"]
    assert geo["columns"]["geometry"]["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert json.loads(schema.metadata[b"stac-geoparquet"])["version"] == "1.1.0"
    assert schema.field("datetime").type == pa.timestamp("us", tz="UTC")
    back, _ = read(path)
    assert [one["id"] for one in back] == ["c", "i"]


def test_rows_are_written_in_groups_and_read_with_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write(path, [item(str(number)) for number in range(ROWS_PER_GROUP + 2)])
    assert pq.read_metadata(path).num_row_groups == 2
    sizes: list[int] = []
    texts = [source for source in read_parquet(path, sizes.append) if isinstance(source, Text)]
    assert texts[-1].where == f"{path}, row {ROWS_PER_GROUP + 2}"
    assert sum(sizes) == path.stat().st_size


def test_an_item_that_parquet_refuses_is_told_and_stops_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    reasons = write(path, [item("a"), item("b", title="\ud800"), item("c")])
    assert reasons == ["It holds a value that Parquet cannot express, such as half a character."]
    assert [one["id"] for one in read(path)[0]] == ["a", "c"]


def test_a_file_does_not_get_columns_without_end() -> None:
    layout = Layout()
    layout.learn(item("a"))
    with pytest.raises(Invalid, match="columns"):
        layout.learn(item("b", **{f"name{number}": 1 for number in range(MOST_COLUMNS)}))
    assert "name1" not in layout.schema({}).names


def test_a_property_that_is_a_time_only_sometimes_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write(path, [item("a", created="2024-01-01T00:00:00.5Z"), item("b", created="unknown")])
    assert [one["properties"]["created"] for one in read(path)[0]] == ["2024-01-01T00:00:00.5Z", "unknown"]


def test_no_items_make_a_file_without_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write(path, [])
    assert read(path)[1][0].reason == "It holds no STAC items: it has no column 'id'."


def test_a_file_from_before_the_layout_had_versions_is_read() -> None:
    back, refused = read(SHARED / "stac-geoparquet/naip.parquet")
    assert not refused
    assert len(back) == 5
    assert back[0]["bbox"] == pytest.approx([-100.004084, 34.934259, -99.933454, 35.00323], abs=1e-4)
    assert back[0]["properties"]["datetime"].endswith("Z")
    assert back[0]["properties"]["proj:shape"]
    assert set(back[0]["assets"]) >= {"image", "thumbnail"}


def test_the_types_of_other_writers_become_json(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    wkb = shapely.to_wkb(shapely.Point(1, 2))
    columns: dict[str, pa.Array] = {
        "id": pa.array(["a"]).dictionary_encode(),
        "geometry": pa.array([wkb], pa.large_binary()),
        "datetime": pa.array([1_704_067_200_123_456_789], pa.timestamp("ns", tz="UTC")),
        "day": pa.array([date(2024, 1, 2)]),
        "price": pa.array([Decimal("1.50")]),
        "nothing": pa.array([float("nan")]),
        "proj:geometry": pa.array([wkb]),
        "checksum": pa.array([b"\x01\x02"]),
        "tags": pa.array([[("a", 1), ("b", None)]], pa.map_(pa.string(), pa.int64())),
        "seen": pa.array([[datetime(2024, 1, 1, tzinfo=UTC)]], pa.list_(pa.timestamp("ms", tz="UTC"))),
        "empty": pa.nulls(1),
        "__index_level_0__": pa.array([0]),
    }
    pq.write_table(pa.table(columns), path)
    (back,), refused = read(path)
    assert not refused
    assert back["geometry"] == {"type": "Point", "coordinates": [1.0, 2.0]}
    assert back["properties"] == {
        "datetime": "2024-01-01T00:00:00.123456Z",
        "day": "2024-01-02",
        "price": 1.5,
        "proj:geometry": {"type": "Point", "coordinates": [1.0, 2.0]},
        "checksum": "0102",
        "tags": {"a": 1},
        "seen": ["2024-01-01T00:00:00Z"],
    }


def test_what_is_no_geometry_is_told_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": ["a", "b"], "geometry": [b"x", None]}), path)
    back, refused = read(path)
    assert refused == [Unreadable(f"{path}, row 1", "Its geometry is not WKB.")]
    assert [one["id"] for one in back] == ["b"]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"{}", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    found, (told,) = read(path)
    assert not found
    assert told.reason in (
        "It is not a Parquet file, or it is damaged.",
        "It cannot be read: it is damaged.",
    )


def test_a_truncated_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write(path, [item(str(number)) for number in range(50)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] + whole[len(whole) // 2 + 100 :])
    found, refused = read(path)
    assert refused
    assert not [one for one in found if one.get("id") is None]


def test_a_file_with_damaged_names_of_columns_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write(path, [item("a")])
    path.write_bytes(path.read_bytes().replace(b"geometry", b"\xff" * len(b"geometry"), 1))
    found, (told,) = read(path)
    assert not found
    assert told.reason == "It is not a Parquet file, or it is damaged."


def test_a_file_that_is_not_there_and_a_table_of_something_else_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    (told,) = read_parquet(path, lambda _: None)
    assert isinstance(told, Unreadable)
    assert told.reason.startswith("It cannot be read: ")
    pq.write_table(pa.table({"id": ["a"]}), path)
    assert read(path)[1][0].reason == "It holds no STAC items: it has no column 'geometry'."


def test_odd_metadata_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"id": ["a"], "geometry": pa.nulls(1, pa.binary())})
    odd = {
        "stac-geoparquet": "{broken",
        "eohub": "[]",
        "stac:collection": '{"id": "c", "type": "Collection"}',
    }
    pq.write_table(table.replace_schema_metadata(odd), path)
    sources = list(read_parquet(path, lambda _: None))
    assert isinstance(sources[0], Found)
    assert sources[0].document["id"] == "c"
    assert len(sources) == 2
