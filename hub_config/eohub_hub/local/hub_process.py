"""The hub as a child of `eohub up`: its environment, its start and its end."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from eohub_hub.local.processes import MARK
from eohub_hub.local.secret_store import Secret
from eohub_hub.local.services import Addresses
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import PROJECT, Tools

_FIXED_PATH = "/usr/local/bin:/usr/bin:/bin"
_KEPT = ("HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER", "LOGNAME")
_HUB_PREFIX = "EOHUB_HUB_"


def hub_environment(
    environ: Mapping[str, str], state: StateFolder, at: Addresses, tools: Tools
) -> dict[str, str]:
    """The hub's whole environment: the little that is kept of the caller's, and the hub's settings.

    Nothing else of the caller's environment passes, so that no proxy or Python setting of a shell leaks in.
    Raises BrokenState before the first start.
    """
    kept = {name: environ[name] for name in _KEPT if name in environ}
    fixed = {
        MARK: state.instance,
        "PATH": f"{tools.python.parent}:{_FIXED_PATH}",
        "PYTHONUNBUFFERED": "1",
    }
    return kept | hub_variables(environ, state, at) | fixed


def hub_variables(environ: Mapping[str, str], state: StateFolder, at: Addresses) -> dict[str, str]:
    """The hub's settings: those of this stack, which the caller's EOHUB_HUB_* may override."""
    given = {name: value for name, value in environ.items() if name.startswith(_HUB_PREFIX)}
    found = {
        "EOHUB_HUB_PUBLIC_URL": at.public,
        "EOHUB_HUB_ISSUER": at.issuer,
        "EOHUB_HUB_CLIENT_SECRET_FILE": str(state.secrets / Secret.LOGIN),
        "EOHUB_HUB_PEOPLE_DATABASE_URL": f"sqlite:///{state.root}/hub/people.sqlite",
        "EOHUB_HUB_POLICY_FOLDER": str(PROJECT / "spawner_profiles"),
        "EOHUB_HUB_STORAGE_URL": at.storage,
        "EOHUB_HUB_S3_URL": at.s3,
        "EOHUB_HUB_CATALOGUE_URL": at.catalogue,
        "EOHUB_HUB_LIFETIME_URL": at.lifetime,
    }
    return found | given | {"EOHUB_STATE_DIR": str(state.root)}


def start_hub(
    environment: Mapping[str, str], folder: Path, tools: Tools, log: BinaryIO
) -> "subprocess.Popen[bytes]":
    """Start the hub in a session of its own, so that Ctrl-C reaches only `eohub up`."""
    configuration = PROJECT / "hub_config" / "jupyterhub_config.py"
    return subprocess.Popen(
        [str(tools.python), "-m", "eohub_hub.local", "-f", str(configuration)],
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        umask=0o077,
    )


def how_it_ended(returncode: int) -> str:
    """The end of a process in words."""
    if returncode < 0:
        return f"was killed by signal {-returncode}"
    return f"ended with exit code {returncode}"
