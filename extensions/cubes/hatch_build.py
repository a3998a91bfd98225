"""Adds the built Lab extension and the server configuration to the wheel, where they have been built."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LAB_EXTENSION = Path("eohub_cubes") / "labextension"
SERVER_CONFIGURATION = Path("jupyter-config") / "eohub_cubes.json"


class LabExtensionHook(BuildHookInterface[Any]):
    """Shared data that an editable install may lack, and a wheel may not."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add what exists; a wheel without the Lab extension is refused."""
        root = Path(self.root)
        targets = {
            LAB_EXTENSION: "share/jupyter/labextensions/@eohub/cubes",
            SERVER_CONFIGURATION: "etc/jupyter/jupyter_server_config.d/eohub_cubes.json",
        }
        for source, target in targets.items():
            if (root / source).exists():
                build_data["shared_data"][str(root / source)] = target
            elif version != "editable":
                raise FileNotFoundError(f"{source} is missing. Run: make dist")
