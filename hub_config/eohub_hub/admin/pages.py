"""The pages themselves: each asks the hub and writes what it said."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from tornado.web import RequestHandler, authenticated

from eohub_hub.admin.hub_api import PEOPLE_ON_A_PAGE, HubApi
from eohub_hub.admin.settings import AdminSettings
from eohub_hub.spawner.spend import whole_cents
from eohub_profiles.pricing import format_price
from eohub_toolkit.errors import EohubError, Forbidden, Invalid, status_of
from eohub_toolkit.http import Client

_LINES_ON_A_PAGE = 200
_LONGEST_SEARCH = 100
_MOST_OFFSET = 1_000_000

type Method = Callable[..., Awaitable[None]]


def _page(method: Method) -> Method:
    """Only for who is logged in and may come here; what the hub refuses becomes a page with its sentence."""

    @wraps(method)
    async def shown(self: "AdminPage") -> None:
        try:
            await method(self)
        except EohubError as error:
            self.set_status(status_of(error))
            self.show("problem.html", detail=error.detail, hint=error.hint)

    return cast(Method, authenticated(shown))  # pyright: ignore[reportArgumentType]


class AdminPage(HubOAuthenticated, RequestHandler):  # pyright: ignore[reportIncompatibleMethodOverride]
    """Base of all pages: the visitor's access to the hub, and the templates."""

    title: ClassVar[str]

    def initialize(self, settings: AdminSettings, hub: Client, templates: Environment) -> None:
        """Take what all pages share."""
        self._settings = settings
        self._hub = hub
        self._templates = templates

    def set_default_headers(self) -> None:
        """Allow nothing from elsewhere, no frame around a page, and no copy of it in a cache."""
        self.set_header(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none';"
            " base-uri 'none'",
        )
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")

    @property
    def api(self) -> HubApi:
        """The hub, asked in the visitor's name."""
        return HubApi(self._hub, cast(str, cast(Any, self).hub_auth.get_token(self)))

    def show(self, template: str, **values: object) -> None:
        """Write a page."""
        visitor = cast("dict[str, Any] | None", self.current_user)
        page = self._templates.get_template(template).render(
            prefix=self._settings.prefix,
            hub=self._settings.hub_public_url,
            visitor=visitor["name"] if visitor else "",
            pages=[(address, kind.title) for address, kind in PAGES],
            path=self.request.path.removeprefix(self._settings.prefix),
            xsrf=cast(bytes, self.xsrf_token).decode(),
            now=datetime.now(UTC),
            **values,
        )
        self.finish(page)

    def searched(self, name: str) -> str:
        """A text of the address, cut to what anybody searches for."""
        return self.get_query_argument(name, "")[:_LONGEST_SEARCH].strip()

    def offset(self) -> int:
        """Where a list goes on."""
        text = self.get_query_argument("offset", "0")
        return min(int(text), _MOST_OFFSET) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


class RunningPage(AdminPage):
    """What runs, and what it costs."""

    title = "Running"

    @_page
    async def get(self) -> None:
        """Show running servers."""
        self.show("running.html", running=await self.api.running())


class PeoplePage(AdminPage):
    """Who is here, with groups as the identity provider gave them."""

    title = "People"

    @_page
    async def get(self) -> None:
        """Show a page of people."""
        search, offset = self.searched("search"), self.offset()
        found = await self.api.people(search, offset)
        self.show(
            "people.html",
            people=found[:PEOPLE_ON_A_PAGE],
            search=search,
            offset=offset,
            next_offset=offset + PEOPLE_ON_A_PAGE if len(found) > PEOPLE_ON_A_PAGE else None,
            previous_offset=max(0, offset - PEOPLE_ON_A_PAGE) if offset else None,
        )


class RefusalsPage(AdminPage):
    """What was refused in the last day, with the reasons."""

    title = "Refusals"

    @_page
    async def get(self) -> None:
        """Show refusals."""
        since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        query = {"outcome": "refused", "since": since, "limit": str(_LINES_ON_A_PAGE)}
        self.show("refusals.html", found=await self.api.audit(query))


class PolicyPage(AdminPage):
    """Prices and policy in force."""

    title = "Policy"

    @_page
    async def get(self) -> None:
        """Show the policy."""
        self.show("policy.html", policy=await self.api.policy())


class AuditSearchPage(AdminPage):
    """Searches the audit log."""

    title = "Audit"

    @_page
    async def get(self) -> None:
        """Show the newest lines that match."""
        searched = {name: self.searched(name) for name in ("user", "action", "outcome", "since")}
        since = searched["since"]
        query = {
            **searched,
            # The browser's field is a day without a zone; the page says that it means UTC.
            "since": f"{since}T00:00:00Z" if since else "",
            "limit": str(_LINES_ON_A_PAGE),
        }
        found, problem = None, None
        try:
            found = await self.api.audit(query)
        except Invalid as error:
            self.set_status(status_of(error))
            problem = error.detail
        self.show("audit.html", found=found, searched=searched, problem=problem)


class NoticesPage(AdminPage):
    """Banner and terms of use, with forms to change them."""

    title = "Notices"

    @_page
    async def get(self) -> None:
        """Show both."""
        await self._show()

    @_page
    async def post(self) -> None:
        """Do what a button says; what was typed comes back with the reason when it is refused."""
        typed = {name: self.get_body_argument(name, "") for name in ("text", "level", "ends_at", "terms")}
        try:
            await self._change(self.get_body_argument("action", ""), typed)
        except (Forbidden, Invalid) as error:
            self.set_status(status_of(error))
            await self._show(problem=error.detail, typed=typed)
            return
        self.redirect(f"{self._settings.prefix}notices?done=1", status=303)

    async def _change(self, action: str, typed: dict[str, str]) -> None:
        match action:
            case "banner":
                ends_at = typed["ends_at"]
                await self.api.put_banner(
                    {
                        "text": typed["text"],
                        "level": typed["level"] or "info",
                        # The browser's field has minutes and no zone; the page says that it means UTC.
                        "ends_at": f"{ends_at}Z" if ends_at else None,
                        "stops_new_servers": self.get_body_argument("stops_new_servers", "") == "on",
                    }
                )
            case "take-down":
                await self.api.take_banner_down()
            case "publish":
                await self.api.publish(typed["terms"])
            case _:
                raise Invalid("This button is not known here.")

    async def _show(self, problem: str | None = None, typed: dict[str, str] | None = None) -> None:
        terms, accepted_by = await self.api.terms()
        self.show(
            "notices.html",
            banner=await self.api.banner(),
            terms=terms,
            accepted_by=accepted_by,
            problem=problem,
            typed=typed or {},
            done=self.get_query_argument("done", "") == "1",
        )


def page_templates() -> Environment:
    """The templates of all pages; every text is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"money": whole_cents, "price": format_price, "when": _when}
    return environment


def _when(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime("%d %b %H:%M")


PAGES: tuple[tuple[str, type[AdminPage]], ...] = (
    ("", RunningPage),
    ("people", PeoplePage),
    ("refusals", RefusalsPage),
    ("policy", PolicyPage),
    ("audit", AuditSearchPage),
    ("notices", NoticesPage),
)
CALLBACK = ("oauth_callback", HubOAuthCallbackHandler)
