"""What the hub says about the mounts of this server."""

from pathlib import Path

from pydantic import BaseModel, ValidationError

from eohub_storage.contract import MountView

_MOST_BYTES = 65_536


class _Status(BaseModel):
    mounts: tuple[MountView, ...] = ()


def mounts_of(file: str) -> tuple[MountView, ...]:
    """The mounts that a status file names; none where there is no such file, or it cannot be read."""
    if not file:
        return ()
    try:
        with Path(file).open("rb") as status:
            return _Status.model_validate_json(status.read(_MOST_BYTES)).mounts
    except (OSError, ValidationError):
        return ()
