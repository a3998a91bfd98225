"""The chain: what it says of itself is true to the byte."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_hub.audit.chain import BEGINNING, LONGEST_LINE, NOTHING, Head, read_line, written

LINE, HEAD = written({"action": "login", "actor": "ann", "details": {"n": 1}}, BEGINNING)


def test_a_line_names_its_number_and_the_hash_before_it() -> None:
    first = read_line(LINE)
    assert first is not None
    assert (first.number, first.previous, first.head) == (1, NOTHING, HEAD)
    second, head = written({"action": "logout"}, HEAD)
    read = read_line(second)
    assert read is not None
    assert head.count == 2
    assert read.follows(HEAD)
    assert not read.follows(BEGINNING)
    assert json.loads(second)["previous"] == HEAD.hash


@given(st.integers(0, len(LINE) - 1), st.integers(1, 255))
def test_a_line_with_any_byte_changed_is_no_line(place: int, change: int) -> None:
    changed = bytearray(LINE)
    changed[place] ^= change
    assert read_line(bytes(changed)) is None


@given(st.integers(0, len(LINE) - 1))
def test_a_line_with_a_byte_less_or_more_is_no_line(place: int) -> None:
    assert read_line(LINE[:place] + LINE[place + 1 :]) is None
    assert read_line(LINE[:place] + b" " + LINE[place:]) is None
    assert read_line(LINE[:place]) is None


@pytest.mark.parametrize(
    "text", [b"[1]", b"{}", b'{"number":true,"previous":"x"}', b'{"number":1}', b"[" * 5000]
)
def test_a_right_hash_alone_makes_no_line(text: bytes) -> None:
    digest = hashlib.sha256(text).hexdigest().encode()
    assert read_line(text[:-1] + b',"hash":"' + digest + b'"}') is None


def test_what_is_too_long_is_no_line() -> None:
    line, _ = written({"text": "x" * LONGEST_LINE}, Head())
    assert read_line(line) is None
