"""Asks EOHub's STAC API, pgstac's and brute force the same questions, and tells who is right.

`make compare` runs it and writes the tables of the developers' guide.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from fakes.pgstac_service import pgstac_service
from fakes.stac_many import collections_of, every_item
from fakes.stac_service import catalogue_service, json_lines
from integration.stac_differences import DIFFERENCES, REFUSED
from integration.stac_questions import PROPERTIES, QUESTIONS, Document, Question, members_of

GUIDE = Path(__file__).parents[2] / "docs" / "developers" / "stac-api-compared.md"
_MARK = "<!-- All below is written by `make compare`. -->\n"
_MOST_PAGES = 400
_LARGE = {"limit": 100}
"""How many items a page has, where the question is not about that."""

type Key = tuple[str, str]


@dataclass(frozen=True)
class Answer:
    """The items found, in the order in which they came, with all members seen, or why there are none."""

    found: tuple[Key, ...] = ()
    members: frozenset[str] = frozenset()
    refusal: str | None = None

    @property
    def short(self) -> str:
        """How many items, or the refusal."""
        return self.refusal or str(len(self.found))


@dataclass(frozen=True)
class Row:
    """One question with its answers; `kept` is brute force among the items that pgstac keeps."""

    question: Question
    right: Answer
    kept: Answer
    ours: Answer
    pgstac: Answer

    @property
    def ours_is_right(self) -> bool:
        """Whether EOHub answers as brute force does."""
        return _agree(self.question, self.ours, self.right)

    @property
    def pgstac_is_right(self) -> bool:
        """Whether pgstac answers as brute force does, among the items that it keeps."""
        return _agree(self.question, self.pgstac, self.kept)


@dataclass(frozen=True)
class Comparison:
    """All questions, the number of items, and how many of each collection pgstac does not keep."""

    rows: tuple[Row, ...]
    items: int
    refused: Mapping[str, int]


def compare(folder: Path) -> Comparison:
    """Start both services in `folder`, fill them with the same documents, and ask everything."""
    items = every_item()
    collections = collections_of(items)
    files = {name: folder / f"{name}.ndjson" for name in ("collections", "items")}
    files["collections"].write_text(json_lines(collections))
    files["items"].write_text(json_lines(items))
    with (
        catalogue_service(folder) as ours,
        pgstac_service(folder, {"fsync": "off"}, collections) as theirs,
        httpx2.Client(base_url=ours.root, timeout=120) as our_client,
        httpx2.Client(base_url=theirs.root, timeout=120) as their_client,
    ):
        done = ours.store(files["collections"], files["items"])
        assert done.returncode == 0, done.stderr
        theirs.load_queryables(PROPERTIES, folder)
        refused = [item for item, _ in theirs.load_items(items)]
        lost = set(map(_key, refused))
        kept = [item for item in items if _key(item) not in lost]
        rows = tuple(
            Row(
                question,
                truth(items, question),
                truth(kept, question),
                answer_of(our_client, question),
                answer_of(their_client, question),
            )
            for question in QUESTIONS
        )
    return Comparison(rows, len(items), Counter(item["collection"] for item in refused))


def answer_of(client: httpx2.Client, question: Question) -> Answer:
    """Everything that an API answers, over all of its pages."""
    url, parameters, body = question.path, _LARGE | dict(question.get or {}), question.post
    body = None if body is None else _LARGE | dict(body)
    found: list[Key] = []
    members: set[str] = set()
    for _ in range(_MOST_PAGES):
        answer = _asked(client, url, parameters, body)
        if answer.status_code != 200:
            return Answer(refusal=f"refused ({answer.status_code})")
        page = answer.json()
        found += map(_key, page["features"])
        for item in page["features"]:
            members |= members_of(item, question.fields)
        following = next((link for link in page["links"] if link["rel"] == "next"), None)
        if following is None:
            return Answer(tuple(found), frozenset(members))
        url, parameters, body = _following(following, body)
    return Answer(refusal="pages without end")


def truth(items: Iterable[Document], question: Question) -> Answer:
    """The answer by brute force, in the order asked for, where one is."""
    found = [item for item in items if question.right(item)]
    for value, descending in reversed(question.order):
        found.sort(key=value, reverse=descending)
    return Answer(tuple(map(_key, found)), frozenset(question.fields))


def tables(comparison: Comparison) -> str:
    """The tables of the guide, in Markdown."""
    rows = comparison.rows
    differing = [row for row in rows if not row.pgstac_is_right]
    lost = sum(comparison.refused.values())
    said = (
        f"{len(rows)} questions about {comparison.items} items. EOHub answers"
        f" {sum(row.ours_is_right for row in rows)} of them as brute force does, pgstac"
        f" {len(rows) - len(differing)}, judged by the {comparison.items - lost} items that it keeps.\n"
    )
    refused = [(REFUSED[name], f"{count} of `{name}`") for name, count in sorted(comparison.refused.items())]
    parts = [
        said,
        "## Items that pgstac does not keep\n",
        _table(("why", "items"), refused),
        "## Where pgstac differs\n",
        _table(
            ("question", "right", "pgstac", "why EOHub is right"),
            [
                (row.question.name, row.kept.short, row.pgstac.short, DIFFERENCES[row.question.name])
                for row in differing
            ],
        ),
        "## All questions\n",
        "Items found; in brackets what is right among the items that pgstac keeps, where that is less.\n",
        _table(("question", "brute force", "EOHub", "pgstac", "right"), map(_cells, rows)),
    ]
    return "\n".join(parts)


def guide(comparison: Comparison) -> str:
    """The whole page of the guide, its written part as it is."""
    return GUIDE.read_text().partition(_MARK)[0] + _MARK + "\n" + tables(comparison)


def _cells(row: Row) -> Sequence[str]:
    right = row.right.short if row.right.short == row.kept.short else f"{row.right.short} ({row.kept.short})"
    verdict = {(True, True): "both", (True, False): "EOHub", (False, True): "pgstac", (False, False): "none"}
    who = verdict[row.ours_is_right, row.pgstac_is_right]
    return row.question.name, right, row.ours.short, row.pgstac.short, who


def _key(item: Document) -> Key:
    return str(item.get("collection") or ""), str(item["id"])


def _asked(
    client: httpx2.Client, url: str, parameters: Mapping[str, Any], body: Mapping[str, Any] | None
) -> httpx2.Response:
    def ask() -> httpx2.Response:
        return client.get(url, params=parameters or None) if body is None else client.post(url, json=body)

    try:
        return ask()
    except (httpx2.RemoteProtocolError, httpx2.ReadError):
        # pgstac's server closes the connection on which a request has failed, which may cross the next one.
        return ask()


def _following(link: Mapping[str, Any], body: Mapping[str, Any] | None) -> tuple[str, dict[str, Any], Any]:
    if link.get("method", "GET") == "GET":
        return link["href"], {}, None
    merged = {**(body or {}), **link["body"]} if link.get("merge") else link["body"]
    return link["href"], {}, merged


def _agree(question: Question, answer: Answer, right: Answer) -> bool:
    """Whether an answer has the right items, each once, in the right order and with the right members."""
    if answer.refusal or sorted(answer.found) != sorted(right.found):
        return False
    if question.order and answer.found != right.found:
        return False
    return not question.fields or answer.members == right.members


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        GUIDE.write_text(guide(compare(Path(temporary))))
