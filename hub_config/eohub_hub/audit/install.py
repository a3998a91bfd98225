"""Open the log that the settings name and answer at its address."""

import logging
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from jupyterhub.auth import Authenticator

from eohub_hub.addresses import install_handlers
from eohub_hub.audit.acts import log_function
from eohub_hub.audit.calm import Calm
from eohub_hub.audit.event import SYSTEM, Action, AuditEvent, AuditUnavailable
from eohub_hub.audit.files import head_file
from eohub_hub.audit.handlers import AuditBook, AuditCalls
from eohub_hub.audit.log import AuditLog
from eohub_hub.audit.logins import with_audited_logins
from eohub_toolkit.errors import Invalid

_MIB = 1024**2


class AuditSettings(Protocol):
    """What the log needs of the hub's settings."""

    audit_folder: Path | None
    audit_head_copy: Path | None
    audit_file_mebibytes: int
    state_folder: Path | None


def open_audit(settings: AuditSettings) -> AuditBook:
    """The log of this hub, not written to before its first event; raises Invalid where it has no place."""
    folder = audit_folder(settings)
    log = AuditLog(
        folder,
        head_file(folder),
        largest_bytes=settings.audit_file_mebibytes * _MIB,
        copies=() if settings.audit_head_copy is None else (settings.audit_head_copy,),
        complain=logging.getLogger(__name__).error,
    )
    return Calm(log, time.monotonic)


def audit_folder(settings: AuditSettings) -> Path:
    """Where the lines are; raises Invalid where neither setting says it."""
    if settings.audit_folder is not None:
        return settings.audit_folder
    if settings.state_folder is None:
        raise Invalid("EOHUB_HUB_AUDIT_FOLDER is not set.", hint="Set it to a folder that outlives the hub.")
    return settings.state_folder / "audit"


def install_audit(c: Any, audit: AuditBook) -> None:
    """Write down that the hub starts, which also repairs what a crash has left; logins, logouts and acts of
    administrators from now on; and answer services.

    Call it after the login was installed: the address comes with the authenticator. A full disk keeps the
    hub from nothing here: people's running servers need it.
    """
    with suppress(AuditUnavailable):
        audit.record(AuditEvent(Action.HUB_STARTED, SYSTEM, "hub"))
    authenticator = c.JupyterHub.get("authenticator_class")
    if isinstance(authenticator, type) and issubclass(authenticator, Authenticator):
        c.JupyterHub.authenticator_class = with_audited_logins(authenticator, audit)
    held = c.JupyterHub.get("tornado_settings", {})
    c.JupyterHub.tornado_settings = {**held, "log_function": log_function(audit)}
    install_handlers(c, [(r"/api/eohub/audit", AuditCalls, {"audit": audit})])
