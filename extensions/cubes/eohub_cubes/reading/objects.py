"""The environment's own S3, and files of this machine, over obstore."""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from eohub_cubes.errors import LoginEnded, NoAccess, NotReadable
from eohub_cubes.reading.attempts import Broken, Got, Refused, Span, too_large
from eohub_cubes.reading.keys import RenewedKeys

_NO_FILE = re.compile(r"\(os error (2|20|21)\)")
_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_FAULTS = (BaseError, OSError, ValueError)
ONE_TRY: Any = {"max_retries": 0}
"""obstore's own retries can be neither counted nor cancelled."""


class ObstoreObjects:
    """The port Objects over an obstore store, which `make` makes anew where its keys were refused."""

    def __init__(self, make: Callable[[], Any], host: str, keys: RenewedKeys | None = None) -> None:
        self.host = host
        self._make = make
        self._store = make()
        self._keys = keys

    @property
    def renewals(self) -> int:
        """How often keys were got after the first ones."""
        return 0 if self._keys is None else self._keys.renewals

    async def get(self, path: str, span: Span | None, most: int) -> Got | None:
        """Send one request for an object."""
        match span:
            case None:
                options: Any = {}
            case Span(start, None) if start < 0:
                options = {"range": {"suffix": -start}}
            case Span(start, None):
                options = {"range": {"offset": start}}
            case Span(start, int(length)):
                options = {"range": (start, start + length)}
            case _:
                raise AssertionError("a length is a number or none")
        try:
            found = await obstore.get_async(self._store, path, options=options)
            start, stop = found.range
            if stop - start > most:
                raise too_large(self.host, most)
            return Got(bytes(await found.bytes_async()), found.meta["size"], found.meta.get("e_tag"))
        except _FAULTS as error:
            if _is_missing(error):
                return None
            raise _fault(error) from None

    async def head(self, path: str) -> Got | None:
        """Send one request for an object's size and ETag."""
        try:
            found = await obstore.head_async(self._store, path)
        except _FAULTS as error:
            if _is_missing(error):
                return None
            raise _fault(error) from None
        return Got(b"", found["size"], found.get("e_tag"), found.get("last_modified"))

    async def paths(self, prefix: str) -> AsyncIterator[Sequence[str]]:
        """List the paths below a prefix."""
        try:
            async for batch in obstore.list(self._store, prefix=prefix):
                yield [each["path"] for each in batch]
        except _FAULTS as error:
            if not _is_missing(error):
                raise _fault(error) from None

    async def names(self, folder: str) -> Sequence[str]:
        """List what lies right below a folder."""
        try:
            found = await obstore.list_with_delimiter_async(self._store, prefix=folder)
        except _FAULTS as error:
            if _is_missing(error):
                return []
            raise _fault(error) from None
        paths = [*found["common_prefixes"], *(each["path"] for each in found["objects"])]
        return [path.rstrip("/").rpartition("/")[2] for path in paths]

    async def renew(self) -> bool:
        """Get other keys."""
        if self._keys is None:
            return False
        self._keys.forget()
        self._store = self._make()
        return True

    def refusal(self, refused: Refused) -> Exception:
        """What a person is told of a 401 or 403."""
        return s3_refusal(self.host or "This machine", self._keys, refused)


def s3_refusal(where: str, keys: RenewedKeys | None, refused: Refused) -> Exception:
    """What a person is told of a 401 or 403 of an S3, or of this machine."""
    if keys is not None and keys.failure is not None:
        return LoginEnded(f"{where} wants keys, and there are none: {keys.failure}", hint=_LOG_IN)
    if refused.status == 403 and refused.code not in _BAD_KEYS:
        return NoAccess(
            f"{where} does not let you read this data.", hint="Ask those who keep it whether you may."
        )
    return LoginEnded(f"{where} takes the keys of this server no more.", hint=_LOG_IN)


_LOG_IN = "Log in to the hub again and restart this server, or check the keys in your AWS configuration."
_BAD_KEYS = frozenset(
    {"ExpiredToken", "InvalidToken", "InvalidAccessKeyId", "SignatureDoesNotMatch", "TokenRefreshRequired"}
)


def _is_missing(error: BaseError | OSError | ValueError) -> bool:
    """Whether there is no object; of files also where a folder is, or where a file stands for a folder."""
    return isinstance(error, FileNotFoundError) or _NO_FILE.search(str(error)) is not None


def code_in(said: str) -> str | None:
    """The code of an S3's error, in its answer or in a text that holds it."""
    found = _CODE.search(said)
    return None if found is None else found[1]


def _fault(error: BaseError | OSError | ValueError) -> Exception:
    # Of what happened obstore tells no more than its text; nothing of that goes any further.
    said = str(error)
    code = code_in(said)
    status = _STATUS.search(said)
    match error:
        case ValueError():
            return NotReadable(
                "A part of this path is empty or only dots, so that nothing can be read there."
            )
        case UnauthenticatedError():
            return Refused(401, code)
        case PermissionDeniedError() | PermissionError():
            return Refused(403, code)
        case _ if "Requested range" in said or "InvalidGetRange" in said:
            return Refused(416)
        case _ if status is not None:
            return Refused(int(status[1]), code)
        case _:
            return Broken(cut="body error" in said)
