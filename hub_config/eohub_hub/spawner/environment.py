"""The environment variables of a user's server: these and no others. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from eohub_hub.isolation.walls import Isolation
from eohub_hub.spawner.mounts.order import STATUS_FILE
from eohub_hub.spawner.process import INSTANCE_VARIABLE, SERVER_VARIABLE
from eohub_hub.spawner.settings import SpawnerSettings

KEPT = ("LANG", "LC_ALL", "TZ")
"""What passes from the hub's own environment."""
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
_RUNTIME = "/tmp/jupyter"  # noqa: S108 this /tmp is the server's own


def server_environment(
    settings: SpawnerSettings,
    environment: Path,
    home: Path,
    facts: Path,
    *,
    account_name: str,
    server: str,
) -> dict[str, str]:
    """Variables that say where the server lives and where data, keys and catalogues are; no secret is among
    them."""
    return {
        "LANG": "C.UTF-8",
        "PATH": f"{environment}/bin:{_SYSTEM_PATH}",
        "HOME": str(home),
        "USER": account_name,
        "LOGNAME": account_name,
        "SHELL": "/bin/bash",
        "AWS_CONFIG_FILE": str(facts / "aws-config"),
        "EOHUB_STORAGE_URL": settings.storage_url,
        **({"EOHUB_LIFETIME_SERVER_URL": settings.lifetime_url} if settings.lifetime_url else {}),
        "EOHUB_DRIVE_MOUNTS_FILE": str(facts / STATUS_FILE),
        "EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps([asdict(each) for each in settings.catalogues]),
        "EOHUB_CATALOGUE_SERVER_S3_URL": settings.s3_url,
        INSTANCE_VARIABLE: settings.instance,
        SERVER_VARIABLE: server,
        **settings.variables,
    }


TERMINALS = "--ServerApp.terminado_settings=shell_command=/bin/bash"
"""It would be a login shell, whose PATH is the machine's and lacks the environment's programs."""


def from_hub(variables: Mapping[str, str], site: Mapping[str, object]) -> dict[str, str]:
    """What JupyterHub's own variables leave for a server: its `JUPYTERHUB_*`, the kept ones and the site's.

    `site` is `c.Spawner.environment`. The old names of the token (`JPY_API_TOKEN`) are not passed on.
    """
    return {
        name: value
        for name, value in variables.items()
        if name.startswith("JUPYTERHUB_") or name in KEPT or name in site
    }


def temporary_folders(isolation: Isolation, temporary: Path) -> dict[str, str]:
    """Where a server keeps what goes with it; within walls /tmp is its own.

    Sockets of kernels lie in the runtime folder, and the address of a socket has 107 bytes at most (unix(7)).
    """
    return {"JUPYTER_RUNTIME_DIR": _RUNTIME} if isolation.separates_accounts else {"TMPDIR": str(temporary)}


def kernel_arguments(isolation: Isolation, *, by_ports: bool = False) -> tuple[str, ...]:
    """Have a server and its kernels talk through sockets in the file system, where no other account comes.

    Without walls there is one person only, and no short path: kernels keep to TCP, encrypted where they can,
    as in an environment with kernels that know only ports (`by_ports`).
    """
    return ("--KernelManager.transport=ipc",) if isolation.separates_accounts and not by_ports else ()
