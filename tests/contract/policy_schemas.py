"""The JSON Schemas that are committed for editors. Run as a script, it writes them."""

from pathlib import Path

import eohub_profiles
from eohub_profiles.schemas import KINDS, schema_text

FOLDER = Path(eohub_profiles.__file__).parent / "json_schemas"


def main() -> None:
    """Write every schema."""
    FOLDER.mkdir(exist_ok=True)
    for kind in KINDS:
        (FOLDER / f"{kind}.json").write_text(schema_text(kind), "utf-8")


if __name__ == "__main__":
    main()
