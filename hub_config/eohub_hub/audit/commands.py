"""`eohub audit verify` and `eohub audit show`."""

import argparse
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from eohub_hub.audit.event import SYSTEM, AuditEvent, AuditUnavailable, admin_action
from eohub_hub.audit.files import head_file, newest_first, numbers, path_of, sizes
from eohub_hub.audit.log import AuditLog
from eohub_hub.audit.search import MOST_RESULTS, Entry, Query, search
from eohub_hub.audit.verify import quiet, verify
from eohub_hub.printable import printable
from eohub_hub.verb import Call, Verb
from eohub_toolkit.errors import Invalid, NotFound

_AGO = re.compile(r"([0-9]{1,5})([mhd])")
_LARGEST_BYTES = 64 << 20
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _verify(call: Call) -> int:
    """Check that no line of the audit log was changed or removed; exit code 1 when one was."""
    folder = _folder(call)
    copy: Path | None = call.options.copy or _variable(call, "EOHUB_HUB_AUDIT_HEAD_COPY")
    report = verify(folder, head_file(folder), copy)
    for finding in report.findings:
        call.screen.say(f"{'FAULT' if finding.is_fault else 'note '}  {finding.sentence}")
    read = f"{report.lines} lines in {report.files} file{'' if report.files == 1 else 's'}"
    if report.is_whole:
        call.screen.say(f"The audit log is whole: {read}. It ends with {report.head.hash}.")
    else:
        call.screen.say(f"The audit log was changed, or the disk is broken: {read}.")
    return 0 if report.is_whole else 1


def _show(call: Call) -> int:
    """Show events of the audit log, the newest last."""
    options = call.options
    folder = _folder(call)
    query = Query(options.user, options.action, options.outcome, options.since, options.limit)
    found = search(newest_first(folder), query)
    for entry in reversed(found.entries):
        call.screen.say(one_line(entry))
    shown = f"{len(found.entries)} event{'' if len(found.entries) == 1 else 's'}"
    call.screen.say(f"{shown}." if found.is_all else f"{shown}; older ones may match as well: see --limit.")
    return 0


def note(call: Call, act: str, what: str) -> None:
    """Write down what somebody at this machine's terminal did; a log that cannot be written stops nothing."""
    folder = _variable(call, "EOHUB_HUB_AUDIT_FOLDER") or call.settings.state_folder / "audit"
    log = AuditLog(folder, head_file(folder), largest_bytes=_LARGEST_BYTES)
    with suppress(AuditUnavailable):
        log.record(AuditEvent(admin_action(act), SYSTEM, what))


def quiet_sizes(folder: Path, head: Path) -> dict[str, int | bytes]:
    """The log at one moment: how many bytes of each file count, and the note of its end; for a copy of it."""
    with quiet(folder):
        end = head.read_bytes() if head.exists() else b""
        found: dict[str, int | bytes] = {
            f"{folder.name}/{path_of(folder, number).name}": size for number, size in sizes(folder).items()
        }
    return found | {head.name: end} if end else found


def one_line(entry: Entry) -> str:
    """An event for a terminal: whatever is in it, it is one line and moves no cursor."""
    details = "  ".join(f"{name}={value}" for name, value in entry.details.items())
    time = entry.time[:19].replace("T", " ")
    words = f"{time}  {entry.action:15} {entry.outcome:8} {entry.actor}  {entry.object}  {details}"
    return printable(words).rstrip()


def since(text: str, now: datetime) -> datetime:
    """A time as people write it: `2026-11-25`, `2026-11-25T18:00`, or `90m`, `2h`, `7d` ago.

    A time without a zone is in UTC, as those of the log are. Raises ValueError, OverflowError.
    """
    ago = _AGO.fullmatch(text)
    if ago is not None:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    time = datetime.fromisoformat(text)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time


def _since_now(text: str) -> datetime:
    try:
        return since(text, datetime.now(UTC))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("is not a time such as 2026-11-25, 2026-11-25T18:00 or 2h") from None


def _folder(call: Call) -> Path:
    folder: Path | None = call.options.folder or _variable(call, "EOHUB_HUB_AUDIT_FOLDER")
    folder = folder or call.settings.state_folder / "audit"
    if not numbers(folder) and not head_file(folder).exists():
        raise NotFound(f"There is no audit log in {folder}.", hint="It begins with the hub's first start.")
    return folder


def _variable(call: Call, name: str) -> Path | None:
    return Path(call.environ[name]) if call.environ.get(name) else None


def _words(parser: argparse.ArgumentParser) -> None:
    words = parser.add_subparsers(required=True, metavar="WORD")
    checking = words.add_parser("verify", help=_verify.__doc__, description=_verify.__doc__)
    checking.set_defaults(command=_verify)
    checking.add_argument(
        "--copy", type=Path, metavar="FILE", help="a note of the end that was kept elsewhere"
    )
    showing = words.add_parser("show", help=_show.__doc__, description=_show.__doc__)
    showing.set_defaults(command=_show)
    showing.add_argument("--user", metavar="NAME", help="what a person did, or what was done to them")
    showing.add_argument(
        "--action", metavar="ACTION", help="such as spawn.refused; spawn alone has all of them"
    )
    showing.add_argument("--outcome", choices=("allowed", "refused", "failed"))
    showing.add_argument(
        "--since", type=_since_now, metavar="TIME", help="2026-11-25, 2026-11-25T18:00, 2h, 7d"
    )
    showing.add_argument(
        "--limit",
        type=_limit,
        default=100,
        metavar="N",
        help=f"at most this many, {MOST_RESULTS} at the most",
    )
    for each in (checking, showing):
        each.add_argument("--folder", type=Path, metavar="FOLDER", help="another log than this stack's")


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST_RESULTS:
        raise argparse.ArgumentTypeError(f"is not a number between 1 and {MOST_RESULTS}")
    return int(text)


def _audit(call: Call) -> int:
    """Check the audit log, or search it."""
    raise Invalid("Say `eohub audit verify` or `eohub audit show`.")


AUDIT = Verb("audit", _audit, _words)
