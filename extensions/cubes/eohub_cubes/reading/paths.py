"""What a person may write for an address: a path may begin at a folder, or at ~/."""

from pathlib import Path


def whole(address: str, folder: Path) -> str:
    """An address as it is; a path from `folder` as a whole one."""
    return address if "://" in address else str(folder / Path(address).expanduser())
