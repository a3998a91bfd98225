"""Search from a notebook: the catalogues of the panel through the own server, or any STAC API."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, overload, override

from eohub_cubes.errors import StoreDown
from eohub_cubes.notebook.server import ask
from eohub_toolkit.errors import EohubError

_MOST = 1_000


@dataclass(frozen=True)
class FoundItem:
    """One item that was found; `document` is its JSON where a STAC API gave it."""

    catalogue: str
    collection: str | None
    id: str
    title: str
    kind: str
    time: str
    document: dict[str, Any] | None = None


class Found(Sequence[FoundItem]):
    """What a search found, with what a person should know of it in `notes`."""

    def __init__(self, items: Sequence[FoundItem], notes: Sequence[str]) -> None:
        self._items = tuple(items)
        self.notes = tuple(notes)

    @overload
    def __getitem__(self, index: int) -> FoundItem: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[FoundItem]: ...
    @override
    def __getitem__(self, index: int | slice) -> FoundItem | Sequence[FoundItem]:
        return self._items[index]

    @override
    def __len__(self) -> int:
        return len(self._items)

    @override
    def __iter__(self) -> Iterator[FoundItem]:
        return iter(self._items)

    @override
    def __repr__(self) -> str:
        rows = [f"{number:>3}  {each.id}  {each.kind}  {each.time}" for number, each in enumerate(self)]
        return "\n".join([f"{len(self)} items", *rows, *self.notes])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in cells)}</tr>"
            for cells in (
                (number, each.title, each.collection or "", each.kind, each.time, each.catalogue)
                for number, each in enumerate(self)
            )
        )
        head = "".join(
            f"<th>{name}</th>" for name in ("", "title", "collection", "kind", "time", "catalogue")
        )
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{notes}"


def search(
    words: str = "",
    *,
    catalogue: str | None = None,
    collections: Sequence[str] = (),
    bbox: Sequence[float] | None = None,
    start: str | None = None,
    end: str | None = None,
    cql2: str = "",
    limit: int = 20,
) -> Found:
    """Search for items, at most `limit` in each catalogue.

    `catalogue` is the id of one that the catalogue panel lists, the address of a STAC API, or None for all
    of the panel's; `bbox` is [west, south, east, north] in degrees; `start` and `end` are days or UTC times,
    both included; `cql2` is text. The panel's catalogues are asked by the own Jupyter server, which has their
    logins and indexes; a STAC API by its address is asked from here, without a login.
    """
    limit = max(1, min(limit, _MOST))
    if catalogue is not None and catalogue.startswith(("http://", "https://")):
        return _of_api(catalogue, words, collections, bbox, start, end, cql2, limit)
    query: dict[str, object] = {
        "words": words,
        "collections": list(collections),
        "start": start,
        "end": end,
        "area": None if bbox is None else {"bbox": list(bbox)},
        "cql2": cql2,
        "limit": limit,
    }
    names = [catalogue] if catalogue is not None else _catalogues()
    found, notes = list[FoundItem](), list[str]()
    for name in names:
        try:
            page = ask("eohub/catalogue/search", {**query, "catalogue": name})
        except EohubError as error:
            if catalogue is not None:
                raise
            notes.append(f"{name}: {error.detail}")
            continue
        found.extend(_summary(each) for each in page["items"])
        if page.get("next"):
            notes.append(f"{name} has more; raise `limit` or narrow the search.")
        if page.get("note"):
            notes.append(f"{name}: {page['note']}")
    return Found(found, notes)


def _catalogues() -> list[str]:
    return [str(each["id"]) for each in ask("eohub/catalogue/catalogues")["catalogues"]]


def _summary(item: dict[str, Any]) -> FoundItem:
    return FoundItem(
        catalogue=item["catalogue"],
        collection=item["collection"],
        id=item["id"],
        title=item["title"],
        kind=item["kind"],
        time=_period(item.get("start"), item.get("end")),
    )


def _of_api(
    address: str,
    words: str,
    collections: Sequence[str],
    bbox: Sequence[float] | None,
    start: str | None,
    end: str | None,
    cql2: str,
    limit: int,
) -> Found:
    from pystac_client import Client
    from pystac_client.exceptions import APIError

    asked: dict[str, Any] = {"max_items": limit + 1, "limit": min(limit + 1, 100)}
    if words:
        asked["q"] = words
    if collections:
        asked["collections"] = list(collections)
    if bbox is not None:
        asked["bbox"] = list(bbox)
    if start or end:
        asked["datetime"] = f"{start or '..'}/{end or '..'}"
    if cql2:
        asked |= {"filter": cql2, "filter_lang": "cql2-text", "method": "GET"}
    try:
        client = Client.open(address, timeout=30)
        documents = [*islice(client.search(**asked).items_as_dicts(), limit + 1)]
    except (APIError, OSError) as error:
        raise StoreDown(
            f"{address} did not answer a search.", hint=str(error).splitlines()[0][:200] or None
        ) from None
    notes = ["There are more; raise `limit` or narrow the search."] if len(documents) > limit else []
    return Found([_of_document(address, each) for each in documents[:limit]], notes)


def _of_document(address: str, document: dict[str, Any]) -> FoundItem:
    properties: dict[str, Any] = document.get("properties") or {}
    return FoundItem(
        catalogue=address,
        collection=document.get("collection"),
        id=str(document.get("id")),
        title=str(properties.get("title") or document.get("id")),
        kind=", ".join(sorted(document.get("assets") or {}))[:60],
        time=_period(
            properties.get("start_datetime") or properties.get("datetime"), properties.get("end_datetime")
        ),
        document=document,
    )


def _period(start: str | None, end: str | None) -> str:
    days = [str(each)[:10] for each in (start, end) if each]
    return " to ".join(dict.fromkeys(days))
