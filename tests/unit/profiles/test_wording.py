from hypothesis import given
from hypothesis import strategies as st

from eohub_profiles.wording import SHOWN_CHARACTERS, did_you_mean, kind_of, listed, shown


def test_a_long_text_is_cut_after_forty_characters() -> None:
    assert shown("x" * 41) == "'" + "x" * 40 + "'..."


def test_a_text_of_forty_characters_is_whole() -> None:
    assert shown("x" * 40) == "'" + "x" * 40 + "'"


@given(st.text(max_size=200))
def test_what_is_shown_is_one_bounded_line_of_printable_characters(text: str) -> None:
    told = shown(text)
    assert told.isprintable()
    assert len(told) <= SHOWN_CHARACTERS * 10 + 5


def test_names_are_joined_in_their_order() -> None:
    assert listed(["small", "medium"]) == "small, medium"


def test_no_name_is_none() -> None:
    assert listed([]) == "none"


def test_names_beyond_twenty_are_counted() -> None:
    assert listed(f"p{number}" for number in range(23)).endswith("p18, p19 and 3 more")


def test_true_is_not_called_a_number() -> None:
    assert kind_of(True) == "true or false"


def test_each_kind_of_plain_value_has_its_words() -> None:
    values: list[object] = [None, 1, 0.5, "x", {}, [], (), b""]
    assert [kind_of(value) for value in values] == [
        "nothing",
        "a number",
        "a number",
        "text",
        "a mapping",
        "a list",
        "a list",
        "something else",
    ]


def test_a_transposed_name_is_guessed() -> None:
    assert did_you_mean("memroy", ["memory", "price"]) == ", did you mean 'memory'?"


def test_a_name_in_capitals_is_guessed() -> None:
    assert did_you_mean("MEMORY", ["memory", "price"]) == ", did you mean 'memory'?"


def test_a_name_that_resembles_nothing_is_not_guessed() -> None:
    assert did_you_mean("zzzzz", ["memory", "price"]) == ""
