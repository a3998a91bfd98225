import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_hub.printable import printable


@pytest.mark.parametrize("text", ["", "demo", "Überblick 日本 🌍", "a b"])
def test_what_can_be_read_is_as_it_was(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\nb", r"a\u{a}b"),
        ("\x1b[2J", r"\u{1b}[2J"),
        ("\x00\x7f\x9b31m", r"\u{0}\u{7f}\u{9b}31m"),
        ("\u2028\u202e", r"\u{2028}\u{202e}"),
        ("\udcff", r"\u{dcff}"),
    ],
)
def test_what_would_move_a_cursor_or_begin_a_line_is_in_letters(text: str, written: str) -> None:
    assert printable(text) == written


@given(st.text())
def test_every_text_is_one_line_that_can_be_written(text: str) -> None:
    found = printable(text)
    assert found.isprintable()
    assert found.encode().decode() == found
