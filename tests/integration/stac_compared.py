"""Asks two STAC APIs and brute force the same questions, and writes the table of what they answered."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from integration.stac_questions import Document, Question, members_of

type Key = tuple[str, str]

_MOST_PAGES = 400
_LARGE = {"limit": 100}
"""How many items a page has, where the question is not about that."""


@dataclass(frozen=True)
class Answer:
    """The items found, in the order in which they came, or why there are none."""

    found: tuple[Key, ...] = ()
    members: frozenset[str] = frozenset()
    refusal: str | None = None

    @property
    def short(self) -> str:
        """How many items, or the refusal's status."""
        return self.refusal or str(len(self.found))


@dataclass(frozen=True)
class Row:
    """One question with the three answers; `kept` is brute force among the items that pgstac keeps."""

    name: str
    right: Answer
    ours: Answer
    pgstac: Answer
    kept: Answer
    ordered: bool


def key_of(item: Document) -> Key:
    """An item's collection and id."""
    return str(item.get("collection") or ""), str(item["id"])


def answer_of(client: httpx2.Client, question: Question) -> Answer:
    """Everything that an API answers, over all of its pages."""
    url, parameters, body = question.path, _LARGE | dict(question.get or {}), question.post
    body = None if body is None else _LARGE | dict(body)
    found: list[Key] = []
    members: set[str] = set()
    for _ in range(_MOST_PAGES):
        try:
            answer = _asked(client, url, parameters, body)
        except httpx2.TransportError:
            return Answer(refusal="connection lost")
        if answer.status_code != 200:
            return Answer(refusal=f"refused ({answer.status_code})")
        page = answer.json()
        found += [key_of(item) for item in page["features"]]
        for item in page["features"]:
            members |= members_of(item, question.fields)
        following = next((link for link in page["links"] if link["rel"] == "next"), None)
        if following is None:
            return Answer(tuple(found), frozenset(members))
        url, parameters, body = _following(following, body)
    return Answer(refusal="pages without end")


def _asked(client: httpx2.Client, url: str, parameters: Mapping[str, Any], body: Any) -> httpx2.Response:
    if body is None:
        return client.get(url, params=parameters or None)
    return client.post(url, json=body)


def _following(link: Mapping[str, Any], body: Mapping[str, Any] | None) -> tuple[str, dict[str, Any], Any]:
    if link.get("method", "GET") == "GET":
        return link["href"], {}, None
    merged = {**(body or {}), **link["body"]} if link.get("merge") else link["body"]
    return link["href"], {}, merged


def truth(items: Iterable[Document], question: Question) -> Answer:
    """The answer by brute force, in the order asked for, where one is."""
    found = [item for item in items if question.right(item)]
    for value, descending in reversed(question.order):
        found.sort(key=value, reverse=descending)
    return Answer(tuple(map(key_of, found)), frozenset(question.fields))


def agree(row_answer: Answer, right: Answer, *, ordered: bool, members: bool) -> bool:
    """Whether an answer has the right items, each once, in the right order and with the right members."""
    if row_answer.refusal or right.refusal or sorted(row_answer.found) != sorted(right.found):
        return False
    if ordered and row_answer.found != right.found:
        return False
    return not members or row_answer.members == right.members


def table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], cell: Callable[[object], str] = str
) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
    lines += [f"| {' | '.join(map(cell, row))} |" for row in rows]
    return "\n".join(lines) + "\n"
