"""The state folder: one place for all that must outlive a restart, stamped with the version that wrote it."""

import json
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from eohub_hub.local.errors import BrokenState, NewerState
from eohub_hub.local.files import private_folder, write_atomically

STATE_VERSION = 1
"""Counts changes of the folder's layout that an older EOHub would misread."""

_FOLDERS = ("secrets", "hub", "identity", "s3", "catalogue", "lifetime", "logs", "homes", "environments")

ENVIRONMENT = "eo"
"""The environment that is made at the first start, since the climate data are written with it."""


@dataclass(frozen=True)
class StateFolder:
    """Paths inside the state folder; nothing is read or made before a method is called."""

    root: Path

    def __post_init__(self) -> None:
        # What servers must not see is hidden by its path, so no other path may lead there.
        object.__setattr__(self, "root", Path(os.path.realpath(self.root)))

    @property
    def secrets(self) -> Path:
        """Generated secrets, one file each."""
        return self.root / "secrets"

    @property
    def log(self) -> Path:
        """The one log of everything that runs."""
        return self.root / "logs" / "eohub.log"

    @property
    def environments(self) -> Path:
        """Where the virtual environments are in which people's servers run."""
        return self.root / "environments"

    @property
    def environment(self) -> Path:
        """The one that is made at the first start."""
        return self.environments / ENVIRONMENT

    @property
    def lock(self) -> Path:
        """Held by the running `eohub up`."""
        return self.root / "lock"

    @property
    def ready(self) -> Path:
        """Made by the hub when it has started everything."""
        return self.root / "hub" / "ready"

    @property
    def ports(self) -> Path:
        """The ports in use since the first start."""
        return self.root / "ports.json"

    @cached_property
    def instance(self) -> str:
        """Random name that every process of this stack carries; raises BrokenState when there is none."""
        try:
            return (self.root / "instance").read_text().strip()
        except FileNotFoundError:
            raise BrokenState(
                f"There is no EOHub in {self.root}.", hint="Start one with `make up`."
            ) from None

    def exists(self) -> bool:
        """Whether there was a start from this folder."""
        return (self.root / "instance").exists()

    def check_version(self) -> None:
        """Refuse a folder of a newer version before anything in it is touched; raises NewerState."""
        stamp = self.root / "version.json"
        try:
            found = json.loads(stamp.read_text())["state_version"]
        except (FileNotFoundError, NotADirectoryError):
            return
        except (ValueError, KeyError, TypeError):
            raise BrokenState(f"{stamp} is not a version stamp of EOHub.") from None
        if not isinstance(found, int) or found > STATE_VERSION:
            raise NewerState(
                f"{self.root} was written by a newer EOHub (layout {found}, this one knows {STATE_VERSION}).",
                hint="Use the newer EOHub, or set EOHUB_STATE_DIR to another folder.",
            )

    def prepare(self) -> None:
        """Make what is missing of the folder, never replacing what is there; raises DiskTrouble."""
        private_folder(self.root)
        for name in _FOLDERS:
            private_folder(self.root / name)
        if not (self.root / "instance").exists():
            write_atomically(self.root / "instance", secrets.token_hex(8).encode(), mode=0o644)
        if not (self.root / "version.json").exists():
            write_atomically(
                self.root / "version.json", json.dumps({"state_version": STATE_VERSION}).encode()
            )
