"""The isolation matrix as data: each resource, how it is tried, and what every actor is answered.

The integration tests try every cell on a running stack; `make isolation` writes the operator guide's tables
from what they found.
"""

from collections.abc import Mapping
from dataclasses import dataclass

OUTSIDE = (
    "the owner", "nobody", "another user", "a member of the same group", "an administrator",
    "an administrator's token without the scope",
)  # fmt: skip
"""Who asks over HTTP, from a browser or a program on this machine."""

INSIDE = ("another user", "a member of the same group", "an administrator")
"""Whose notebook tries it from inside their own running server."""

ALLOWED = "allowed"
LOGIN = "asked to log in"
REFUSED = "refused (403)"
UNKNOWN = "not found (404)"
NO_KEY = "given no keys (403)"
NO_LOGIN = "wants a login (401)"
CLOSED = "answers only the stack's own certificate"
NO_FILE = "no such file"
NO_PROCESS = "no such process"
NOT_CONNECTED = "connection refused"


@dataclass(frozen=True, slots=True)
class Page:
    """Opened in a browser that follows redirects; who has only a token sends that."""

    path: str


@dataclass(frozen=True, slots=True)
class Api:
    """Asked by a program with a token of the person; `port` names another part than the public address."""

    method: str
    path: str
    body: object = None
    port: str = "public"


@dataclass(frozen=True, slots=True)
class Socket:
    """A WebSocket, opened with a token of the person."""

    path: str


@dataclass(frozen=True, slots=True)
class Objects:
    """Asked of S3 with the keys that the storage service gives the person."""

    act: str
    bucket: str
    key: str


@dataclass(frozen=True, slots=True)
class Tls:
    """A port of SeaweedFS, tried with and without TLS."""

    port: str
    above: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """What code in a notebook tries; `kind` is an act of `look_around.py`, with its argument."""

    kind: str
    target: str


type Outer = Page | Api | Socket | Objects | Tls
type Answer = str | Mapping[str, str]
"""What happens; where actors differ, by actor."""


@dataclass(frozen=True, slots=True)
class Row[Ask]:
    """One way to a resource, and the answer in each column of its table."""

    resource: str
    way: str
    ask: Ask
    answers: tuple[Answer, ...]

    @property
    def name(self) -> str:
        """What a test is called by."""
        return f"{self.resource}, {self.way}".replace("`", "")


def _same(owner: str, others: str, nobody: str, administrator: str = "", narrow: str = "") -> tuple[str, ...]:
    return (owner, nobody, others, others, administrator or others, narrow or others)


_OWNERS = _same(ALLOWED, REFUSED, REFUSED)
_OWNERS_PAGE = _same(ALLOWED, REFUSED, LOGIN)
_KEYS = _same(ALLOWED, REFUSED, REFUSED, "", NO_KEY)
_ADMINISTRATORS = _same(REFUSED, REFUSED, REFUSED, ALLOWED, REFUSED)
_ADMINISTRATORS_PAGE = _same(REFUSED, REFUSED, LOGIN, ALLOWED, REFUSED)
_CATALOGUE_WRITERS = _same(REFUSED, REFUSED, NO_LOGIN, ALLOWED, REFUSED)
_NO_ITEM = "/services/catalogue/collections/none/items/none"
_NOBODYS = _same(REFUSED, REFUSED, REFUSED)
_LIST = {"bucket": "users", "prefix": "owner/"}
_TEXT = {"type": "file", "format": "text", "content": "x"}

