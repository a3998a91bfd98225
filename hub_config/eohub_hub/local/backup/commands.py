"""`eohub backup FILE` and `eohub restore FILE`."""

import argparse
import signal
from pathlib import Path

from eohub_hub.audit.commands import note
from eohub_hub.local.backup.contents import Selection
from eohub_hub.local.backup.restore import restore
from eohub_hub.local.backup.write import Source, write_backup
from eohub_hub.local.errors import BackupRefused
from eohub_hub.local.lock import holder
from eohub_hub.local.state import StateFolder
from eohub_hub.local.tools import PROJECT
from eohub_hub.verb import Call, Verb
from eohub_toolkit.errors import NotFound

_MIB = 1024**2


def _backup(call: Call) -> int:
    """Save everything of this EOHub in one file, while it runs or not."""
    options = call.options
    state = StateFolder(call.settings.state_folder)
    state.check_version()
    if not state.exists():
        raise NotFound(f"There is no EOHub in {state.root}.", hint="Start one with `make up`.")
    file = Path(options.file).absolute()
    if file.parent.resolve().is_relative_to(state.root):
        raise BackupRefused("A backup cannot lie in what it saves.", hint="Name a file on another disk.")
    if options.with_buckets and holder(state.lock) is not None:
        raise BackupRefused(
            "Buckets can be saved only while EOHub does not run.", hint="Stop it first with `make down`."
        )
    policy = Path(call.environ.get("EOHUB_HUB_POLICY_FOLDER") or PROJECT / "spawner_profiles").resolve()
    selection = Selection(homes=not options.without_homes, buckets=options.with_buckets)
    note(call, "backup_made", file.name)
    # Told to end, it leaves no half file either.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with call.screen.progress("Saving"):
        manifest = write_backup(Source(state, policy, selection), file, call.screen.update)
    size = file.stat().st_size / _MIB
    call.screen.say(f"Saved {len(manifest.entries)} files in {file} ({size:.1f} MiB).")
    if manifest.left_out:
        call.screen.say(f"Left out: {manifest.left_out} things that no restore could make (see the guide).")
    call.screen.say("It holds the secrets of this EOHub: keep it where nobody else can read it.")
    return 0


def _restore(call: Call) -> int:
    """Put a backup into an empty state folder."""
    state = StateFolder(call.settings.state_folder)
    file = Path(call.options.file)
    if not file.is_file():
        raise NotFound(f"There is no backup {file}.", hint="Name the file that `eohub backup` wrote.")
    with call.screen.progress("Restoring"):
        manifest = restore(file, state.root, call.screen.update)
    note(call, "backup_restored", file.name)
    call.screen.say(f"Restored {len(manifest.entries)} files of {manifest.made_at} into {state.root}.")
    if not manifest.with_homes:
        call.screen.say("The backup has no home folders.")
    if not manifest.with_buckets:
        call.screen.say("The backup has no buckets: the next start makes them anew, with the sample data.")
    call.screen.say(f"The policy of that time is in {state.root / 'policy'}.")
    return 0


def _backup_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the file to write, which must not be there")
    parser.add_argument("--without-homes", action="store_true", help="leave people's home folders out")
    parser.add_argument(
        "--with-buckets", action="store_true", help="save what is in S3 too; only while EOHub does not run"
    )


def _restore_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="what `eohub backup` wrote")


BACKUP = Verb("backup", _backup, _backup_options)
RESTORE = Verb("restore", _restore, _restore_options)
