"""The configuration that the hub would run with, made without starting anything."""

from collections.abc import Mapping
from pathlib import Path

from traitlets.config import Config
from traitlets.config.loader import ConfigError, PyFileConfigLoader

from eohub_hub.audit.event import AuditEvent
from eohub_hub.local.errors import BrokenState
from eohub_hub.local.hub_process import hub_variables
from eohub_hub.local.services import Addresses
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import PROJECT
from eohub_hub.settings import HubSettings, load_parts
from eohub_toolkit.errors import EohubError
from eohub_toolkit.settings import load

_PARTS = ("00-hub", "10-login", "16-exchange", "20-access", "40-services", "45-admin", "50-local")
"""Those that only say things; the others try walls, open databases, or write into the audit log."""


class UnwrittenAudit:
    """Takes events for a configuration that is only looked at."""

    def record(self, event: AuditEvent) -> None:
        """Write nothing down: nothing happens."""


def effective_configuration(environ: Mapping[str, str], state: StateFolder, at: Addresses) -> Config:
    """What the parts of this stack's configuration say; raises EohubError, OSError."""
    settings = load(HubSettings, hub_variables(environ, state, at))
    c = Config()
    folder = PROJECT / "hub_config" / "jupyterhub_config.d"
    load_parts(c, settings, folder, only=_PARTS, audit=UnwrittenAudit())
    return c


def configuration_in(file: Path) -> Config:
    """What somebody's own JupyterHub configuration file says: it is run; raises BrokenState."""
    try:
        return PyFileConfigLoader(file.name, path=str(file.parent)).load_config()
    except EohubError:
        raise
    except (Exception, SystemExit) as error:
        missing = isinstance(error, ConfigError | FileNotFoundError)
        why = "there is no such file" if missing else f"{type(error).__name__}: {error}"
        raise BrokenState(f"{file} cannot be loaded: {why}.", hint="Mend it.") from error
