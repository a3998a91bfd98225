"""ETags: what the caller has already is not sent again, and a change of what was not seen is refused."""

import hashlib
from collections.abc import Iterable

from fastapi import Request, Response

from eohub_toolkit.errors import Conflict


class NotTheSame(Conflict):
    """The document has been changed since the caller read it."""

    code = "precondition_failed"

    def __init__(self) -> None:
        super().__init__(
            "The document is not the one that If-Match names: somebody has changed or removed it.",
            hint="Read it again, make your change, and send it with the new ETag.",
        )


def etag_of(*texts: str) -> str:
    """The ETag of a document that consists of these texts."""
    digest = hashlib.blake2b(digest_size=16)
    for text in texts:
        digest.update(f"{len(text)}:".encode())
        digest.update(text.encode())
    return f'"{digest.hexdigest()}"'


def answer(request: Request, text: str, kind: str, etag: str | None = None) -> Response:
    """200 with the text and its ETag, or 304 where `If-None-Match` names it."""
    etag = etag or etag_of(text)
    headers = {"ETag": etag}
    # OGC API - Features and STAC have no conditional POST: a search sends its answer.
    if request.method in ("GET", "HEAD") and _names(request, "if-none-match", etag, weak=True):
        return Response(status_code=304, headers=headers)
    return Response(text, media_type=kind, headers=headers)


def check_match(request: Request, etag: str | None) -> None:
    """Go on only if `If-Match`, where it is given, names the present document; raises NotTheSame.

    `etag` is None where there is no document.
    """
    if "if-match" not in request.headers:
        return
    if etag is None or not _names(request, "if-match", etag, weak=False):
        raise NotTheSame


def _names(request: Request, header: str, etag: str, *, weak: bool) -> bool:
    given = [part.strip() for part in ",".join(request.headers.getlist(header)).split(",")]
    return any(part == "*" or (part.removeprefix("W/") if weak else part) == etag for part in _known(given))


def _known(parts: Iterable[str]) -> list[str]:
    return [part for part in parts if part]
