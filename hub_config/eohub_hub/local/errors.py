"""What can keep the stack from starting; every one is a sentence for the person at the terminal."""

import errno
from pathlib import Path

from eohub_toolkit.errors import Conflict, Internal, Invalid, NotFound, Unavailable

_CAUSES = {
    errno.ENOSPC: ("The disk is full", "Free some space, then start again."),
    errno.EDQUOT: ("Your disk quota is used up", "Free some space, then start again."),
    errno.EROFS: ("The disk is read-only", "Set EOHUB_STATE_DIR to a folder that can be written."),
    errno.EACCES: ("The folder cannot be written", "Set EOHUB_STATE_DIR to a folder of your own."),
    errno.EPERM: ("The folder cannot be written", "Set EOHUB_STATE_DIR to a folder of your own."),
    errno.ENOTDIR: ("A part of the path is a file", "Set EOHUB_STATE_DIR to a folder."),
    errno.EEXIST: ("A file is where a folder should be", "Set EOHUB_STATE_DIR to a folder."),
}


class AlreadyRunning(Conflict):
    """Another process holds the lock of this state folder."""


class NewerState(Conflict):
    """The state folder was written by a newer version."""


class PortTaken(Conflict):
    """A port that was asked for belongs to another program."""


class ToolMissing(NotFound):
    """A program or package that the stack needs is absent or too old."""


class DiskTrouble(Unavailable):
    """The disk is full, read-only or not ours."""


class BrokenState(Invalid):
    """A file that the stack reads does not hold what it should."""


class BackupBroken(Invalid):
    """An archive that is torn, was changed, or has what no backup of ours has."""


class BackupRefused(Conflict):
    """A backup or a restore that would overwrite something, or could not be whole."""


class UnsafeConfiguration(Invalid):
    """The configuration says what lets people do more than they should."""


class PartFailed(Internal):
    """A part of the stack did not start, or ended by itself."""


class StartBroken(PartFailed):
    """A start that cannot succeed any more; with other ports the next one may."""


def disk_trouble(error: OSError, path: Path) -> DiskTrouble:
    """The sentence for a failed write to `path`."""
    cause, hint = _CAUSES.get(error.errno or 0, (error.strerror or str(error), "See the message above."))
    return DiskTrouble(f"{cause}: {error.filename or path}.", hint=hint)
