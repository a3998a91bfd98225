"""Writes down what somebody changes at the hub that is not their own, and who shares a server with whom."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from jupyterhub.log import log_request

from eohub_hub.audit.event import Action, Audit, AuditEvent, AuditUnavailable, Outcome, admin_action

_VERBS = {"POST": "added", "PUT": "changed", "PATCH": "changed", "DELETE": "removed"}
_WHAT = re.compile(r"/api/(?P<kind>users|groups|services|proxy|shutdown)(?:/(?P<name>[^/]+))?(?P<rest>/.*)?$")
_SHARE = re.compile(
    r"/api/(?:(?P<kind>share)s|(?P<code>share-code)s|(?:users|groups)/[^/]+/shared)"
    r"/(?P<owner>[^/]+)(?:/(?P<server>[^/]*))?$"
)
_ACCEPT_SHARE = "/accept-share"
_SERVER = re.compile(r"/servers?(?:/(?P<server>[^/]*))?$")
_FORBIDDEN = 403
_ERRORS = 400
_FAILURES = 500


def log_function(audit: Audit) -> Callable[[Any], None]:
    """JupyterHub's own log of requests, which also has acts of administrators written down."""

    def log(handler: Any) -> None:
        requester = getattr(handler, "_jupyterhub_user", None)
        kind = "nobody" if requester is None else getattr(requester, "kind", "user")
        if not is_routine(kind, handler.request.method, handler.get_status()):
            log_request(handler)
        # A service writes down itself what it does.
        if requester is None or kind != "user":
            return
        event = act(handler.request.method, handler.request.path, str(requester.name), handler.get_status())
        if event is not None:
            with suppress(AuditUnavailable):
                audit.record(event)

    return log


def is_routine(kind: str, method: str, status: int) -> bool:
    """Whether a service has read what it may read, as it does every few seconds: no line then."""
    return kind == "service" and method == "GET" and status < _ERRORS


def act(method: str, path: str, requester: str, status: int) -> AuditEvent | None:
    """The event of a request that changes what is somebody else's or the hub's, or who may open a server.

    None for any other. Of refused requests only those that lacked a right are told.
    """
    verb = _VERBS.get(method)
    if verb is None or (_ERRORS <= status < _FAILURES and status != _FORBIDDEN):
        return None
    shared = _shared(verb, path)
    if shared is not None:
        change, what = shared
        details = {"status": status, "change": change}
        return AuditEvent(Action.SHARE_CHANGED, requester, what, _outcome(status), details)
    found = _WHAT.search(path)
    if found is None:
        return None
    kind, name, rest = found["kind"], unquote(found["name"] or ""), found["rest"] or ""
    if kind == "users" and (name == requester or rest == "/activity"):
        return None
    thing, what = _thing(kind, name, rest)
    outcome = _outcome(status)
    return AuditEvent(admin_action(f"{thing}_{verb}"), requester, what, outcome, {"status": status})


def _thing(kind: str, name: str, rest: str) -> tuple[str, str]:
    """What is changed, and its name: `server` and `bob/big`, `token` and `bob`, `group` and `eo-users`."""
    singular = kind.removesuffix("s")
    if not rest or rest == "/":
        return singular, name or kind
    server = _SERVER.fullmatch(rest)
    if server is not None:
        return "server", f"{name}/{unquote(server['server'] or '')}"
    part = re.sub(r"[^a-z_]", "", rest.split("/")[1]).removesuffix("s")[:20]
    return part or singular, name


def _shared(verb: str, path: str) -> tuple[str, str] | None:
    """How the people who may open a server change, and which server: `share added` and `bob/big`."""
    if path.endswith(_ACCEPT_SHARE):
        return "code used", "server"
    found = _SHARE.search(path)
    if found is None:
        return None
    what = f"{unquote(found['owner'])}/{unquote(found['server'] or '')}"
    return f"{'code' if found['code'] else 'share'} {verb}", what


def _outcome(status: int) -> Outcome:
    if status == _FORBIDDEN:
        return Outcome.REFUSED
    return Outcome.FAILED if status >= _FAILURES else Outcome.ALLOWED
