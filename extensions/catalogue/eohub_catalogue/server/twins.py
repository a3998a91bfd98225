"""The port Twins: constraints documents, asked for when somebody chooses and kept for an hour."""

import asyncio
from collections.abc import Callable, Sequence

from eohub_catalogue.server.addresses import Origin
from eohub_catalogue.server.web import Ask, Web
from eohub_catalogue.twin_contract import TwinForm, TwinQuery, TwinSource
from eohub_catalogue.twins import Combination, combinations_of, form_of
from eohub_toolkit.errors import Upstream

_KEPT_SECONDS = 3600.0


class WebTwins:
    """Twins that a site configured. Raises Unavailable, Upstream or TooMany."""

    def __init__(self, sources: Callable[[], Sequence[TwinSource]], web: Callable[[], Web]) -> None:
        self._sources = sources
        self._web = web
        self._kept: dict[str, tuple[float, tuple[Combination, ...]]] = {}

    async def form(self, query: TwinQuery) -> TwinForm:
        """The choices after those that were made."""
        sources = self._sources()
        source = next((each for each in sources if each.title == query.twin), None)
        if source is None and len(sources) == 1:
            source = sources[0]
        allowed = () if source is None else await self._allowed(source)
        return await asyncio.to_thread(form_of, sources, source, allowed, query)

    async def _allowed(self, source: TwinSource) -> tuple[Combination, ...]:
        web = self._web()
        until, kept = self._kept.get(source.constraints, (0.0, ()))
        if until > web.now():
            return kept
        ask = Ask(source.constraints, trusted=Origin.of(source.constraints))
        answer = await web.send(ask)
        read = await asyncio.to_thread(answer.json) if answer.status == 200 else None
        found = await asyncio.to_thread(combinations_of, read)
        if not found:
            raise Upstream(
                f"What {source.title} can be asked for is not told at its address (status {answer.status}).",
                hint="Those who run this hub can look at EOHUB_CATALOGUE_SERVER_DESTINE_TWINS.",
            )
        self._kept[source.constraints] = (web.now() + _KEPT_SECONDS, found)
        return found