OVER_HTTP: tuple[Row[Outer], ...] = (
    Row("running server", "its page", Page("/user/owner/lab"), _OWNERS_PAGE),
    Row("running server", "its API", Api("GET", "/user/owner/api/kernels"), _OWNERS),
    Row("running server", "its own port, past the proxy",
        Api("GET", "/user/owner/api/kernels", port="server"), _OWNERS),
    Row("running server", "start it", Api("POST", "/hub/api/users/owner/server", {}),
        _same("runs already (400)", UNKNOWN, REFUSED, "runs already (400)", REFUSED)),
    Row("running server", "when it ends", Api("GET", "/user/owner/eohub/lifetime/status"), _OWNERS),
    Row("its WebSocket", "events", Socket("/user/owner/api/events/subscribe"), _OWNERS),
    Row("its WebSocket", "a kernel's channels", Socket("/user/owner/api/kernels/{kernel}/channels"), _OWNERS),
    Row("its token", "list tokens", Api("GET", "/hub/api/users/owner/tokens"),
        _same(ALLOWED, UNKNOWN, REFUSED, "", REFUSED)),
    Row("its token", "make one in the owner's name", Api("POST", "/hub/api/users/owner/tokens", {}), _OWNERS),
    Row("its token", "the login that the hub keeps (`auth_state`)", Api("GET", "/hub/api/users/owner"),
        _same("not shown", UNKNOWN, REFUSED, "not shown")),
    Row("home folder", "a file's page", Page("/user/owner/files/private.txt"), _OWNERS_PAGE),
    Row("home folder", "read a file", Api("GET", "/user/owner/api/contents/private.txt"), _OWNERS),
    Row("home folder", "write a file",
        Api("PUT", "/user/owner/api/contents/planted.txt", _TEXT), _OWNERS),
    Row("S3 prefix", "read an object", Objects("get", "users", "owner/private.txt"), _KEYS),
    Row("S3 prefix", "write an object", Objects("put", "users", "owner/planted.txt"), _KEYS),
    Row("S3 prefix", "list it", Objects("list", "users", "owner/"), _KEYS),
    Row("S3 prefix of a group", "read an object", Objects("get", "groups", "oceans/private.txt"),
        (ALLOWED, REFUSED, REFUSED, ALLOWED, REFUSED, NO_KEY)),
    Row("S3 prefix of a group", "list it", Objects("list", "groups", "oceans/"),
        (ALLOWED, REFUSED, REFUSED, ALLOWED, REFUSED, NO_KEY)),
    Row("mount", "read a file in `~/data`",
        Api("GET", "/user/owner/api/contents/data/mine/private.txt"), _OWNERS),
    Row("storage drive", "places", Api("GET", "/user/owner/eohub/storage/places"), _OWNERS),
    Row("storage drive", "list a prefix", Api("POST", "/user/owner/eohub/storage/list", _LIST), _OWNERS),
    Row("audit", "the page", Page("/services/admin/audit"), _ADMINISTRATORS_PAGE),
    Row("audit", "search", Api("GET", "/hub/api/eohub/audit"), _ADMINISTRATORS),
    Row("audit", "write into it", Api("POST", "/hub/api/eohub/audit", {}), _NOBODYS),
    Row("admin pages", "who runs what", Page("/services/admin/"), _ADMINISTRATORS_PAGE),
    Row("admin pages", "people", Page("/services/admin/people"), _ADMINISTRATORS_PAGE),
    Row("admin pages", "policy", Page("/services/admin/policy"), _ADMINISTRATORS_PAGE),
    Row("admin pages", "the hub's own", Page("/hub/admin"), _same(REFUSED, REFUSED, LOGIN, ALLOWED, LOGIN)),
    Row("admin pages", "all people (REST)", Api("GET", "/hub/api/users"), _ADMINISTRATORS),
    Row("admin pages", "make a person (REST)", Api("POST", "/hub/api/users/newcomer"), _NOBODYS),
    Row("admin pages", "the proxy's routes (REST)", Api("GET", "/hub/api/proxy"), _NOBODYS),
    Row("admin pages", "metrics", Api("GET", "/hub/metrics"), _ADMINISTRATORS),
    Row("catalogue", "search", Api("GET", "/services/catalogue/search"), _same(ALLOWED, ALLOWED, ALLOWED)),
    Row("catalogue", "remove an item", Api("DELETE", _NO_ITEM), _CATALOGUE_WRITERS),
    Row("catalogue", "add an item to a collection that is not there",
        Api("POST", "/services/catalogue/collections/none/items", {}),
        _same(REFUSED, REFUSED, NO_LOGIN, UNKNOWN, REFUSED)),
    Row("the hub's secrets and databases", "past the folder of the hub's style sheets",
        Api("GET", "/hub/static/..%2f..%2f..%2fsecrets/proxy_token"), _NOBODYS),
    Row("the hub's secrets and databases", "past the home folder, by one's own server",
        Api("GET", "/user/{me}/files/..%2f..%2fsecrets%2fproxy_token"),
        _same(REFUSED, REFUSED, LOGIN)),
    Row("inner port: proxy API", "its routes", Api("GET", "/api/routes", port="proxy_api"), _NOBODYS),
    Row("inner port: hub", "the owner's entry", Api("GET", "/hub/api/users/owner", port="hub"),
        _same("not shown", UNKNOWN, REFUSED, "not shown")),
    Row("inner port: identity provider", "who somebody is", Api("GET", "/identity/userinfo", port="identity"),
        _same(NO_LOGIN, NO_LOGIN, NO_LOGIN)),
    Row("inner port: storage service", "keys for one's own places",
        Api("POST", "/services/storage/credentials", port="storage"),
        _same(ALLOWED, ALLOWED, NO_LOGIN, "", REFUSED)),
    Row("inner port: lifetime service", "report for a server",
        Api("POST", "/services/lifetime/report", {}, port="lifetime"), _same(REFUSED, REFUSED, NO_LOGIN)),
    Row("inner port: catalogue", "read", Api("GET", "/services/catalogue/", port="catalogue"),
        _same(ALLOWED, ALLOWED, ALLOWED)),
    Row("inner port: catalogue", "remove an item",
        Api("DELETE", _NO_ITEM, port="catalogue"), _CATALOGUE_WRITERS),
    Row("inner port: admin pages", "audit",
        Api("GET", "/services/admin/audit", port="admin"), _ADMINISTRATORS_PAGE),
    Row("inner port: S3", "an object, without keys",
        Api("GET", "/users/owner/private.txt", port="s3"), _NOBODYS),
    *(
        Row(f"inner port: S3's {part}", kind, Tls(f"s3_{part}", above), _same(CLOSED, CLOSED, CLOSED))
        for part in ("master", "volume", "filer")
        for kind, above in (("HTTP", 0), ("gRPC", 10_000))
    ),
    Row("inner port: S3", "gRPC", Tls("s3", 10_000), _same(CLOSED, CLOSED, CLOSED)),
    # Tried last: whoever may, ends it.
    Row("running server", "stop it", Api("DELETE", "/hub/api/users/owner/server"),
        _same(ALLOWED, UNKNOWN, REFUSED, ALLOWED, REFUSED)),
)  # fmt: skip


