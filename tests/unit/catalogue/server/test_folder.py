"""Documents in files: read once, known again by time and size."""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes.catalogue_documents import an_item

from eohub_catalogue.index.reading import Found, Unreadable
from eohub_catalogue.server.folder import FileDocuments, earth_data_hub_files, stac_files
from eohub_catalogue.service.geoparquet_write import Layout, write_parquet
from eohub_toolkit.errors import Unavailable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "stac" / "sub").mkdir(parents=True)
    (tmp_path / "stac" / "one.json").write_text(json.dumps(an_item("one")))
    (tmp_path / "stac" / "sub" / "many.ndjson").write_text(
        "\n".join(json.dumps(an_item(n)) for n in ("a", "b"))
    )
    (tmp_path / "stac" / "notes.txt").write_text("no document")
    return tmp_path / "stac"


def zipped(folder: Path) -> Path:
    target = folder.parent / "stac.zip"
    with zipfile.ZipFile(target, "w") as packed:
        for path in sorted(folder.rglob("*")):
            packed.write(path, path.relative_to(folder))
    return target


async def read_all(documents: FileDocuments) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for address in await documents.beginning():
        read = await documents.read(address, None)
        assert read is not None
        found[address] = [
            each.document["id"] if isinstance(each, Found) else each.reason for each in read.readings
        ]
    return found


@pytest.mark.parametrize("packed", [False, True])
async def test_every_file_with_documents_is_read(folder: Path, packed: bool) -> None:
    documents = stac_files(zipped(folder) if packed else folder)
    assert await read_all(documents) == {"one.json": ["one"], "sub/many.ndjson": ["a", "b"]}
    await documents.close()


async def test_stac_geoparquet_is_read_from_a_folder_and_named_in_a_zip_file(folder: Path) -> None:
    collection = {"type": "Collection", "id": "c", "description": "d"}
    layout, items = Layout(), [an_item("p"), an_item("q")]
    for each in items:
        layout.learn(each)
    assert list(write_parquet(folder / "items.parquet", layout, {"c": collection}, items)) == [2]
    (folder / "broken.geoparquet").write_bytes(b"PAR1")
    found = await read_all(stac_files(folder))
    assert found["items.parquet"] == ["c", "p", "q"]
    assert found["broken.geoparquet"] == ["It is not a Parquet file, or it is damaged."]
    documents = stac_files(zipped(folder))
    (reason,) = (await read_all(documents))["items.parquet"]
    assert reason.endswith("unpack it.")
    await documents.close()


@pytest.mark.parametrize("documents_in", [stac_files, earth_data_hub_files])
async def test_files_that_go_or_become_folders_or_links_after_they_were_listed_are_named(
    tmp_path: Path, documents_in: Callable[[Path], FileDocuments]
) -> None:
    names = [
        "a.json",
        "b.ndjson",
        "c.parquet",
        "x/__item__.yaml",
        "y/__item__.yaml",
        "z.json",
        "d.json",
        "d.parquet",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    documents = documents_in(tmp_path)
    listed = await documents.beginning()
    for name in names:
        (tmp_path / name).unlink()
        if name[0] in "yz":
            (tmp_path / name).mkdir()
        if name[0] == "d":
            (tmp_path / name).symlink_to("/etc/hosts")
    for name in listed:
        read = await documents.read(name, None)
        assert read is not None
        (told,) = read.readings
        assert isinstance(told, Unreadable)
        assert str(tmp_path) not in told.reason


async def test_a_file_is_read_again_only_when_it_has_changed(folder: Path) -> None:
    documents = stac_files(folder)
    await documents.beginning()
    read = await documents.read("one.json", None)
    assert read is not None
    await documents.beginning()
    assert await documents.read("one.json", read.stamp) is None
    os.utime(folder / "one.json", (1, 1))
    await documents.beginning()
    assert await documents.read("one.json", read.stamp) is not None


async def test_relative_addresses_lead_to_files_beside(folder: Path) -> None:
    documents = stac_files(folder)
    assert documents.resolved("sub/many.ndjson", "../a.tif") == str(folder / "a.tif")
    assert documents.resolved("sub/many.ndjson", "./b/a.tif") == str(folder / "sub" / "b" / "a.tif")
    assert documents.place("one.json") == str(folder / "one.json")
    for href in ("../../../etc/passwd", "s3://bucket/a", "https://example.org/a", "/data/a.tif", ""):
        assert documents.resolved("sub/many.ndjson", href) == href


async def test_a_folder_that_is_gone_is_a_sentence(folder: Path) -> None:
    documents = stac_files(folder / "moved")
    with pytest.raises(Unavailable, match="not there any more"):
        await documents.beginning()


EVIL = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (EVIL, "not YAML"),
        ("a: [", "not YAML"),
        ("- 1", "neither an item"),
        ("", "neither an item"),
        ("!!python/object/apply:os.system ['true']", "not YAML"),
        ("\x00", "not YAML"),
        ("a: !!set {x, y}", "not YAML"),
        ("a: !!binary aGVsbG8=", "not YAML"),
        ("a: !!timestamp 2015-01-01", "not YAML"),
        ("? [a]\n: 1", "not YAML"),
        ("x" * 5_000_000, "larger than"),
    ],
)
async def test_yaml_that_cannot_be_used_is_a_reason(tmp_path: Path, body: str, reason: str) -> None:
    (tmp_path / "edh").mkdir()
    (tmp_path / "edh" / "__item__.yaml").write_text(body)
    documents = earth_data_hub_files(tmp_path / "edh")
    await documents.beginning()
    read = await documents.read("__item__.yaml", None)
    assert read is not None
    (only,) = read.readings
    assert isinstance(only, Unreadable)
    assert reason in only.reason


async def test_times_in_yaml_stay_texts_and_names_come_from_folders(tmp_path: Path) -> None:
    place = tmp_path / "edh" / "twin" / "cube"
    place.mkdir(parents=True)
    (place / "__item__.yaml").write_text(
        "properties:\n  start_datetime: 2015-01-01T00:00:00Z\n  day: 2015-01-01\n"
        "  clock: 1:30:00\n  steps: 12\n  size: 1.5\n  scale: 1e-3\n  missing: .nan\n  fine: true\n"
    )
    (place.parent / "__collection__.yaml").write_text("title: Twin\n")
    documents = earth_data_hub_files(tmp_path / "edh")
    assert await documents.beginning() == ["twin/__collection__.yaml", "twin/cube/__item__.yaml"]
    read = await documents.read("twin/cube/__item__.yaml", None)
    assert read is not None
    (found,) = read.readings
    assert isinstance(found, Found)
    assert found.document["properties"] == {
        "start_datetime": "2015-01-01T00:00:00Z",
        "day": "2015-01-01",
        "clock": "1:30:00",
        "steps": 12,
        "size": 1.5,
        "scale": 0.001,
        "missing": ".nan",
        "fine": True,
    }
    assert (found.document["id"], found.document["collection"]) == ("cube", "twin")
