"""The environment variables of a user's server: these and no others. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from eohub_hub.spawner.process import INSTANCE_VARIABLE, SERVER_VARIABLE
from eohub_hub.spawner.settings import SpawnerSettings

KEPT = ("LANG", "LC_ALL", "TZ")
"""What passes from the hub's own environment."""
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


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
        "EOHUB_CATALOGUE_SERVER_CATALOGUES": json.dumps([asdict(each) for each in settings.catalogues]),
        INSTANCE_VARIABLE: settings.instance,
        SERVER_VARIABLE: server,
        **settings.variables,
    }


def from_hub(variables: Mapping[str, str], site: Mapping[str, object]) -> dict[str, str]:
    """What JupyterHub's own variables leave for a server: its `JUPYTERHUB_*`, the kept ones and the site's.

    `site` is `c.Spawner.environment`. The old names of the token (`JPY_API_TOKEN`) are not passed on.
    """
    return {
        name: value
        for name, value in variables.items()
        if name.startswith("JUPYTERHUB_") or name in KEPT or name in site
    }


def aws_config(settings: SpawnerSettings, environment: Path) -> str:
    """The AWS configuration of a server: where S3 is, and the program that fetches keys when they are
    needed."""
    return (
        "[default]\n"
        f"region = {settings.s3_region}\n"
        f"endpoint_url = {settings.s3_url}\n"
        "s3 =\n"
        "    addressing_style = path\n"
        f"credential_process = {environment}/bin/eohub-credentials\n"
    )