def _file(resource: str, way: str, target: str, kind: str = "read", answer: str = NO_FILE) -> Row[Look]:
    return Row(resource, way, Look(kind, target), (answer, answer))


WALLS = ("accounts", "bubblewrap")
"""What stands between a server and the rest of the machine."""

FILES_AND_PROCESSES: tuple[Row[Look], ...] = (
    _file("home folder", "list it", "{state}/homes/owner", "list"),
    _file("home folder", "read a file", "{state}/homes/owner/private.txt"),
    _file("home folder", "write a file", "{state}/homes/owner/planted", "write"),
    _file("home folder", "by the server's process", "/proc/{owner_pid}/root{state}/homes/owner/private.txt"),
    _file("mount", "by the owner's home", "{state}/homes/owner/data/mine/private.txt"),
    _file("mount", "by where it lies", "{state}/mounts/owner/data/mine/private.txt"),
    _file("running server", "its /tmp", "{state}/servers/owner/tmp", "list"),
    _file("running server", "its log", "{state}/logs/servers/owner.log"),
    _file("running server", "its process", "{owner_pid}", "signal", NO_PROCESS),
    _file("running server", "trace its process", "{owner_pid}", "trace", NO_PROCESS),
    _file("its token", "the process's environment", "/proc/{owner_pid}/environ"),
    _file("its WebSocket", "its kernels' sockets", "{runtime}", "list"),
    _file("another's socket", "with a path", "{state}/servers/owner/tmp/isolation.sock", "connect"),
    _file("the hub's secrets", "the folder", "{state}/secrets", "list"),
    _file("the hub's secrets", "the proxy's token", "{state}/secrets/proxy_token"),
    _file("the hub's secrets", "the hub's environment", "/proc/{hub_pid}/environ"),
    _file("the hub's secrets", "S3's keys", "{state}/s3/keys.json"),
    _file("the hub's secrets", "accounts and passwords", "{state}/identity/accounts.json"),
    _file("the hub's databases", "of the hub", "{state}/hub/jupyterhub.sqlite"),
    _file("the hub's databases", "of the identity provider", "{state}/identity/sessions.sqlite"),
    _file("the hub's databases", "of the catalogue", "{state}/catalogue/catalogue.sqlite"),
    _file("the hub's databases", "of the lifetime service", "{state}/lifetime/lifetime.sqlite"),
    _file("audit", "the log", "{state}/audit/000001.jsonl"),
    _file("inner sockets of S3", "the filer's", "{state}/s3/filer.sock", "connect"),
    _file("the software of all", "write into it", "{state}/environments/eo/bin/planted", "write",
          "read-only file system"),
    Row("processes of others", "how many are seen", Look("others", ""), ("none", "none")),
)  # fmt: skip

NETWORKS = ("a network of its own", "the machine's network")
"""What a server reaches others through."""


