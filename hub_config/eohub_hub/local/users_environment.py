"""The environment that a first start makes, as this checkout makes it."""

from collections.abc import Callable

from eohub_hub.local.environment import Uv, make_environment
from eohub_hub.local.environments.manifest import load_manifest
from eohub_hub.local.environments.recipes import recipe_of
from eohub_hub.local.errors import BrokenState
from eohub_hub.local.state import ENVIRONMENT, StateFolder
from eohub_hub.local.tools import PROJECT, Tools


def make_users_environment(state: StateFolder, tools: Tools, report: Callable[[str], None]) -> bool:
    """Make or renew the environment, and say whether there was anything to do; see `make_environment`."""
    manifest = load_manifest(PROJECT / "kernels")
    known = manifest.known(ENVIRONMENT)
    if known is None:
        raise BrokenState(f"The manifest of environments has no {ENVIRONMENT}.")
    recipe = recipe_of(known, manifest, PROJECT)
    return make_environment(state.environment, recipe, uv=Uv(tools.beside_python("uv")), report=report)
