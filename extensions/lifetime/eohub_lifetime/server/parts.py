"""The parts of the reporter, made once the server is up."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_runtime_dir

from eohub_lifetime.server.cpu import CpuMeter, seconds_used
from eohub_lifetime.server.dask_notes import FOLDER
from eohub_lifetime.server.gpu import GpuMeter, load_library
from eohub_lifetime.server.looking import ServerLooker
from eohub_lifetime.server.reporter import Reporter
from eohub_lifetime.server.service_api import ServiceApi
from eohub_lifetime.server.settings import ServerSettings
from eohub_toolkit.http import Client
from eohub_toolkit.settings import load


def make_reporter(server_app: Any, environ: Mapping[str, str]) -> Reporter:
    """A reporter for a ServerApp; raises SettingsError."""
    settings = load(ServerSettings, environ)
    looker = ServerLooker(
        server_app,
        cpu=CpuMeter(seconds_used, time.monotonic),
        gpu=GpuMeter(load_library()),
        notes=Path(jupyter_runtime_dir(), FOLDER),
        clock=time.time,
    )
    service = None
    if settings.url:
        client = Client(settings.url.rstrip("/") + "/")
        service = ServiceApi(client, settings.hub_token.get_secret_value())
    return Reporter(looker, service, clock=time.monotonic)
