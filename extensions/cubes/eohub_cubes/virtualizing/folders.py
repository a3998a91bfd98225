"""A virtual cube in a folder of this machine: made beside its place, and put there once it is whole."""

import fcntl
import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from eohub_cubes.errors import DataMissing, StoreDown, TargetTaken


@contextmanager
def made_beside(target: Path) -> Generator[tuple[Path, Callable[[], None]]]:
    """An empty folder to build in, and what puts it at the target; raises TargetTaken, also at the end."""
    if not os.path.isdir(target.parent):
        raise DataMissing(f"There is no folder {target.parent}.", hint="Make it first.")
    with _alone(target) as beside:
        if os.path.lexists(target):
            raise taken(str(target))
        building = beside / "repository"
        # What a killed one left.
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
        yield building, lambda: _rename(building, target)


def clear(target: str) -> None:
    """Remove what a killed one left beside a target; one that is being made there now is left alone."""
    place = Path(target)
    if place.is_absolute() and os.path.isdir(_beside(place)):
        with suppress(TargetTaken, StoreDown), _alone(place):
            pass


def taken(target: str) -> TargetTaken:
    """What is said where something lies at a target."""
    return TargetTaken(
        f"There is something at {target} already.", hint="Choose another name, or remove it first."
    )


def _beside(target: Path) -> Path:
    return target.parent / f".{target.name}.part"


@contextmanager
def _alone(target: Path) -> Generator[Path]:
    """The folder beside a target, which is gone at the end."""
    beside = _beside(target)
    try:
        beside.mkdir(exist_ok=True)
        lock = os.open(beside / "lock", os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise StoreDown(
            f"Nothing can be written in {target.parent}: {error.strerror}.",
            hint="Choose a folder that is yours, or make room in it.",
        ) from None
    try:
        _lock(lock, target)
        try:
            yield beside
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    finally:
        os.close(lock)


def _lock(lock: int, target: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise TargetTaken(f"{target.name} is being made already.", hint="Wait until it is.") from None


def _rename(building: Path, target: Path) -> None:
    try:
        os.rename(building, target)
    except OSError:
        raise taken(str(target)) from None
