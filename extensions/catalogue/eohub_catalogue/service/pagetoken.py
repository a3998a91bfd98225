"""Page tokens: where the next page starts, signed, so that a changed or foreign one is recognised."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace

import shapely

from eohub_catalogue.index.ports import ItemQuery, Position
from eohub_catalogue.index.sorting import SortValue
from eohub_toolkit.errors import Invalid

LONGEST_TOKEN = 16_384
"""Enough for eight texts to sort by and two ids as long as a store takes them, of four bytes a character."""

_SIGNATURE_BYTES = 16


class WrongToken(Invalid):
    """The page token is damaged, or belongs to another search."""

    code = "wrong_token"

    def __init__(self) -> None:
        super().__init__(
            "The page token does not belong to this search.", hint="Search again without the token."
        )


def item_token(key: bytes, query: ItemQuery, position: Position) -> str:
    """The token of the page of `query` that comes after `position`."""
    return _seal(key, _purpose(query), [position.start, position.id, position.collection, *position.keys])


def resume(key: bytes, query: ItemQuery, token: object) -> ItemQuery:
    """The query of the page that `token` stands for; raises WrongToken."""
    match _open(key, _purpose(query), token):
        case [int(start), str(id_), str(collection), *keys]:
            return replace(query, after=Position(start, id_, collection, tuple(keys)))
        case _:
            raise WrongToken


def collection_token(key: bytes, after: str) -> str:
    """The token of the page of collections that comes after the id `after`."""
    return _seal(key, b"collections", [after])


def collection_after(key: bytes, token: object) -> str:
    """The id that `collection_token` was made of; raises WrongToken."""
    match _open(key, b"collections", token):
        case [str(after)]:
            return after
        case _:
            raise WrongToken


def _purpose(query: ItemQuery) -> bytes:
    """What a token is bound to: all that is asked for, but not the size of a page."""
    area = query.area and [shapely.to_wkt(query.area.shape, rounding_precision=-1), query.area.heights]
    asked = [query.collections, query.ids, area, query.interval, query.terms]
    return json.dumps([*asked, repr(query.filter), repr(query.sort)]).encode()


def _seal(key: bytes, purpose: bytes, content: Sequence[SortValue]) -> str:
    written = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    payload = written.encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(_signature(key, purpose, payload) + payload).decode().rstrip("=")


def _open(key: bytes, purpose: bytes, token: object) -> object:
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN or not token.isascii():
        raise WrongToken
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise WrongToken from None
    signature, payload = sealed[:_SIGNATURE_BYTES], sealed[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(key, purpose, payload)):
        raise WrongToken
    return json.loads(payload.decode("utf-8", "surrogatepass"))


def _signature(key: bytes, purpose: bytes, payload: bytes) -> bytes:
    message = hashlib.sha256(purpose).digest() + payload
    return hmac.new(key, message, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
