import base64

import pytest

from eohub_catalogue.index.ports import Position
from eohub_catalogue.index.query import MOST_KEYS, item_query
from eohub_catalogue.index.sorting import LONGEST_KEY
from eohub_catalogue.service.pagetoken import (
    WrongToken,
    collection_after,
    collection_token,
    item_token,
    resume,
)
from eohub_catalogue.wire import LONGEST_ID

KEY = b"0" * 32
POSITION = Position(-5, "scene ü/1", "col")
QUERY = item_query({"collections": "a", "bbox": "0,0,1,1"})


def test_a_token_leads_back_to_its_position() -> None:
    assert resume(KEY, QUERY, item_token(KEY, QUERY, POSITION)).after == POSITION
    assert collection_after(KEY, collection_token(KEY, "ü")) == "ü"


@pytest.mark.parametrize("character", ["\U0001f6f0", "\ud83d", "a"])
def test_the_longest_token_is_accepted_by_the_service_that_made_it(character: str) -> None:
    fields = ",".join(f"p{number}" for number in range(MOST_KEYS))
    query = item_query({"sortby": fields})
    keys = tuple(character * LONGEST_KEY for _ in range(MOST_KEYS))
    position = Position(-(2**63), character * LONGEST_ID, character * LONGEST_ID, keys)
    assert resume(KEY, query, item_token(KEY, query, position)).after == position


def test_a_token_can_stand_in_a_url() -> None:
    token = item_token(KEY, QUERY, POSITION)
    assert token.isascii()
    assert not set(token) & set("+/=&? ")


def test_a_token_says_nothing_about_the_page_size() -> None:
    token = item_token(KEY, item_query({"limit": 5}), POSITION)
    assert resume(KEY, item_query({"limit": 50}), token).after == POSITION


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"collections": "b", "bbox": "0,0,1,1"},
        {"collections": "a", "bbox": "0,0,1,2"},
        {"collections": "a", "bbox": "0,0,0,1,1,1"},
        {"collections": "a", "bbox": "0,0,1,1", "q": "x"},
        {"collections": "a", "bbox": "0,0,1,1", "ids": "x"},
        {"collections": "a", "bbox": "0,0,1,1", "datetime": "2020-01-01T00:00:00Z"},
    ],
)
def test_a_token_of_another_search_is_refused(other: dict[str, object]) -> None:
    with pytest.raises(WrongToken):
        resume(KEY, item_query(other), item_token(KEY, QUERY, POSITION))


def test_a_token_of_another_store_is_refused() -> None:
    with pytest.raises(WrongToken):
        resume(b"1" * 32, QUERY, item_token(KEY, QUERY, POSITION))


def test_a_token_of_items_is_none_of_collections() -> None:
    with pytest.raises(WrongToken):
        collection_after(KEY, item_token(KEY, QUERY, POSITION))
    with pytest.raises(WrongToken):
        resume(KEY, QUERY, collection_token(KEY, "a"))


def test_any_changed_bit_is_noticed() -> None:
    token = item_token(KEY, QUERY, POSITION)
    sealed = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    for place in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(WrongToken):
            resume(KEY, QUERY, base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("="))


@pytest.mark.parametrize(
    "token", ["", "x", "a" * 15, "é", "!!!!", "a" * 10_000, "\x00", 5, None, [], "AAAA=AAAA", "a b"]
)
def test_what_is_no_token_is_refused(token: object) -> None:
    with pytest.raises(WrongToken):
        resume(KEY, QUERY, token)
    with pytest.raises(WrongToken):
        collection_after(KEY, token)
