"""ETags: what the caller has already is not sent again, and a change of what was not seen is refused."""

from collections.abc import Iterable

from fastapi import Request, Response

from eohub_catalogue.errors import ChangedMeanwhile
from eohub_catalogue.index.etag import etag_of


def answer(request: Request, text: str, kind: str, etag: str | None = None) -> Response:
    """200 with the text and its ETag, or 304 where `If-None-Match` names it."""
    etag = etag or etag_of(text)
    headers = {"ETag": etag}
    # OGC API - Features and STAC have no conditional POST: a search sends its answer.
    if request.method in ("GET", "HEAD") and _names(request, "if-none-match", etag, weak=True):
        return Response(status_code=304, headers=headers)
    return Response(text, media_type=kind, headers=headers)


def matching(request: Request, etag: str | None) -> str | None:
    """The ETag that the document has to have still for a change, where `If-Match` is given.

    `etag` is that of the present document, None where there is none. Raises ChangedMeanwhile.
    """
    if "if-match" not in request.headers:
        return None
    if etag is None or not _names(request, "if-match", etag, weak=False):
        raise ChangedMeanwhile
    return etag


def _names(request: Request, header: str, etag: str, *, weak: bool) -> bool:
    given = [part.strip() for part in ",".join(request.headers.getlist(header)).split(",")]
    return any(part == "*" or (part.removeprefix("W/") if weak else part) == etag for part in _known(given))


def _known(parts: Iterable[str]) -> list[str]:
    return [part for part in parts if part]
