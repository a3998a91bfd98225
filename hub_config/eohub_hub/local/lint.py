"""What a JupyterHub configuration should not say; only the configuration is looked at."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from jupyterhub.auth import DummyAuthenticator, NullAuthenticator
from traitlets.config import Config

from eohub_hub.local.errors import UnsafeConfiguration

_MOST_DEPTH = 12
_ANYBODY = ("dummy", DummyAuthenticator, "null", NullAuthenticator)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_OURS = "EohubAuthenticator"
_PATTERNS = ("validation_regex", "username_pattern", "allow_origin_pat")
_GROUP_CLAIMS = ("claim_groups_key", "auth_state_groups_key")
_UNSAFE_POD = {
    "privileged": "Pods run privileged: whoever is in one is root on the node.",
    "allow_privilege_escalation": "Processes in pods can gain rights that they were not started with.",
    "automount_service_account_token": "Pods get a token of the Kubernetes API.",
}
_POD_NAMES = {
    "allowPrivilegeEscalation": "allow_privilege_escalation",
    "automountServiceAccountToken": "automount_service_account_token",
}
_UNSAFE_ARGUMENTS = {
    "disable_check_xsrf": "Servers accept requests that other sites make people's browsers send.",
    "allow_origin=*": "Servers let any site read what they answer.",
    "--ServerApp.token=": "Servers get a token of their own, which goes around the hub.",
}


def lint(c: Config, environ: Mapping[str, str], *, one_machine: bool) -> list[UnsafeConfiguration]:
    """Every fault of a configuration; `one_machine` is whether all parts run on this machine.

    `environ` is that of the hub: JupyterHub takes the key for its encryption from there as well.
    """
    found = [
        *_login(c),
        *_encryption(c, environ),
        *_administrators(c),
        *_groups(c),
        *_patterns(c),
        *_pods(c),
        *_servers(c),
    ]
    if one_machine:
        found += _binds(c)
    return [UnsafeConfiguration(sentence, hint=hint) for sentence, hint in dict.fromkeys(found)]


type Findings = Iterator[tuple[str, str]]


def _login(c: Config) -> Findings:
    kind = c.JupyterHub.get("authenticator_class")
    if kind in _ANYBODY or (isinstance(kind, str) and "dummy" in kind.lower()):
        yield "Anybody can log in under any name.", "Set JupyterHub.authenticator_class to a real login."
    for name, section in _sections(c, "Authenticator"):
        if section.get("allow_all") is True and name != _OURS:
            hint = f"Name groups or users in place of {name}.allow_all."
            yield "Everybody whom the login's provider knows may log in.", hint
        if section.get("skip_authorization") or section.get("tls_verify") is False:
            yield f"{name} does not verify what it is told.", "Take that setting out."


def _encryption(c: Config, environ: Mapping[str, str]) -> Findings:
    keeps = any(section.get("enable_auth_state") is True for _, section in _sections(c, "Authenticator"))
    if keeps and not c.CryptKeeper.get("keys") and not environ.get("JUPYTERHUB_CRYPT_KEY"):
        hint = "Set CryptKeeper.keys or JUPYTERHUB_CRYPT_KEY to 32 random bytes in hexadecimal."
        yield "Logins are to be kept, and there is no key to encrypt them with.", hint


def _administrators(c: Config) -> Findings:
    hint = "Members of EOHUB_HUB_ADMIN_GROUPS can run the hub and open no server of somebody else."
    for name, section in _sections(c, "Authenticator"):
        if section.get("admin_users") or section.get("admin_groups"):
            yield f"{name} gives JupyterHub's role admin, which opens everybody's server.", hint
    for role in _list(c.JupyterHub.get("load_roles")):
        if isinstance(role, Mapping) and role.get("name") == "admin" and _holders(role):
            yield "JupyterHub's role admin, which opens everybody's server, is given to somebody.", hint


def _groups(c: Config) -> Findings:
    for name, section in _sections(c, "Authenticator"):
        for key in _GROUP_CLAIMS:
            if section.get(key):
                sentence = f"{name}.{key} takes a claim as it comes: one string is split into letters."
                yield sentence, "Use the login of EOHub, which makes groups of lists, strings and paths."


def _patterns(c: Config) -> Findings:
    for path, value in _leaves(c):
        is_pattern = path.rpartition(".")[2] in _PATTERNS
        if is_pattern and isinstance(value, str) and value and not value.endswith(("\\Z", "\\z")):
            what = "what begins with it" if not value.endswith("$") else "it with a newline at the end"
            yield f"The expression {path} also admits {what}.", "End it with \\Z."


def _pods(c: Config) -> Findings:
    for path, value in _leaves(c):
        name = path.rpartition(".")[2]
        sentence = _UNSAFE_POD.get(_POD_NAMES.get(name, name))
        if value is True and sentence is not None:
            yield sentence, f"Take {path} out."
        if name in ("uid", "runAsUser") and value == 0 and not isinstance(value, bool):
            yield "Pods run as root.", f"Set {path} to another user, such as 1000."


def _servers(c: Config) -> Findings:
    for name, section in _sections(c, "Spawner"):
        for argument in _list(section.get("args")):
            for part, sentence in _UNSAFE_ARGUMENTS.items():
                if part in str(argument):
                    yield sentence, f"Take {part} out of {name}.args."


def _binds(c: Config) -> Findings:
    hint = "Bind it to 127.0.0.1."
    for section, name, what in (
        ("JupyterHub", "hub_bind_url", "The hub's inner port"),
        ("ConfigurableHTTPProxy", "api_url", "The proxy's own interface"),
    ):
        url = c[section].get(name)
        if isinstance(url, str) and urlsplit(url).hostname not in _LOOPBACK:
            yield f"{what} can be reached from other machines.", hint
    if c.JupyterHub.get("hub_ip", "127.0.0.1") not in _LOOPBACK:
        yield "The hub's inner port can be reached from other machines.", hint


def _sections(c: Config, kind: str) -> Iterator[tuple[str, Config]]:
    """The sections of classes whose name ends in `kind`."""
    for name, section in list(c.items()):
        if isinstance(section, Config) and name.endswith(kind):
            yield name, section


def _leaves(value: object, path: str = "", depth: int = 0) -> Iterator[tuple[str, object]]:
    """Every value in nested mappings and lists, with its path."""
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, Mapping):
        for name, inner in list(value.items()):
            yield from _leaves(inner, f"{path}.{name}" if path else str(name), depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for inner in value:
            yield from _leaves(inner, path, depth + 1)
    else:
        yield path, value


def _holders(role: Mapping[str, Any]) -> list[Any]:
    return [holder for kind in ("users", "groups", "services") for holder in _list(role.get(kind))]


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set | frozenset) else []
