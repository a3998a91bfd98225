"""Entry point of `eohub-storage-service`."""

import os
import sys

from eohub_storage.service.app import create_app
from eohub_storage.service.settings import StorageSettings
from eohub_toolkit.logs import configure_logs
from eohub_toolkit.service import run_service
from eohub_toolkit.settings import SettingsError, load


def main() -> None:
    """Serve until told to stop; a wrong setting ends with a sentence and exit code 1."""
    try:
        settings = load(StorageSettings, os.environ)
    except SettingsError as error:
        sys.exit(f"{error.detail} {error.hint or ''}".strip())
    configure_logs("storage", as_json=settings.json_logs)
    run_service(create_app(settings), port=settings.listening_port)


if __name__ == "__main__":
    main()
