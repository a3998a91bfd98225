"""The catalogues that a person adds, in one file that all their servers share."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from eohub_catalogue.contract import CatalogueKind, CatalogueList, CatalogueSource, NewCatalogue
from eohub_catalogue.naming import distinct, slug_of
from eohub_catalogue.server.keeping import KeptFile
from eohub_toolkit.errors import Conflict, Invalid

MOST_OWN = 100


@dataclass(frozen=True)
class Recognised:
    """A catalogue as it was found; exactly one of `url` and `path` (below the home folder) is set."""

    kind: CatalogueKind
    title: str
    url: str | None = None
    path: str | None = None


class OwnCatalogues:
    """Sources with `own` set; `recognise` finds out what stands at an address that is added."""

    def __init__(self, path: Path, recognise: Callable[[str], Awaitable[Recognised]]) -> None:
        self._file = KeptFile(path, CatalogueList(catalogues=()), "The list of your own catalogues")
        self._recognise = recognise

    async def all(self, of_the_site: Collection[CatalogueSource]) -> CatalogueList:
        """A person's own, whose ids give way to those of the site."""
        kept = await self._file.read()
        taken = {source.id for source in of_the_site}
        found: list[CatalogueSource] = []
        for source in kept.content.catalogues:
            identifier = distinct(source.id, taken)
            taken.add(identifier)
            found.append(source.model_copy(update={"id": identifier, "own": True}))
        return CatalogueList(catalogues=tuple(found), note=kept.note)

    async def add(self, new: NewCatalogue, of_the_site: Collection[CatalogueSource]) -> CatalogueSource:
        """Add one; raises Invalid for what is no catalogue, Conflict for one that is there already."""
        found = await self._recognise(new.address)
        title = (new.title or "").strip() or found.title
        added: list[CatalogueSource] = []

        def with_it(before: CatalogueList) -> CatalogueList:
            known = (*of_the_site, *before.catalogues)
            for each in known:
                if (each.url or "").rstrip("/") == (found.url or "").rstrip("/") and each.path == found.path:
                    raise Conflict(f"This catalogue is there already, as {each.title}.")
            if len(before.catalogues) >= MOST_OWN:
                raise Invalid(f"You have {MOST_OWN} catalogues already.", hint="Remove one of them first.")
            source = CatalogueSource(
                id=distinct(slug_of(title), {each.id for each in known}),
                title=title,
                url=found.url,
                path=found.path,
                kind=found.kind,
                own=True,
            )
            added.append(source)
            return CatalogueList(catalogues=(*before.catalogues, source))

        await self._file.change(with_it)
        return added[0]

    async def remove(self, source: CatalogueSource) -> None:
        """Remove one; nothing happens where another tab has done so."""

        def without_it(before: CatalogueList) -> CatalogueList:
            left = [each for each in before.catalogues if (each.url, each.path) != (source.url, source.path)]
            return CatalogueList(catalogues=tuple(left))

        await self._file.change(without_it)