def _port(part: str, way: str, kind: str, target: str, own: Answer, shared: Answer) -> Row[Look]:
    return Row(part, way, Look(kind, target), (own, shared))


PORTS: tuple[Row[Look], ...] = (
    _port("running server", "its port, with one's own token", "http", "{server} GET /user/owner/api/kernels",
          NOT_CONNECTED, REFUSED),
    _port("another's port", "what the owner's notebook opened", "tcp", "{opened}", NOT_CONNECTED, "OPEN"),
    _port("another's socket", "an abstract one", "connect", "\0eohub-isolation", NOT_CONNECTED, "OPEN"),
    _port("public address", "the owner's page", "http", "{public} GET /user/owner/api/kernels",
          REFUSED, REFUSED),
    _port("proxy API", "its routes", "http", "{proxy_api} GET /api/routes", NOT_CONNECTED, REFUSED),
    _port("hub API", "the owner's entry", "http", "{hub} GET /hub/api/users/owner", UNKNOWN, UNKNOWN),
    _port("hub API", "the audit log", "http", "{hub} GET /hub/api/eohub/audit", REFUSED, REFUSED),
    _port("identity provider", "who somebody is",
          "http", "{identity} GET /identity/userinfo", NOT_CONNECTED, NO_LOGIN),
    _port("storage service", "keys for one's own places",
          "http", "{storage} POST /services/storage/credentials", ALLOWED, ALLOWED),
    _port("lifetime service", "report for one's own server",
          "http", "{lifetime} POST /services/lifetime/report", ALLOWED, ALLOWED),
    _port("catalogue", "read", "http", "{catalogue} GET /services/catalogue/", ALLOWED, ALLOWED),
    _port("catalogue", "remove an item", "http", f"{{catalogue}} DELETE {_NO_ITEM}", REFUSED, REFUSED),
    _port("admin pages", "audit", "http", "{admin} GET /services/admin/audit", NOT_CONNECTED, REFUSED),
    _port("S3", "an object, without keys", "http", "{s3} GET /users/owner/private.txt", REFUSED, REFUSED),
    _port("S3 prefix", "an object, with one's own keys", "s3", "users/owner/private.txt", REFUSED, REFUSED),
    _port("S3 prefix of a group", "an object, with one's own keys", "s3", "groups/oceans/private.txt",
          {INSIDE[0]: REFUSED, INSIDE[1]: ALLOWED, INSIDE[2]: REFUSED},
          {INSIDE[0]: REFUSED, INSIDE[1]: ALLOWED, INSIDE[2]: REFUSED}),
    *(
        _port(f"S3's {part}", "HTTP", "closed", f"{{s3_{part}}}", NOT_CONNECTED, CLOSED)
        for part in ("master", "volume", "filer")
    ),
    *(
        _port(f"S3's {part}", "gRPC", "closed", f"{{s3_{part}_grpc}}", NOT_CONNECTED, CLOSED)
        for part in ("master", "volume", "filer")
    ),
    _port("S3", "gRPC", "closed", "{s3_grpc}", NOT_CONNECTED, CLOSED),
)  # fmt: skip

FROM_ANOTHER_ACCOUNT: tuple[Row[Look], ...] = tuple(
    Row(resource, way, Look("stat", target), ("permission denied",))
    for resource, way, target in (
        ("home folder", "a file", "{state}/homes/owner/private.txt"),
        ("mount", "where it lies", "{state}/mounts/owner/data/mine"),
        ("running server", "its `/tmp`", "{state}/servers/owner/tmp"),
        ("its WebSocket", "its kernels' sockets", "{runtime}"),
        ("the hub's secrets", "the proxy's token", "{state}/secrets/proxy_token"),
        ("the hub's databases", "of the hub", "{state}/hub/jupyterhub.sqlite"),
        ("audit", "the log", "{state}/audit/000001.jsonl"),
        ("inner sockets of S3", "the filer's", "{state}/s3/filer.sock"),
    )
)
"""Files of the machine, for somebody who has an account on it and is neither root nor the hub's."""


@dataclass(frozen=True, slots=True)
class Table:
    """A part of the matrix as the guide shows it."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row[Outer], ...] | tuple[Row[Look], ...]


TABLES = (
    Table("over-http", OUTSIDE, OVER_HTTP),
    Table("other-account", ("another account of the machine",), FROM_ANOTHER_ACCOUNT),
    Table("files-and-processes", WALLS, FILES_AND_PROCESSES),
    Table("ports", NETWORKS, PORTS),
)
