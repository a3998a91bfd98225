"""stac-api-validator finds nothing wrong with the API."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.stac_many import box
from fakes.stac_service import catalogue_service, json_lines
from fakes.token_hub import token_hub

VALIDATOR = Path(__file__).parents[1] / "fakes" / "validator_offline.py"
ARTIFACTS = Path(__file__).parents[2] / "artifacts"
TOKEN, SCOPE = "a" * 32, "custom:catalogue:write"
COUNT = 150
COLLECTION: dict[str, Any] = {
    "type": "Collection",
    "stac_version": "1.1.0",
    "id": "scenes",
    "title": "Scenes",
    "description": "Made for a test",
    "license": "CC0-1.0",
    "extent": {
        "spatial": {"bbox": [[-180, -90, 180, 90]]},
        "temporal": {"interval": [["2000-01-01T00:00:00Z", None]]},
    },
    "links": [],
}
PLACE = json.dumps(box(-5, -5, 15, 15))
CLASSES = {
    "core": "core",
    "collections": "collections",
    "features": "features",
    "item-search": "item-search",
    "filter": "filter",
    "sort": "item-search#sort",
    "fields": "item-search#fields",
    "transaction": "transaction",
}


def item(number: int) -> dict[str, Any]:
    west = -170 + number * 2
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": f"scene-{number:03}",
        "collection": "scenes",
        "geometry": box(west, 0, west + 1, 1),
        "bbox": [west, 0, west + 1, 1],
        "properties": {
            "datetime": f"20{number % 25:02}-03-04T05:06:07Z",
            "eo:cloud_cover": number % 100 + 0.5,
            "gsd": 10,
        },
        "links": [],
        "assets": {"data": {"href": f"./scene-{number:03}.tif", "roles": ["data"]}},
    }


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("validated")
    file = folder / "documents.ndjson"
    file.write_text(json_lines([COLLECTION, *map(item, range(COUNT))]))
    with token_hub({TOKEN: [SCOPE]}) as hub, catalogue_service(folder, hub_api_url=hub) as running:
        assert running.store(file).returncode == 0
        yield running.root


def validated(root: str, *conformance: str) -> str:
    classes = [part for name in conformance for part in ("--conformance", name)]
    command = [sys.executable, str(VALIDATOR), "--root-url", root, *classes]
    command += ["--collection", "scenes", "--geometry", PLACE, "--transaction-collection", "scenes"]
    command += ["--fields-nested-property", "properties.eo:cloud_cover", "--auth-bearer-token", TOKEN]
    done = subprocess.run(
        [*command, "--validate-pagination"],
        capture_output=True,
        text=True,
        timeout=580,
        # Nothing here needs another host, and what is asked for should fail at once and not after a minute.
        env=os.environ | {"https_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1"},
    )
    ARTIFACTS.mkdir(exist_ok=True)
    said = f"$ stac-api-validator {' '.join(conformance)}\n{done.stdout}\n{done.stderr[-3_000:]}\n"
    (ARTIFACTS / f"stac-api-validator-{re.sub(r'[^a-z]', '-', '-'.join(conformance))}.txt").write_text(said)
    assert "Traceback" not in done.stderr, done.stderr[-3_000:]
    return done.stdout


@pytest.mark.parametrize("name", CLASSES)
def test_the_validator_finds_no_error(root: str, name: str) -> None:
    said = validated(root, *dict.fromkeys(["core", CLASSES[name]]))
    assert "Errors: none" in said, said
