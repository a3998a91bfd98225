"""Putting a file or folder in its place in one step: what was there stays until the new one is whole."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from eohub_catalogue.index.placing import enter, is_full, leave, put
from eohub_toolkit.errors import Conflict, Unavailable


@contextmanager
def in_place_of(target: Path, *, force: bool) -> Generator[Path]:
    """A path near `target` to write to; at the end it takes its place, after a failure it is removed.

    Raises Conflict where `target` exists and is not to be replaced, and where it is a folder that is no
    catalogue; Unavailable with a sentence where the disk is full or the folder cannot be written to.
    """
    _demand_free(target, force)
    room = target.with_name(f".{target.name}.eohub-export")
    try:
        lock = enter(room)
    except FileExistsError:
        raise Conflict(f"{target} is being written already.", hint="Wait, or name another one.") from None
    except OSError as error:
        raise _trouble(error, target) from error
    try:
        part = room / target.name
        yield part
        try:
            put(part, target, replace=force)
        except FileExistsError:
            raise _taken(target) from None
    except OSError as error:
        raise _trouble(error, target) from error
    finally:
        leave(room, lock)


def _demand_free(target: Path, force: bool) -> None:
    if not target.exists():
        return
    if not force:
        raise _taken(target)
    if target.is_dir() and any(target.iterdir()) and not (target / "catalog.json").is_file():
        raise Conflict(
            f"{target} is a folder without a catalogue, so it is not replaced.", hint="Name another folder."
        )


def _taken(target: Path) -> Conflict:
    return Conflict(f"{target} exists.", hint="Name another one, or replace it with --force.")


def _trouble(error: OSError, target: Path) -> Unavailable:
    if is_full(error):
        return Unavailable(
            f"The disk is full: {target} was not written.", hint="Free some space, or name another disk."
        )
    reason = error.strerror or "it cannot be written to"
    return Unavailable(f"{target} cannot be written: {reason}.", hint="Look at its folder's permissions.")
