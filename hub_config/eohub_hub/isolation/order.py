"""What the hub asks of the launcher: one JSON document on its standard input, plain enough for `enter.py` to
trust."""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

NOT_STARTED = 125
"""Exit status of the launcher when it could not start the server at all; the number that `env` and `docker
run` use."""


class Mode(StrEnum):
    """How one account's server is kept from everything that is not its own."""

    ACCOUNTS = "accounts"
    BUBBLEWRAP = "bubblewrap"
    SINGLE = "single"
    NOBODY = "nobody"


class Kind(StrEnum):
    """How a path comes into a server's view of the file system."""

    READ_ONLY = "read-only"
    WRITABLE = "writable"
    EMPTY = "empty"
    LINK = "link"
    MOUNTS = "mounts"
    """A folder to show as it is, writable, with what is mounted below it, now and later."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of the view: `source` is a path to show, the text of a link, or for EMPTY its size in
    bytes."""

    kind: Kind
    target: str
    source: str


@dataclass(frozen=True, slots=True)
class Network:
    """A network of the server's own: the program that connects it, which also takes the number of a process
    there as its last word, and the whole environment of that program."""

    argv: tuple[str, ...]
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class Order:
    """One server to start; `cores` empty means no affinity, `limits` maps names such as RLIMIT_DATA to soft =
    hard."""

    mode: Mode
    argv: tuple[str, ...]
    folder: str
    log: str
    log_bytes: int
    grace_seconds: int
    uid: int | None = None
    root: str | None = None
    view: tuple[Entry, ...] = ()
    cores: tuple[int, ...] = ()
    limits: dict[str, int] = field(default_factory=dict[str, int])
    cgroup: str | None = None
    network: Network | None = None

    def dump(self) -> bytes:
        """Write the order as JSON."""
        return json.dumps(asdict(self)).encode()


def read_order(text: bytes) -> Order:
    """Read what `Order.dump` wrote; raises ValueError, KeyError or TypeError for anything else."""
    raw: dict[str, Any] = json.loads(text)
    view = tuple(Entry(Kind(entry["kind"]), entry["target"], entry["source"]) for entry in raw.pop("view"))
    mode = Mode(raw.pop("mode"))
    argv, cores = tuple(raw.pop("argv")), tuple(raw.pop("cores"))
    wanted = raw.pop("network")
    network = None if wanted is None else Network(tuple(wanted["argv"]), dict(wanted["environment"]))
    return Order(mode=mode, argv=argv, cores=cores, view=view, network=network, **raw)
