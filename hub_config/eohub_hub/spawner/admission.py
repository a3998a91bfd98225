"""What stands before every start, be it asked for by the form or over REST: a bound on what is sent, and a
decision before JupyterHub writes anything down.

JupyterHub makes a server's row and stores its options first and asks the spawner afterwards. So a refused
request would leave both behind, and requests that arrive together would be counted before they are refused.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from jupyterhub.handlers import BaseHandler
from jupyterhub.user import User
from tornado import web
from tornado.httputil import url_concat

from eohub_hub.spawner.decision import CannotStart, decide
from eohub_hub.spawner.journal import Journal, actor_of
from eohub_profiles.decision import Plan, Refusal, Request, Usage

LONGEST_BODY_BYTES = 64 << 10
"""More than any form or REST call needs; JupyterHub itself takes 100 MiB."""


class Admissions:
    """Servers whose start was allowed and that JupyterHub does not count among the starting ones yet."""

    def __init__(self) -> None:
        self._held: Counter[tuple[str, str]] = Counter()
        self._asked: dict[tuple[str, str], str] = {}

    @contextmanager
    def asked(self, user_name: str, server_name: str, actor: str) -> Generator[None]:
        """Have it known who asks for what happens to a server meanwhile."""
        key = (user_name, server_name)
        self._asked[key] = actor
        try:
            yield
        finally:
            self._asked.pop(key, None)

    def actor(self, user_name: str, server_name: str) -> str | None:
        """Who asks for what happens to a server now; None where nobody does."""
        return self._asked.get((user_name, server_name))

    @contextmanager
    def hold(self, user_name: str, server_name: str) -> Generator[None]:
        """Count a server as starting; may be held several times."""
        key = (user_name, server_name)
        self._held[key] += 1
        try:
            yield
        finally:
            self._held[key] -= 1
            if not self._held[key]:
                del self._held[key]

    def of(self, user_name: str) -> frozenset[str]:
        """The names of a person's servers that are held."""
        return frozenset(server for user, server in self._held if user == user_name)


class AdmittingHandler(BaseHandler):
    """A handler of JupyterHub that starts or stops servers, with what it needs to decide before it does."""

    async def prepare(self) -> None:
        """Refuse what is too long, once JupyterHub has seen who asks."""
        await super().prepare()
        if len(self.request.body) > LONGEST_BODY_BYTES:
            limit = f"{LONGEST_BODY_BYTES >> 10} KiB"
            raise web.HTTPError(413, f"This request is too long. Allowed: at most {limit}.")

    def owner(self, user_name: str) -> User:
        """The person whose server it is; 404 for a name that nobody has."""
        asker = self.current_user
        # Most ask for their own: who asks has been read from the database already.
        own = isinstance(asker, User) and asker.name == user_name
        user: User | None = asker if own else self.find_user(user_name)
        if user is None:
            raise web.HTTPError(404, "There is no such user.")
        return user

    async def ask_provider(self, user: User) -> None:
        """Bring the groups of the person whose server it is up to date, so that none counts that they lost.

        Whoever has to log in is sent there from their own page, and refused with a sentence otherwise.
        """
        # At most once in a request, be it asked here or by JupyterHub before it spawns.
        known = await self.refresh_auth(user, force=True)
        if known is not None and user.name not in getattr(self.authenticator, "ended_logins", ()):
            return
        if known is None and self.authenticator is not None and "/api/" not in self.request.path:
            where = self.authenticator.login_url(self.hub.base_url)
            self.redirect(url_concat(where, {"next": self.request.uri}))
            raise web.Finish
        raise CannotStart(
            f"The login of {user.name} has ended. Log in again, then start the server.",
            reason="login-ended",
            status_code=403,
        )

    async def decide(
        self, user: User, server_name: str, options: object, *, starts: bool = True
    ) -> tuple[Request, Plan] | Refusal:
        """Decide on options for a server; only a start counts what runs already.

        Nothing else runs between the decision and what the caller does before its next `await`, so that a
        caller who then holds the admission cannot be overtaken.
        """
        spawner = user.spawner
        person = await spawner.person()
        usage = spawner.usage() if starts else Usage()
        site = spawner.site
        return decide(options, server_name, spawner.subject(person), usage, site.policy, site.place)

    async def spawn_single_user(
        self, user: User, server_name: str = "", display_name: str = "", options: Any = None
    ) -> None:
        """Start the server, counted as starting until JupyterHub does so itself."""
        admissions = user.spawner.admissions
        actor = actor_of(self.current_user)
        with admissions.hold(user.name, server_name), admissions.asked(user.name, server_name, actor):
            await super().spawn_single_user(user, server_name, display_name, options)

    async def stop_single_user(self, user: User, server_name: str = "") -> asyncio.Task[None]:
        """Stop a server, and have it known who asked for it."""
        admissions: Admissions = user.spawner.admissions
        with admissions.asked(user.name, server_name, actor_of(self.current_user)):
            return await super().stop_single_user(user, server_name)

    @asynccontextmanager
    async def refusals_written_down(self, user: User, server_name: str) -> AsyncGenerator[None]:
        """Write each refusal of a start in the audit log, in the name of whoever asked."""
        try:
            yield
        except CannotStart as error:
            await self.write_down(user, server_name, error)
            raise

    async def write_down(self, user: User, server_name: str, error: CannotStart) -> None:
        """Write one refusal in the audit log."""
        journal = Journal(user.spawner.site.audit, user.name, server_name)
        await journal.refused(actor_of(self.current_user), error)
