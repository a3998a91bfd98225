"""The environment of users' servers as this checkout makes it: kernel lock and wheels in `dist/`."""

import sys
from collections.abc import Callable
from pathlib import Path

from eohub_hub.local.environment import Recipe, make_environment
from eohub_hub.local.errors import ToolMissing
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import PROJECT, Tools

POD_HALVES = ("eohub_toolkit", "eohub_storage", "eohub_catalogue")
"""What of EOHub runs in a user's server."""


def recipe(project: Path = PROJECT) -> Recipe:
    """What the environment is made of; raises ToolMissing for a wheel that was not built."""
    wheels = [wheel for name in POD_HALVES for wheel in sorted((project / "dist").glob(f"{name}-*.whl"))[-1:]]
    if len(wheels) < len(POD_HALVES):
        raise ToolMissing("EOHub's own packages for notebooks are not built.", hint="Run `make build`.")
    return Recipe(kernel=project / "kernels" / "eo", wheels=tuple(wheels), python=Path(sys.executable))


def make_users_environment(state: StateFolder, tools: Tools, report: Callable[[str], None]) -> bool:
    """Make or renew the environment, and say whether there was anything to do; see `make_environment`."""
    return make_environment(state.environment, recipe(), uv=tools.beside_python("uv"), report=report)
