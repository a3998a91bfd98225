"""What is kept of an item's assets: what their hosts tell about them, and small files whole."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from eohub_catalogue.assets import is_web
from eohub_catalogue.contract import FreezeQuery
from eohub_catalogue.frozen_documents import with_copy, with_file
from eohub_catalogue.keys import has_key
from eohub_catalogue.naming import file_name_of
from eohub_catalogue.reading import count, mapping, text
from eohub_catalogue.server.addresses import Origin
from eohub_catalogue.server.web import Answer, Ask, Web
from eohub_toolkit.errors import EohubError, Unavailable

MOST_ASKED = 20_000
"""Assets whose hosts are asked, in one frozen search."""
MOST_BYTES = 4 * 1024**3
"""Bytes of small files, in one frozen search."""

_AT_ONCE = 8
_AWAY_AFTER = 3
"""So many times without any answer, and a host is not asked again: it may have thousands of the assets."""
_MOST_OF_ITEM = 200

type Write = Callable[[str, bytes], Awaitable[None]]


class AssetKeeper:
    """Asks for assets without any credential. What cannot be had is counted, nothing raises."""

    def __init__(self, web: Web, query: FreezeQuery, write: Write) -> None:
        self._web = web
        self._how = query.assets
        self._largest = query.largest_asset_bytes
        self._write = write
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self.asked = 0
        self.kept = 0
        self.bytes = 0
        self.failed = 0
        self.left_out = 0
        self._silent = Counter[str]()

    async def kept_assets(
        self,
        item: Mapping[str, object],
        signed: frozenset[str],
        folder: str,
        to_folder: str,
        trusted: Origin | None,
    ) -> dict[str, Mapping[str, object]]:
        """The assets of an item; copies are written below `folder`, which the item reaches as `to_folder`.

        `signed` are those whose addresses had a key, which is left out: they are not asked for.
        """
        assets = {key: mapping(asset) for key, asset in mapping(item.get("assets")).items()}
        open_ones = [key for key in list(assets)[:_MOST_OF_ITEM] if key not in signed]
        wanted = [key for key in open_ones if self._is_asked(assets[key])]
        done = await asyncio.gather(
            *(self._kept(key, assets[key], folder, to_folder, trusted) for key in wanted)
        )
        return assets | dict(zip(wanted, done, strict=True))

    def _is_asked(self, asset: Mapping[str, object]) -> bool:
        href = asset.get("href")
        if self._how == "none" or not isinstance(href, str) or not is_web(href):
            return False
        # A store of many files answers nothing at its root.
        if urlsplit(href).path.rstrip("/").endswith(".zarr"):
            return False
        if self.asked >= MOST_ASKED:
            self.left_out += 1
            return False
        self.asked += 1
        return True

    async def _kept(
        self, key: str, asset: Mapping[str, object], folder: str, to_folder: str, trusted: Origin | None
    ) -> Mapping[str, object]:
        href = str(asset["href"])
        host = urlsplit(href).netloc
        async with self._turns:
            if self._silent[host] >= _AWAY_AFTER:
                self.failed += 1
                return asset
            try:
                told = await self._web.send(Ask(href, "HEAD", trusted=trusted))
                self._silent[host] = 0
                if told.status != 200:
                    self.failed += 1
                    return asset
                size = count(_number(told.headers.get("content-length")))
                described = with_file(
                    asset, size=size, media_type=_media_type(told), etag=told.headers.get("etag")
                )
                self.kept += 1
                if self._how != "small" or not self._is_small(size, asset):
                    return described
                answer = await self._web.send(Ask(href, trusted=trusted, most_bytes=self._largest))
            except EohubError as error:
                self._silent[host] += isinstance(error, Unavailable)
                self.failed += 1
                return asset
        if answer.status != 200:
            self.failed += 1
            return described
        name = f"{file_name_of(key)}{_suffix(href)}"
        await self._write(f"{folder}{name}", answer.body)
        self.bytes += len(answer.body)
        digest = hashlib.sha256(answer.body).hexdigest()
        return with_copy(described, f"{to_folder}{name}", len(answer.body), digest)

    def _is_small(self, size: int | None, asset: Mapping[str, object]) -> bool:
        known = size if size is not None else count(asset.get("file:size"))
        if self.bytes + (known or 0) > MOST_BYTES:
            self.left_out += 1
            return False
        # A host that does not tell is asked for no more than the largest that is wanted.
        return known is None or known <= self._largest


def signed_assets(raw: Mapping[str, object]) -> frozenset[str]:
    """The assets of an item as it came whose addresses have a key."""
    hrefs = {key: mapping(asset).get("href") for key, asset in mapping(raw.get("assets")).items()}
    return frozenset(key for key, href in hrefs.items() if isinstance(href, str) and has_key(href))


def _number(header: str | None) -> int | None:
    return int(header) if header and header.isascii() and header.isdigit() and len(header) < 19 else None


def _media_type(answer: Answer) -> str | None:
    told = text(answer.headers.get("content-type", "").partition(";")[0], 200)
    # What hosts say of files that they do not know.
    return None if told in ("application/octet-stream", "binary/octet-stream", "text/plain") else told


def _suffix(href: str) -> str:
    suffix = PurePosixPath(urlsplit(href).path).suffix.lower()
    return suffix if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= 10 else ""
