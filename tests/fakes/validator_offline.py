"""stac-api-validator as it is, but with the schemas of STAC that pystac carries, not those on the web."""

import functools
import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pystac.validation
from stac_api_validator.__main__ import main
from stac_validator import utilities

_SCHEMAS = Path(str(pystac.validation.__file__)).parent / "jsonschemas"
_FOLDERS = {"schemas.stacspec.org": _SCHEMAS / "stac-spec" / "v1.1.0", "geojson.org": _SCHEMAS / "geojson"}


@functools.cache
def _carried(address: str) -> Any:
    parts = urlsplit(address)
    return json.loads((_FOLDERS[str(parts.hostname)] / Path(parts.path).name).read_text("utf-8"))


if __name__ == "__main__":
    utilities._schema_cache = _carried  # type: ignore[assignment]
    logging.getLogger("stac_validator").setLevel(logging.WARNING)
    main(prog_name="stac-api-validator")
