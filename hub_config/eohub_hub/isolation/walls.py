"""What a user's server may see of the machine, and which kind of walls keeps it there. Pure: no process, no
mount."""

import configparser
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eohub_hub.isolation.network import NetworkTool
from eohub_hub.isolation.order import Entry, Kind, Mode

SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/sys")
"""What every server may read. Anything else, such as /var, /root, /home or a checkout, is not there."""
NAME_RESOLUTION = "/run/systemd/resolve"
"""Where /etc/resolv.conf points to on many machines."""
_STATE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Isolation:
    """The walls in force, and why the better ones are not (one sentence each)."""

    mode: Mode
    reasons: tuple[str, ...] = ()
    network: NetworkTool | str = "Nobody has tried a network of its own for each server."
    """What connects servers that have networks of their own; else why they share the machine's, a
    sentence."""

    @property
    def separates_accounts(self) -> bool:
        """Whether servers of different people may run beside each other."""
        return self.mode in (Mode.ACCOUNTS, Mode.BUBBLEWRAP)

    @property
    def missing(self) -> tuple[str, ...]:
        """What keeps servers less apart than EOHub can, one sentence each, for the operator."""
        shared = self.network if self.separates_accounts and isinstance(self.network, str) else None
        network = () if shared is None else (f"Servers share the network of the machine. {shared}",)
        return (*self.reasons, *network)

    @property
    def sentence(self) -> str:
        """What the form and `eohub doctor` say about it."""
        match self.mode:
            case Mode.ACCOUNTS:
                walls = "a system account, file system and process list of its own for each person"
            case Mode.BUBBLEWRAP:
                walls = "a file system and process list of its own for each server (bubblewrap)"
            case Mode.SINGLE:
                return "none, so that only one person may start servers"
            case Mode.NOBODY:
                return "none, and no server can be started"
        shared = isinstance(self.network, str)
        return (
            f"{walls}; {'the network of the machine' if shared else 'a network of its own for each server'}"
        )


@dataclass(frozen=True, slots=True)
class Folders:
    """The paths of one server: its own ones, the environment it runs in, and the state that it must not
    see."""

    state: Path
    environment: Path
    home: Path
    temporary: Path
    facts: Path
    data: Path | None = None
    """What is shown as ~/data: a folder below which data is mounted; None where nothing is."""


def choose(modes: Sequence[Mode], obstacle: Callable[[Mode], str | None]) -> Isolation:
    """Take the first mode against which `obstacle` has nothing to say; with none left, nobody may start a
    server."""
    reasons: list[str] = []
    for mode in modes:
        reason = obstacle(mode)
        if reason is None:
            return Isolation(mode, tuple(reasons))
        reasons.append(reason)
    return Isolation(Mode.NOBODY, tuple(reasons))


def candidates(*, linux: bool, root: bool) -> tuple[Mode, ...]:
    """The modes to try, best first.

    As root, bubblewrap is none of them: in it a server would still be root to the files that it is shown.
    """
    if not linux:
        return (Mode.SINGLE,)
    return (Mode.ACCOUNTS, Mode.SINGLE) if root else (Mode.BUBBLEWRAP, Mode.SINGLE)


def interpreter_folders(environment: Path, settings: str, executable: Path) -> tuple[Path, ...]:
    """Folders outside a virtual environment that its Python needs.

    `settings` is the text of its pyvenv.cfg (empty for an environment that is complete in itself, such as
    conda's); its `home` is where Python looks for its library, while `executable`, the resolved interpreter,
    is what runs.
    """
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string("[environment]\n" + settings)
    home = parser.get("environment", "home", fallback=None)
    found = [] if home is None else [Path(home).parent]
    found.append(executable.parent.parent)
    outside = [path for path in found if not path.is_relative_to(environment)]
    return tuple(dict.fromkeys(outside))


def server_view(
    folders: Folders,
    interpreters: Iterable[Path],
    system: Iterable[Entry],
    memory_bytes: int,
    facts: Mapping[str, str],
) -> list[Entry]:
    """List what a server sees, later entries over earlier ones; /proc and /dev are made by whoever builds it.

    /dev/shm holds at most half of the memory of the profile, as Linux gives half of the machine's. `facts`
    are files of the server's own and where they are shown.
    """
    view = list(system)
    view += [
        Entry(Kind.WRITABLE, "/tmp", str(folders.temporary)),  # noqa: S108 this is the private one
        Entry(Kind.LINK, "/var/tmp", "/tmp"),  # noqa: S108
        Entry(Kind.EMPTY, "/dev/shm", str(memory_bytes // 2)),  # noqa: S108
        Entry(Kind.EMPTY, str(folders.state), str(_STATE_BYTES)),
    ]
    shown = [*interpreters, folders.environment, folders.facts]
    view += [Entry(Kind.READ_ONLY, str(path), str(path)) for path in shown if _is_hidden(path, folders)]
    view += [Entry(Kind.READ_ONLY, target, str(folders.facts / name)) for name, target in facts.items()]
    view.append(Entry(Kind.WRITABLE, str(folders.home), str(folders.home)))
    if folders.data is not None:
        view.append(Entry(Kind.MOUNTS, str(folders.home / "data"), str(folders.data)))
    return view


def system_entries(links: Callable[[str], str | None], exists: Callable[[str], bool]) -> list[Entry]:
    """The machine's own folders for a view; a link such as /bin -> usr/bin stays a link (`links` tells its
    text)."""
    entries: list[Entry] = []
    for folder in (*SYSTEM_FOLDERS, NAME_RESOLUTION):
        text = links(folder)
        if text is not None:
            entries.append(Entry(Kind.LINK, folder, text))
        elif exists(folder):
            entries.append(Entry(Kind.READ_ONLY, folder, folder))
    return entries


def bubblewrap_arguments(
    program: str, view: Iterable[Entry], folder: str, command: Sequence[str]
) -> list[str]:
    """Write the command line that shows `view` and nothing else; it holds no secret, since others may read
    it."""
    arguments = [
        program,
        "--unshare-user",
        "--unshare-pid",
        "--unshare-ipc",
        "--die-with-parent",
        "--cap-drop",
        "ALL",
    ]
    arguments += ["--dev", "/dev", "--proc", "/proc"]
    for entry in view:
        match entry.kind:
            case Kind.READ_ONLY:
                arguments += ["--ro-bind", entry.source, entry.target]
            case Kind.WRITABLE | Kind.MOUNTS:
                arguments += ["--bind", entry.source, entry.target]
            case Kind.EMPTY:
                arguments += ["--size", entry.source, "--tmpfs", entry.target]
            case Kind.LINK:
                arguments += ["--symlink", entry.source, entry.target]
    # What holds the view is memory that no limit of a size bounds.
    return [*arguments, "--remount-ro", "/", "--chdir", folder, "--", *command]


def _is_hidden(path: Path, folders: Folders) -> bool:
    """Whether neither the machine's folders show it nor the state's emptiness leaves it."""
    system = any(path.is_relative_to(folder) for folder in SYSTEM_FOLDERS)
    return not system or path.is_relative_to(folders.state)
