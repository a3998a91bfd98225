"""JupyterHub's REST calls for a person's server, asking for a decision before anything is stored."""

import json
from dataclasses import dataclass
from typing import Any, cast

from jupyterhub.apihandlers.users import UserAPIHandler, UserServerAPIHandler
from jupyterhub.scopes import needs_scope
from jupyterhub.slugs import is_valid_display_name, normalise_unicode
from jupyterhub.user import User
from tornado import web

from eohub_hub.spawner.admission import AdmittingHandler
from eohub_hub.spawner.decision import CannotStart, canonical, refused
from eohub_profiles.decision import Reason, Refusal, Rule
from eohub_profiles.model import Policy
from eohub_profiles.wording import listed, shown

_FIELDS = ("display_name", "user_options")
_FIELDS_OF_A_CHANGE = ("name", *_FIELDS)


@dataclass(frozen=True, slots=True)
class ServerCall:
    """What a call says about a server: its new name, its name for people, its options; None is not said."""

    name: str | None = None
    display_name: str | None = None
    user_options: dict[str, object] | None = None

    def dump(self) -> bytes:
        """Write it as JupyterHub reads it."""
        fields = {name: getattr(self, name) for name in _FIELDS_OF_A_CHANGE}
        return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()


def read_call(body: bytes, policy: Policy, *, is_change: bool = False) -> ServerCall:
    """Read a call's body; raises CannotStart with what is wrong.

    Options may stand in the body itself, without `user_options`, unless it changes a server that is there.
    """
    fields = _object(body, policy)
    if not is_change and not fields.keys() & set(_FIELDS):
        return ServerCall(user_options=fields or None)
    allowed = _FIELDS_OF_A_CHANGE if is_change else _FIELDS
    unknown = next((name for name in fields if name not in allowed), None)
    if unknown is not None:
        raise _wrong(Rule.UNKNOWN_OPTION, f"There is no field {shown(unknown)}.", allowed, policy)
    texts = {name: fields.get(name) for name in ("name", "display_name")}
    for name, text in texts.items():
        if text is not None and not isinstance(text, str):
            raise _wrong(Rule.MALFORMED_OPTION, f"The field {name} must be text.", allowed, policy)
    display_name = cast(str | None, texts["display_name"]) or None
    if display_name is not None and not is_valid_display_name(normalise_unicode(display_name)):
        raise _wrong(Rule.MALFORMED_OPTION, "The field display_name is not a name.", allowed, policy)
    options = fields.get("user_options")
    if options is not None and not isinstance(options, dict):
        raise _wrong(Rule.MALFORMED_OPTION, "The field user_options must be an object.", allowed, policy)
    return ServerCall(
        cast(str | None, texts["name"]), display_name, cast("dict[str, object] | None", options)
    )


class ServerCalls(AdmittingHandler, UserServerAPIHandler):
    """Start, make and change a server over REST; only what was understood goes on to JupyterHub."""

    @needs_scope("start:servers")
    async def post(self, user_name: str, server_name: str = "") -> None:
        """Start a server; without options as it was started before."""
        user = self.owner(user_name)
        async with self.refusals_written_down(user, server_name):
            await self._start(user, server_name)

    async def _start(self, user: User, server_name: str) -> None:
        call = read_call(self.request.body, user.spawner.site.policy)
        await self.ask_provider(user)
        if server_name:
            await self._check_named_server_request(user, server_name, call.display_name or server_name)
        options = call.user_options
        if options is None and server_name in user.orm_spawners:
            options = user.orm_spawners[server_name].user_options
        spawner = user.spawner
        await spawner.refuse_if_blocked(await spawner.person())
        decided = await self._options(user, server_name, options or {})
        with spawner.admissions.hold(user.name, server_name):
            self.request.body = ServerCall(None, call.display_name, decided).dump()
            await super().post(user.name, server_name)

    @needs_scope("start:servers")
    async def put(self, user_name: str, server_name: str = "") -> None:
        """Make a server without starting it."""
        user = self.owner(user_name)
        call = read_call(self.request.body, user.spawner.site.policy)
        options = call.user_options
        async with self.refusals_written_down(user, server_name):
            decided = options and await self._options(user, server_name, options, starts=False)
        self.request.body = ServerCall(None, call.display_name, decided).dump()
        await super().put(user_name, server_name)

    @needs_scope("start:servers")
    async def patch(self, user_name: str, server_name: str = "") -> None:
        """Change a server that does not run."""
        user = self.owner(user_name)
        call = read_call(self.request.body, user.spawner.site.policy, is_change=True)
        name = server_name if call.name is None else call.name
        options = call.user_options
        async with self.refusals_written_down(user, server_name):
            decided = None if options is None else await self._options(user, name, options, starts=False)
        self.request.body = ServerCall(call.name, call.display_name, decided).dump()
        await super().patch(user_name, server_name)

    async def _options(
        self, user: User, server_name: str, options: object, *, starts: bool = True
    ) -> dict[str, Any]:
        decision = await self.decide(user, server_name, options, starts=starts)
        if isinstance(decision, Refusal):
            raise refused(decision)
        return dict(canonical(decision[0]))


class UserCalls(AdmittingHandler, UserAPIHandler):
    """JupyterHub's REST calls for a person: who is removed leaves no server running."""

    @needs_scope("delete:users")
    async def delete(self, user_name: str) -> None:
        """Remove a person, once their named servers were stopped; JupyterHub stops the default one itself."""
        user: User | None = self.find_user(user_name)
        if user is not None and user.name != getattr(self.current_user, "name", None):
            for name in [name for name, spawner in user.spawners.items() if name and spawner.active]:
                await self._end(user, name)
        await super().delete(user_name)

    async def _end(self, user: User, server_name: str) -> None:
        spawner = user.spawners[server_name]
        if not spawner.pending:
            await self.stop_single_user(user, server_name)
        if spawner.active:
            state = "is still starting or stopping"
            raise web.HTTPError(
                400, f"The server {server_name} of {user.name} {state}. Try again in a moment."
            )


def _object(body: bytes, policy: Policy) -> dict[str, object]:
    try:
        value: object = json.loads(body) if body else None
    except (ValueError, RecursionError):
        raise _wrong(Rule.MALFORMED_OPTION, "The body is not JSON.", _FIELDS, policy) from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(Rule.MALFORMED_OPTION, "The body must be a JSON object.", _FIELDS, policy)
    return cast("dict[str, object]", value)


def _wrong(rule: Rule, sentence: str, allowed: tuple[str, ...], policy: Policy) -> CannotStart:
    return refused(Refusal((Reason(rule, sentence, f"Allowed fields: {listed(allowed)}.", policy.support),)))
