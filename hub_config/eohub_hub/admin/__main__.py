"""Entry point of `eohub-admin-service`."""

import asyncio
import os
import sys

from eohub_hub.admin.app import serve
from eohub_hub.admin.settings import AdminSettings
from eohub_toolkit.settings import SettingsError, load


def main() -> None:
    """Serve until told to stop; a wrong setting ends with a sentence and exit code 1."""
    try:
        settings = load(AdminSettings, os.environ)
    except SettingsError as error:
        sys.exit(f"{error.detail} {error.hint or ''}".strip())
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
