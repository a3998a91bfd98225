"""An async HTTP client for one upstream: a deadline on every call, and retries only where they are safe."""

import asyncio
import random
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpx2

from eohub_toolkit.errors import Unavailable, Upstream

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
_PASSING = frozenset({429, 502, 503, 504})
_OF_THE_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_LARGEST_BODY = 32 * 1024 * 1024


class Client:
    """One upstream. Network faults raise Unavailable, failures of the upstream raise Upstream.

    A 4xx answer is returned to the caller, who knows what it means.
    """

    def __init__(
        self,
        base_url: str,
        *,
        deadline_seconds: float = 10.0,
        attempts: int = 3,
        headers: Mapping[str, str] | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._deadline_seconds = deadline_seconds
        self._attempts = attempts
        self._name = httpx2.URL(base_url).host
        self._client = httpx2.AsyncClient(
            base_url=base_url,
            headers=dict(headers or {}),
            timeout=deadline_seconds,
            transport=transport,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        """Use the client as a context manager to close it at the end."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        """GET `path`; options are those of httpx2 (`params`, `headers`)."""
        return await self.request("GET", path, **options)

    async def post(self, path: str, **options: Any) -> httpx2.Response:
        """POST to `path`, never repeated; options are those of httpx2 (`json`, `data`, `headers`)."""
        return await self.request("POST", path, **options)

    async def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send a request within the deadline, all attempts together.

        An upstream that wants to be left alone for longer than that is not asked again.
        """
        end = asyncio.get_running_loop().time() + self._deadline_seconds
        try:
            async with asyncio.timeout_at(end):
                return await self._attempt_until_answered(method, path, options, end)
        except TimeoutError:
            raise Unavailable(
                f"{self._name} did not answer within {self._deadline_seconds:g} s.",
                hint="Try again in a moment.",
            ) from None

    async def _attempt_until_answered(
        self, method: str, path: str, options: dict[str, Any], end: float
    ) -> httpx2.Response:
        attempts = self._attempts if method in _IDEMPOTENT else 1
        for attempt in range(1, attempts + 1):
            last = attempt == attempts
            try:
                answer = await self._read(method, path, options)
            except httpx2.TransportError as error:
                if last:
                    raise Unavailable(
                        f"{self._name} cannot be reached ({type(error).__name__}).",
                        hint="Try again in a moment.",
                    ) from error
                await asyncio.sleep(_jitter_seconds(attempt))
                continue
            if answer.status_code in _PASSING and not last:
                wanted = _retry_after_seconds(answer.headers.get("Retry-After", ""))
                wait = _jitter_seconds(attempt) if wanted is None else wanted
                if wait < end - asyncio.get_running_loop().time():
                    await asyncio.sleep(wait)
                    continue
            if answer.status_code >= 500:
                raise Upstream(f"{self._name} answered with status {answer.status_code}.")
            return answer
        raise AssertionError("attempts is at least 1")

    async def _read(self, method: str, path: str, options: dict[str, Any]) -> httpx2.Response:
        request = self._client.build_request(method, path, **options)
        answer = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > _LARGEST_BODY:
                    raise Upstream(f"{self._name} sent more than {_LARGEST_BODY // 2**20} MiB.")
        finally:
            await answer.aclose()
        return httpx2.Response(
            answer.status_code, headers=answer.headers, content=bytes(body), request=request
        )


def _jitter_seconds(attempt: int) -> float:
    # Full jitter keeps many clients from coming back at the same moment.
    return random.uniform(0, 0.1 * 2**attempt)  # noqa: S311


def _retry_after_seconds(header: str) -> float | None:
    """The wait that an upstream asks for, in seconds or until a date (RFC 9110, section 10.2.3)."""
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return None
