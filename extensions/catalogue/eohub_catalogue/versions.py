"""Items of old STAC versions, brought up to date for reading."""

import copy
import re
from collections.abc import Mapping
from typing import Any, Final, cast

from eohub_catalogue.reading import mapping

STAC_VERSION: Final = "1.1.0"
"""What is written here follows."""

_BEFORE_1_0: Final = re.compile(r"^0\.\d|^1\.0\.0-")


def up_to_date(item: object) -> Mapping[str, object]:
    """The item as STAC 1 writes it, where it follows a version from before 1.0; itself otherwise.

    The item that is given stays as it is. What pystac cannot bring up to date is read as it came.
    """
    raw = mapping(item)
    version = raw.get("stac_version")
    if not isinstance(version, str) or not _BEFORE_1_0.match(version):
        return raw
    # Old items are rare, and pystac takes a while to import.
    from pystac.serialization import identify_stac_object, migrate_to_latest

    try:
        changed = cast("dict[str, Any]", copy.deepcopy(raw))
        migrated = migrate_to_latest(changed, identify_stac_object(changed))
    except Exception:  # whatever a catalogue writes, pystac may raise anything
        return raw
    return mapping(migrated)
