"""What the hub asks of the keeper of a server's mounts, and what the keeper says about them.

Plain enough for `keeper.py`, which is resident and imports little.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

STATUS_FILE = "mounts.json"
"""In the folder of facts that a server may read."""


@dataclass(frozen=True, slots=True)
class Mounted:
    """One folder to mount: its name below the root, and the command that mounts it in the foreground."""

    name: str
    title: str
    point: str
    command: tuple[str, ...]
    folder: str
    """Where the command runs and has its socket `rc.sock`, by which it tells what is not yet written."""
    read_only: bool


@dataclass(frozen=True, slots=True)
class KeeperOrder:
    """The mounts of one server; `shared` has later mounts seen within walls that were built before."""

    root: str
    mounts: tuple[Mounted, ...]
    status_file: str
    log: str
    shared: bool
    environment: dict[str, str] = field(default_factory=dict[str, str])

    def dump(self) -> bytes:
        """Write the order as JSON."""
        return json.dumps(asdict(self)).encode()


def read_order(text: bytes) -> KeeperOrder:
    """Read what `KeeperOrder.dump` wrote; raises ValueError, KeyError or TypeError for anything else."""
    raw: dict[str, Any] = json.loads(text)
    mounts = tuple(
        Mounted(command=tuple(str(word) for word in each.pop("command")), **each)
        for each in raw.pop("mounts")
    )
    return KeeperOrder(mounts=mounts, **raw)


@dataclass(frozen=True, slots=True)
class MountState:
    """How one folder is: `mounting`, `mounted`, or `failed` with a sentence."""

    name: str
    title: str
    state: str
    detail: str = ""


def write_status(file: Path, states: list[MountState]) -> None:
    """Write the state of all mounts in one step, so that the server may read it at any time."""
    new = file.with_name(f".{file.name}.new")
    new.write_text(json.dumps({"mounts": [asdict(each) for each in states]}))
    new.chmod(0o644)
    new.replace(file)


def read_status(file: Path) -> list[MountState]:
    """The state of all mounts; none where nothing was written yet."""
    try:
        return [MountState(**each) for each in json.loads(file.read_text())["mounts"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
