"""Entry point of `eohub-lifetime-service`."""

import os
import sys

from eohub_lifetime.service.app import create_app
from eohub_lifetime.service.settings import LifetimeSettings
from eohub_toolkit.logs import configure_logs
from eohub_toolkit.service import run_service
from eohub_toolkit.settings import SettingsError, load


def main() -> None:
    """Serve until told to stop; a wrong setting ends with a sentence and exit code 1."""
    try:
        settings = load(LifetimeSettings, os.environ)
    except SettingsError as error:
        sys.exit(f"{error.detail} {error.hint or ''}".strip())
    configure_logs("lifetime", as_json=settings.json_logs)
    run_service(create_app(settings), port=settings.listening_port)


if __name__ == "__main__":
    main()
