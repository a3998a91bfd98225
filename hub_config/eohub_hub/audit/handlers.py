"""`/hub/api/eohub/audit`: services write down what they did for people, administrators search."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Protocol

from jupyterhub import orm
from jupyterhub.apihandlers.base import APIHandler
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from tornado import web

from eohub_hub.access import AUDIT_READ, AUDIT_WRITE
from eohub_hub.addresses import needs_scope
from eohub_hub.audit.event import (
    SERVICE_PREFIX,
    Action,
    Audit,
    AuditEvent,
    AuditUnavailable,
    Detail,
    Outcome,
    recorded,
)
from eohub_hub.audit.search import MOST_RESULTS, Found, Query

FROM_SERVICES = frozenset(
    {
        Action.KEY_ISSUED,
        Action.KEY_REFUSED,
        Action.SHARE_CHANGED,
        Action.TERMS_ACCEPTED,
        Action.CULLED,
        Action.ANNOUNCED,
    }
)
"""What a service may say; logins and starts are the hub's to write down."""

_LONGEST_BODY_BYTES = 16 << 10


class ServiceEvent(BaseModel):
    """The body: whom it was done for (empty: nobody), to what, and how it ended."""

    model_config = ConfigDict(extra="forbid")

    action: Annotated[str, Field(max_length=60)]
    actor: Annotated[str, Field(max_length=300)] = ""
    object: Annotated[str, Field(max_length=1000)]
    outcome: Outcome = Outcome.ALLOWED
    details: Annotated[dict[str, Detail], Field(max_length=12)] = Field(default_factory=dict[str, Detail])


class SearchCall(BaseModel):
    """What a search may say."""

    model_config = ConfigDict(extra="forbid")

    user: Annotated[str, Field(max_length=300)] | None = None
    action: Annotated[str, Field(max_length=60)] | None = None
    outcome: Outcome | None = None
    since: AwareDatetime | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_RESULTS)] = 100


class AuditBook(Audit, Protocol):
    """A log that can also be searched."""

    def find(self, query: Query) -> Found:
        """Look for events; blocks for a moment."""
        ...


class AuditCalls(APIHandler):
    """Takes events of services that hold the scope, and answers searches of those who hold the other."""

    # Tornado hands over what stands beside the handler in the list of addresses.
    def initialize(self, audit: AuditBook) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Know the log."""
        self._audit = audit

    @needs_scope(AUDIT_READ)
    async def get(self) -> None:
        """Answer `{"events": [...], "is_all": ...}`, newest first; 422 for a wrong query."""
        query = query_of({name: values[-1] for name, values in self.request.query_arguments.items()})
        found = await asyncio.to_thread(self._audit.find, query)
        answer = {"events": [asdict(entry) for entry in found.entries], "is_all": found.is_all}
        self.finish(json.dumps(answer))

    @needs_scope(AUDIT_WRITE)
    async def post(self) -> None:
        """Write one event down; 204 when it is on disk."""
        service = self._service()
        event = service_event(self.request.body, service)
        if event.actor != f"{SERVICE_PREFIX}{service}" and not self._is_user(event.actor):
            raise web.HTTPError(422, "The actor is no user of this hub.")
        try:
            await recorded(self._audit, event)
        except AuditUnavailable as error:
            raise web.HTTPError(503, f"{error.detail} {error.hint}") from None
        self.set_status(204)

    def _is_user(self, name: str) -> bool:
        # `find_user` reads all that there is about somebody, which each issue of keys would wait for.
        found = self.db.query(orm.User.id).filter(orm.User.name == name).first()
        return found is not None

    def _service(self) -> str:
        """The name of the service that asks; 403 for a person, whatever scopes they have."""
        caller: Any = self.current_user
        if getattr(caller, "kind", "") != "service":
            raise web.HTTPError(403, "Only services write into the audit log.")
        return str(caller.name)


def query_of(arguments: Mapping[str, bytes]) -> Query:
    """The query that an address says: user, action, outcome, since (ISO 8601 with zone), limit."""
    try:
        sent = SearchCall.model_validate_strings(
            {k: v.decode("utf-8", "replace") for k, v in arguments.items()}
        )
    except ValidationError as error:
        raise _wrong(error) from None
    return Query(sent.user, sent.action, sent.outcome, sent.since, sent.limit)


def service_event(body: bytes, service: str) -> AuditEvent:
    """Read what a service says; the service is named in the event whatever the body says."""
    if len(body) > _LONGEST_BODY_BYTES:
        raise web.HTTPError(413, f"An event has at most {_LONGEST_BODY_BYTES >> 10} KiB.")
    try:
        sent = ServiceEvent.model_validate_json(body)
    except ValidationError as error:
        raise _wrong(error) from None
    if sent.action not in FROM_SERVICES:
        raise web.HTTPError(422, f"A service may write: {', '.join(sorted(FROM_SERVICES))}.")
    actor = sent.actor or f"{SERVICE_PREFIX}{service}"
    return AuditEvent(sent.action, actor, sent.object, sent.outcome, {**sent.details, "service": service})


def _wrong(error: ValidationError) -> web.HTTPError:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part)[:40] for part in first["loc"]) or "The body"
    return web.HTTPError(422, f"{place}: {first['msg']}.")
