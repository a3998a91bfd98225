"""What each environment is made of in this checkout: folders of `kernels/`, and our own wheels in `dist/`."""

import sys
from pathlib import Path

from eohub_hub.local.environment import Layer, Recipe
from eohub_hub.local.environments.manifest import Known, Manifest
from eohub_hub.local.errors import ToolMissing

POD_HALVES = ("eohub_toolkit", "eohub_storage", "eohub_catalogue", "eohub_cubes", "eohub_lifetime")
"""What of EOHub runs in a user's server."""


def recipe_of(known: Known, manifest: Manifest, project: Path) -> Recipe:
    """What an environment is made of; raises ToolMissing for a wheel that was not built."""
    folders = project / "kernels"
    layers = tuple(Layer(folders / each.id, each.kernel) for each in manifest.layers(known))
    return Recipe(layers=layers, wheels=wheels(project), python=Path(sys.executable))


def wheels(project: Path) -> tuple[Path, ...]:
    """Our own wheels, the newest of each; raises ToolMissing for one that was not built."""
    found = [wheel for name in POD_HALVES for wheel in sorted((project / "dist").glob(f"{name}-*.whl"))[-1:]]
    if len(found) < len(POD_HALVES):
        raise ToolMissing("EOHub's own packages for notebooks are not built.", hint="Run `make build`.")
    return tuple(found)
