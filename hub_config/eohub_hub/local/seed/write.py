"""Writes the cubes and their descriptions. Runs with the Python of the users' environment:

`python -m eohub_hub.local.seed.write --source FOLDER --target s3://climate --documents FOLDER`

Where S3 is and who writes is in the AWS_* variables. Run again, it leaves alone what is whole and current.
"""

import argparse
import json
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import fsspec
import xarray as xr
import zarr

from eohub_hub.local.seed.cubes import COLLECTIONS, CUBES
from eohub_hub.local.seed.dataset import digest_of, open_source, zarr_encoding
from eohub_hub.local.seed.describe import collection_of, item_of

DIGEST = "content_digest"
"""Attribute of a cube's root that says which content it has."""


def main(arguments: Sequence[str]) -> None:
    """Write every cube, then the documents: what is not whole is described nowhere."""
    parser = argparse.ArgumentParser(description="Write EOHub's first cubes and their STAC documents.")
    parser.add_argument(
        "--source", type=Path, required=True, help="the folder sample_data of iris-sample-data"
    )
    parser.add_argument("--target", required=True, help="URL of a folder that fsspec can write to")
    parser.add_argument(
        "--documents", type=Path, required=True, help="folder for items.ndjson, collections.ndjson"
    )
    options = parser.parse_args(arguments)
    items: list[dict[str, Any]] = []
    for number, cube in enumerate(CUBES, 1):
        dataset = open_source(cube, options.source)
        href = f"{options.target.rstrip('/')}/{cube.id}.zarr"
        done = "Wrote" if write_cube(dataset, href) else "Kept"
        items.append(item_of(cube, dataset, href, stored_bytes(href)))
        print(f"{done} cube {number} of {len(CUBES)}: {cube.title}", flush=True)
    collections = [
        collection_of(COLLECTIONS[name], [item for item in items if item["collection"] == name])
        for name in COLLECTIONS
    ]
    _write_lines(options.documents / "collections.ndjson", collections)
    _write_lines(options.documents / "items.ndjson", items)


def write_cube(dataset: xr.Dataset, href: str) -> bool:
    """Write a cube as zarr v3 unless it is there already; says whether it was written.

    The consolidated metadata come last. Until then the cube does not open as the catalogue says it does, and
    the next call writes it from scratch.
    """
    digest = digest_of(dataset)
    if _digest_at(href) == digest:
        return False
    marked = dataset.assign_attrs({DIGEST: digest})
    marked.to_zarr(href, mode="w", zarr_format=3, consolidated=False, encoding=zarr_encoding(dataset))
    with warnings.catch_warnings():
        # Not in the zarr v3 specification yet, but it makes opening one request instead of one per variable.
        warnings.filterwarnings("ignore", message="Consolidated metadata")
        zarr.consolidate_metadata(href, zarr_format=3)
    return True


def stored_bytes(href: str) -> int:
    """Size of everything below `href`."""
    filesystem, path = fsspec.url_to_fs(href)
    filesystem.invalidate_cache()
    return int(filesystem.du(path))


def _digest_at(href: str) -> str | None:
    try:
        found = zarr.open_consolidated(href, mode="r", zarr_format=3).attrs.get(DIGEST)
    except (FileNotFoundError, ValueError):  # none, or one that was not finished
        return None
    return str(found)


def _write_lines(path: Path, documents: Sequence[dict[str, Any]]) -> None:
    lines = (json.dumps(document, ensure_ascii=False) + "\n" for document in documents)
    beside = path.with_suffix(".part")
    beside.write_text("".join(lines), "utf-8")
    beside.replace(path)


if __name__ == "__main__":
    main(sys.argv[1:])
