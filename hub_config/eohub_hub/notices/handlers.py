"""Addresses of the hub for banner and terms: REST for administrators, a page for everybody."""

import json
from typing import Any, cast

from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.handlers import BaseHandler
from jupyterhub.user import User
from markdown_it import MarkdownIt
from pydantic import BaseModel, ValidationError
from tornado import web

from eohub_hub.access import NOTICES_WRITE
from eohub_hub.addresses import needs_scope
from eohub_hub.audit.event import (
    Action,
    Audit,
    AuditEvent,
    AuditUnavailable,
    admin_action,
    recorded,
    recorded_if_possible,
)
from eohub_hub.notices.board import TERMS_PATH, Board
from eohub_hub.notices.model import Banner, Terms, TermsDraft
from eohub_toolkit.errors import Conflict

BOARD = "eohub_board"
"""The board's key in the hub's Tornado settings and in the variables of its templates."""
_LONGEST_BODY = 256 << 10

# No HTML of its own, and links as CommonMark's reference implementation lets them through.
_markdown = MarkdownIt("commonmark", {"html": False})


class _NoticesHandler(APIHandler):
    # Tornado hands over what stands beside the handler in the list of addresses.
    def initialize(self, audit: Audit) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._audit = audit

    async def note(self, act: str, what: str, **details: str | int | bool) -> None:
        """Write down what an administrator is about to do; 503 where that is not possible."""
        person = cast(User, self.current_user)
        event = AuditEvent(admin_action(act), str(person.name), what, details=details)
        try:
            await recorded(self._audit, event)
        except AuditUnavailable as error:
            raise web.HTTPError(503, f"{error.detail} {error.hint}") from None

    @property
    def board(self) -> Board:
        return cast(Board, self.settings[BOARD])

    async def prepare(self) -> None:
        await super().prepare()
        if len(self.request.body) > _LONGEST_BODY:
            raise web.HTTPError(413, f"This request is too long. Allowed: at most {_LONGEST_BODY >> 10} KiB.")

    def read[M: BaseModel](self, kind: type[M]) -> M:
        """The request's body as a model; 400 with what is wrong in it."""
        try:
            return kind.model_validate_json(self.request.body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "the body"
            raise web.HTTPError(400, f"{where}: {first['msg'].removeprefix('Value error, ')}.") from None

    def answer(self, model: BaseModel | None, **more: object) -> None:
        self.finish(json.dumps(None if model is None else model.model_dump(mode="json") | more))


class BannerCall(_NoticesHandler):
    """`/api/eohub/banner`: the banner on every page."""

    @needs_scope(NOTICES_WRITE)
    async def get(self) -> None:
        """Answer the banner that is shown now, or null."""
        self.answer(self.board.banner)

    @needs_scope(NOTICES_WRITE)
    async def put(self) -> None:
        """Put up the banner of the body."""
        banner = self.read(Banner)
        await self.note("banner_put_up", "banner", stops_new_servers=banner.stops_new_servers)
        await self.board.put_banner(banner)
        self.answer(banner)

    @needs_scope(NOTICES_WRITE)
    async def delete(self) -> None:
        """Take the banner down."""
        await self.note("banner_taken_down", "banner")
        await self.board.put_banner(None)
        self.set_status(204)


class TermsCall(_NoticesHandler):
    """`/api/eohub/terms`: the terms of use in force."""

    @needs_scope(NOTICES_WRITE)
    async def get(self) -> None:
        """Answer the newest terms with how many people accepted them, or null."""
        self.answer(self.board.terms, accepted_by=await self.board.accepted_by())

    @needs_scope(NOTICES_WRITE)
    async def post(self) -> None:
        """Publish new terms, which everybody has to accept before the next start."""
        draft = self.read(TermsDraft)
        await self.note("terms_published", "terms", characters=len(draft.text))
        try:
            terms = await self.board.publish(draft.text, cast(User, self.current_user).name)
        except Conflict as error:
            raise web.HTTPError(409, f"{error.detail} {error.hint}") from error
        self.set_status(201)
        self.answer(terms)


class TermsPage(BaseHandler):
    """`/terms`: the terms of use, with a button to accept them."""

    def initialize(self, audit: Audit) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Know the log."""
        self._audit = audit

    @web.authenticated
    async def get(self) -> None:
        """Show the newest terms."""
        await self._show()

    @web.authenticated
    async def post(self) -> None:
        """Accept the version that the page showed, and go on."""
        sent = self.get_body_argument("version", "")
        version = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) <= 9 else 0
        if await self._board.accept(self._person.name, version):
            event = AuditEvent(
                Action.TERMS_ACCEPTED, self._person.name, "terms", details={"version": version}
            )
            # The record of acceptances has it in any case.
            await recorded_if_possible(self._audit, event)
            self.redirect(cast(str, self.get_next_url(self._person)))
            return
        self.set_status(409)
        await self._show("These terms have changed since you opened this page. Please read them again.")

    @property
    def _board(self) -> Board:
        return cast(Board, self.settings[BOARD])

    @property
    def _person(self) -> User:
        return cast(User, self.current_user)

    async def _show(self, problem: str | None = None) -> None:
        terms = self._board.terms
        page = await self.render_template(
            "terms.html",
            terms=terms,
            text=None if terms is None else as_html(terms),
            needs_acceptance=await self._board.needs_acceptance(self._person.name),
            problem=problem,
            auth_state=await self._person.get_auth_state(),
        )
        self.finish(page)


def as_html(terms: Terms) -> str:
    """The terms as HTML that holds no tag but CommonMark's own."""
    return cast(str, _markdown.render(terms.text))


def handlers(audit: Audit) -> list[tuple[str, type[Any], dict[str, Audit]]]:
    """The addresses, each with the log that acts are written into."""
    return [
        (rf"/{TERMS_PATH}", TermsPage, {"audit": audit}),
        (r"/api/eohub/banner", BannerCall, {"audit": audit}),
        (r"/api/eohub/terms", TermsCall, {"audit": audit}),
    ]
