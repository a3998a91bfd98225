"""What the running hub shows on its pages and asks for before a start."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, Self

from eohub_hub.notices.model import Banner, Terms

TERMS_PATH = "terms"
"""Where people read and accept the terms, below the hub's own address."""


class Notices(Protocol):
    """Keeps banner, terms and acceptances; blocks for a moment."""

    def banner(self) -> Banner | None:
        """The banner that was put up last."""
        ...

    def put_banner(self, banner: Banner | None) -> None:
        """Put up a banner, or take it down."""
        ...

    def terms(self) -> Terms | None:
        """The newest terms."""
        ...

    def publish(self, text: str, by: str, now: datetime) -> Terms:
        """Publish a new version; raises Conflict."""
        ...

    def accept(self, version: int, name: str, now: datetime) -> None:
        """Note an acceptance."""
        ...

    def has_accepted(self, version: int, name: str) -> bool:
        """Tell whether somebody accepted a version."""
        ...

    def accepted_by(self, version: int) -> int:
        """How many people accepted a version."""
        ...


class Board:
    """Banner and terms of one hub: read when it starts, and changed by nobody else while it runs."""

    def __init__(self, notices: Notices, clock: Callable[[], datetime]) -> None:
        self._notices = notices
        self._clock = clock
        self._banner = notices.banner()
        self.terms = notices.terms()

    def __deepcopy__(self, _: object) -> Self:
        # traitlets copies configuration when it reads it, and there is one board.
        return self

    @property
    def banner(self) -> Banner | None:
        """The banner that every page shows now."""
        return self._banner if self._banner and self._banner.is_shown_at(self._clock()) else None

    async def put_banner(self, banner: Banner | None) -> None:
        """Put up a banner, or take it down."""
        await asyncio.to_thread(self._notices.put_banner, banner)
        self._banner = banner

    async def publish(self, text: str, by: str) -> Terms:
        """Publish a new version of the terms; raises Conflict."""
        self.terms = await asyncio.to_thread(self._notices.publish, text, by, self._clock())
        return self.terms

    async def accept(self, name: str, version: int) -> bool:
        """Note that somebody accepts the terms; False where they read another version than the newest."""
        if self.terms is None or self.terms.version != version:
            return False
        await asyncio.to_thread(self._notices.accept, version, name, self._clock())
        return True

    async def needs_acceptance(self, name: str) -> bool:
        """Tell whether somebody has yet to accept the newest terms."""
        if self.terms is None:
            return False
        return not await asyncio.to_thread(self._notices.has_accepted, self.terms.version, name)

    async def accepted_by(self) -> int:
        """How many people accepted the newest terms."""
        return (
            0
            if self.terms is None
            else await asyncio.to_thread(self._notices.accepted_by, self.terms.version)
        )

    async def why_not(self, name: str) -> str | None:
        """Why somebody may start no server now, a sentence with what to do; None where nothing is in the
        way."""
        banner = self.banner
        if banner is not None and banner.stops_new_servers:
            return f"No server can be started now: {banner.text}"
        if await self.needs_acceptance(name):
            return (
                "Please read and accept the terms of use first: they are linked on top of this hub's pages."
            )
        return None
