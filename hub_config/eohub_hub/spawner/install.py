"""Make this spawner and its pages the hub's; nothing that others configured is lost."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from weakref import WeakSet

from eohub_hub.addresses import install_handlers
from eohub_hub.audit.event import Audit
from eohub_hub.isolation.probe import Walls, find_isolation, find_machine
from eohub_hub.spawner.admission import Admissions
from eohub_hub.spawner.form import PAGES
from eohub_hub.spawner.handlers import HANDLERS
from eohub_hub.spawner.home import private_folder
from eohub_hub.spawner.local import EohubLocalSpawner
from eohub_hub.spawner.mounts.tool import find_mount_tool
from eohub_hub.spawner.settings import Policies, Site, SpawnerSettings

_log = logging.getLogger(__name__)
MAXIMUM_NAMED_SERVERS = 100
"""Named servers of one person, stopped ones included: as many as a policy may let run, and no end of rows."""


def install_spawner(c: Any, settings: SpawnerSettings, policies: Policies, audit: Audit) -> Site:
    """Find out what this machine can do and set spawner and pages in JupyterHub's configuration.

    Call it after the login was installed: spawn page and REST calls come with the authenticator. Takes a
    second or two.
    """
    site = find_site(settings, policies, audit)
    for missing in site.isolation.missing:
        _log.warning("%s", missing)
    c.JupyterHub.spawner_class = spawner_for(site)
    install_pages(c)
    return site


def install_pages(c: Any) -> None:
    """Set the pages around a start, whatever starts servers."""
    c.JupyterHub.allow_named_servers = True
    c.JupyterHub.named_server_limit_per_user = MAXIMUM_NAMED_SERVERS
    c.JupyterHub.template_paths = [str(PAGES), *list_of(c.JupyterHub, "template_paths")]
    install_handlers(c, HANDLERS)


def find_site(settings: SpawnerSettings, policies: Policies, audit: Audit) -> Site:
    """Try walls and limits on this machine; the same for the hub and for `eohub doctor`."""
    walls = Walls(settings.state, settings.first_uid)
    private_folder(settings.servers)
    isolation = find_isolation(walls, _with_python(settings.environments))
    machine, cgroups = find_machine(isolation.mode, settings.instance)
    return Site(settings, policies, audit, walls, isolation, machine, cgroups, find_mount_tool())


def _with_python(environments: Mapping[str, Path]) -> Path:
    """The first environment that is there, which any server could be started with."""
    folders = list(environments.values())
    return next((folder for folder in folders if (folder / "bin" / "python").exists()), folders[0])


def spawner_for(site: Site) -> type[EohubLocalSpawner]:
    """The spawner of one site; JupyterHub makes its instances and tells them nothing of ours."""
    return type(
        "EohubLocalSpawner",
        (EohubLocalSpawner,),
        {"site": site, "every": WeakSet(), "admissions": Admissions()},
    )


def list_of(section: Any, name: str) -> list[str]:
    """The list that a section of the configuration holds so far."""
    return list(section[name]) if name in section else []
