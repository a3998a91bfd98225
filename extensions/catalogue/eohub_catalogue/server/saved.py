"""Saved searches and places, in one file that all servers of a person share."""

from collections.abc import Sequence
from pathlib import Path

from eohub_catalogue.contract import Saved, SavedPlace, SavedSearch
from eohub_catalogue.server.keeping import Kept, KeptFile
from eohub_toolkit.errors import Invalid

MOST_KEPT = 500
"""Of searches, and of places."""


class SavedFile:
    """The port SavedThings on a file."""

    def __init__(self, path: Path) -> None:
        self._file = KeptFile(path, Saved(searches=(), places=()), "Your saved searches and places")

    async def all(self) -> Saved:
        """Return everything."""
        return _with_note(await self._file.read())

    async def keep_search(self, search: SavedSearch) -> Saved:
        """Keep a search, in place of one of the same name; raises Invalid where there are too many."""
        return _with_note(
            await self._file.change(
                lambda saved: saved.model_copy(update={"searches": _with(saved.searches, search)})
            )
        )

    async def forget_search(self, name: str) -> Saved:
        """Forget a search; nothing happens where there is none."""
        return _with_note(
            await self._file.change(
                lambda saved: saved.model_copy(update={"searches": _without(saved.searches, name)})
            )
        )

    async def keep_place(self, place: SavedPlace) -> Saved:
        """Keep a place, in place of one of the same name; raises Invalid where there are too many."""
        return _with_note(
            await self._file.change(
                lambda saved: saved.model_copy(update={"places": _with(saved.places, place)})
            )
        )

    async def forget_place(self, name: str) -> Saved:
        """Forget a place; nothing happens where there is none."""
        return _with_note(
            await self._file.change(
                lambda saved: saved.model_copy(update={"places": _without(saved.places, name)})
            )
        )


def _with[Thing: SavedSearch | SavedPlace](things: Sequence[Thing], new: Thing) -> tuple[Thing, ...]:
    kept = (*_without(things, new.name), new)
    if len(kept) > MOST_KEPT:
        raise Invalid(f"{MOST_KEPT} are kept already.", hint="Remove some that you do not need any more.")
    return tuple(sorted(kept, key=lambda thing: (thing.name.casefold(), thing.name)))


def _without[Thing: SavedSearch | SavedPlace](things: Sequence[Thing], name: str) -> tuple[Thing, ...]:
    return tuple(thing for thing in things if thing.name != name)


def _with_note(kept: Kept[Saved]) -> Saved:
    return kept.content.model_copy(update={"note": kept.note})
