"""An S3 that an item names, over aiohttp: no redirect is followed, and hosts are those that may be asked."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import override
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree

import aiohttp
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from eohub_cubes.errors import DataDamaged, NotReadable
from eohub_cubes.reading.attempts import Refused, too_large
from eohub_cubes.reading.guard import Guard
from eohub_cubes.reading.keys import KeysMissing, RenewedKeys
from eohub_cubes.reading.logins import Logins
from eohub_cubes.reading.loop import on_loop
from eohub_cubes.reading.objects import code_in, s3_refusal
from eohub_cubes.reading.web import REDIRECTS, Answer, WebObjects, retry_after, whole

_UNCHANGED = "/-_.~"
"""Signs of a path that a signature takes as they are; all others are escaped in both."""
_LONGEST_ERROR = 64 * 1024
_LARGEST_PAGE = 16 * 2**20


class WebS3(WebObjects):
    """The port Objects over a bucket of an S3, asked with the keys that are for it, or with none."""

    def __init__(
        self, endpoint: str, bucket: str, region: str, keys: RenewedKeys | None, guard: Guard | None
    ) -> None:
        parts = urlsplit(endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise NotReadable("The endpoint of this S3 is no http or https address.")
        super().__init__(f"{parts.scheme}://{parts.netloc}", Logins(), guard)
        self._bucket = f"{self._origin}{parts.path.rstrip('/')}/{quote(bucket, safe=_UNCHANGED)}"
        self._region = region
        self._keys = keys

    @property
    @override
    def renewals(self) -> int:
        return 0 if self._keys is None else self._keys.renewals

    @override
    async def open(self, url: str, headers: Mapping[str, str]) -> aiohttp.ClientResponse:
        """Send a request; raises NotReadable for a redirect, which would take keys and reads elsewhere."""
        answer = await self.send(url, {**headers, **await self._signature(url)})
        if answer.status in REDIRECTS:
            answer.close()
            raise NotReadable(
                f"{self.host} leads to another S3, which is not followed.",
                hint="Give the endpoint of the region that the bucket lies in.",
            )
        return answer

    @override
    async def paths(self, prefix: str) -> AsyncIterator[Sequence[str]]:
        """List the paths below a prefix, page by page."""
        async for keys, _ in self._pages(prefix, {}):
            yield keys

    @override
    async def names(self, folder: str) -> Sequence[str]:
        """List what lies right below a folder."""
        found = [
            path async for pages in self._pages(folder, {"delimiter": "/"}) for each in pages for path in each
        ]
        return [path.rstrip("/").rpartition("/")[2] for path in found]

    @override
    async def renew(self) -> bool:
        """Get other keys."""
        if self._keys is None:
            return False
        self._keys.forget()
        return True

    @override
    def refusal(self, refused: Refused) -> Exception:
        """What a person is told of a 401 or 403."""
        return s3_refusal(self.host, self._keys, refused)

    async def _pages(
        self, folder: str, asked: Mapping[str, str]
    ) -> AsyncIterator[tuple[Sequence[str], Sequence[str]]]:
        """Keys and folders below a folder, as many at once as the store tells."""
        query = {"list-type": "2", "prefix": f"{folder}/" if folder else "", **asked}
        while True:
            body = await on_loop(self._listing(query))
            if body is None:
                return
            page = _parsed(body, self.host)
            yield _texts(page, "Contents", "Key"), _texts(page, "CommonPrefixes", "Prefix")
            token = _text(page, "NextContinuationToken")
            if _text(page, "IsTruncated") != "true" or not token or token == query.get("continuation-token"):
                return
            query["continuation-token"] = token

    async def _listing(self, query: Mapping[str, str]) -> bytes | None:
        url = f"{self._bucket}?{urlencode(sorted(query.items()), quote_via=quote, safe='-_.~')}"
        async with Answer(self, url, {"Accept-Encoding": "identity"}) as answer:
            if answer.status == 404:
                return None
            if answer.status != 200:
                raise await self._refused(answer)
            return await whole(answer, _LARGEST_PAGE, too_large(self.host, _LARGEST_PAGE))

    @override
    async def _refused(self, answer: aiohttp.ClientResponse) -> Refused:
        said = await answer.content.read(_LONGEST_ERROR)
        return Refused(answer.status, code_in(said.decode("utf-8", "replace")), retry_after(answer))

    @override
    def _url(self, path: str) -> str:
        return f"{self._bucket}/{quote(path, safe=_UNCHANGED)}"

    async def _signature(self, url: str) -> dict[str, str]:
        if self._keys is None:
            return {}
        try:
            # A process may be what gives them.
            keys = await asyncio.to_thread(self._keys)
        except KeysMissing:
            raise Refused(401) from None
        request = AWSRequest("GET", url)
        given = Credentials(keys["access_key_id"], keys["secret_access_key"], keys["token"])
        S3SigV4Auth(given, "s3", self._region).add_auth(request)
        return dict(request.headers.items())


def _parsed(body: bytes, host: str) -> ElementTree.Element:
    try:
        text = body.decode()
        if "<!DOCTYPE" in text:
            raise ValueError
        return ElementTree.fromstring(text)  # noqa: S314 - without a DOCTYPE nothing expands
    except (ElementTree.ParseError, ValueError):
        raise DataDamaged(f"{host} does not list what lies there as an S3 does.") from None


def _texts(page: ElementTree.Element, element: str, name: str) -> list[str]:
    return [text for each in page.findall(f"{{*}}{element}") if (text := _text(each, name))]


def _text(element: ElementTree.Element, name: str) -> str:
    return element.findtext(f"{{*}}{name}") or ""
