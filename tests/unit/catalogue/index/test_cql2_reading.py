"""What a filter may say, and the sentence for what it may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.index.cql2_reading import condition_of, condition_of_text
from eohub_catalogue.index.expression import Comparison, Constant, Every, OneOf, Property, Truth
from eohub_toolkit.errors import Invalid

A = {"property": "a"}


def test_a_comparison_is_turned_so_that_the_property_comes_first() -> None:
    expected = Comparison(">", "number", Property("a"), Constant("number", 1.0))
    assert condition_of({"op": "<", "args": [1, A]}) == expected
    assert condition_of_text("properties.a > 1") == expected


def test_a_day_lasts_from_its_first_to_its_last_microsecond() -> None:
    condition = condition_of_text("a = DATE('1970-01-02')")
    assert condition == Every(
        (
            Comparison(">=", "moment", Property("a"), Constant("moment", 86_400_000_000)),
            Comparison("<=", "moment", Property("a"), Constant("moment", 2 * 86_400_000_000 - 1)),
        )
    )


@pytest.mark.parametrize("number", [0.1, 2**53 - 1, 33.70212345678901, 1e-7, 1.7976931348623157e308, 0, -7])
def test_a_number_is_read_exactly(number: float) -> None:
    expected = Comparison("=", "number", Property("a"), Constant("number", float(number)))
    assert condition_of({"op": "=", "args": [A, number]}) == expected
    assert condition_of_text(f"a = {number!r}") == expected


@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_any_numbers_stay_where_they_are(numbers: list[float]) -> None:
    condition = condition_of({"op": "in", "args": [A, numbers]})
    assert condition == OneOf("number", Property("a"), tuple(numbers))


def test_a_condition_may_be_a_constant() -> None:
    assert condition_of(True) == Truth(True)


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"op": "nearly", "args": [A, 1]}, "cannot use 'nearly'"),
        ({"op": "=", "args": [{"op": "upper", "args": [A]}, "X"]}, "cannot use 'upper'"),
        ({"op": "s_dwithin", "args": [{"property": "geometry"}, {"bbox": [0, 0, 1, 1]}]}, "cannot use 's_dw"),
        ({"op": "=", "args": [A, None]}, "with null"),
        ({"op": "=", "args": [A, {"interval": ["..", ".."]}]}, "by t_ operators only"),
        ({"op": "=", "args": [A, {"timestamp": "soon"}]}, "'soon' is not a time"),
        ({"op": "=", "args": [{"property": "updated"}, "soon"]}, "'soon' is not a time"),
        ({"op": "=", "args": [{"property": 'a"b'}, 1]}, "cannot be the name"),
        ({"op": "=", "args": [{"property": "geometry"}, 1]}, "by s_ operators only"),
        ({"op": "=", "args": [A, "a\x00"]}, "half characters or NUL"),
        ({"op": "=", "args": [A, [1]]}, "neither a property"),
        ({"op": "<", "args": [A, True]}, "cannot compare true and false"),
        ({"op": "=", "args": ["a", 1]}, "compares a text with a number"),
        ({"op": "=", "args": [{"op": "casei", "args": [A]}, 1]}, "compares a text with a number"),
        ({"op": "=", "args": [{"op": "+", "args": [A, "x"]}, 1]}, "needs a number, not a text"),
        ({"op": "=", "args": [{"op": "casei", "args": [1]}, "x"]}, "needs a text, not a number"),
        (
            {"op": ">", "args": [{"op": "+", "args": [A, 1]}, {"date": "2020-01-01"}]},
            "compares a number with a",
        ),
        ({"op": "in", "args": [A, [1, "x"]]}, "all texts, all numbers"),
        ({"op": "in", "args": [A, [A]]}, "all texts, all numbers"),
        ({"op": "in", "args": [A, []]}, "1 to 1000 values"),
        ({"op": "in", "args": [A, "x"]}, "1 to 1000 values"),
        ({"op": "in", "args": [A, list(range(1001))]}, "1 to 1000 values"),
        ({"op": "in", "args": [{"op": "casei", "args": [A]}, [1]]}, "in compares a text with a number"),
        ({"op": "like", "args": [A, A]}, "a text as its pattern"),
        ({"op": "like", "args": [1, "x"]}, "like needs a text"),
        ({"op": "and", "args": []}, "nothing to join"),
        ({"op": "and", "args": [1, True]}, "where a condition is expected"),
        ({"op": "not", "args": [True, True]}, "takes 1 operands, not 2"),
        ({"op": "s_within", "args": [A, {"bbox": [0, 0, 1, 1]}]}, "compares the property geometry"),
        (
            {"op": "s_within", "args": [{"property": "geometry"}, {"property": "geometry"}]},
            "compares the prop",
        ),
        ({"op": "s_within", "args": [{"property": "geometry"}, {"bbox": [0, 5, 1, 1]}]}, "above its north"),
        ({"op": "t_after", "args": [{"property": "datetime"}, 7]}, "times and intervals"),
        (
            {"op": "t_after", "args": [{"property": "datetime"}, {"interval": ["soon", ".."]}]},
            "is not a time",
        ),
        ({"op": "t_after", "args": [{"property": "geometry"}, "2020-01-01"]}, "by s_ operators only"),
        ({"op": "a_contains", "args": [A, "x"]}, "takes lists"),
        ({"op": "a_contains", "args": [A, [{"date": "2020-01-01"}]]}, "takes lists"),
        ({"function": 1}, "not CQL2 JSON"),
        (7, "where a condition is expected"),
        (None, "where a condition is expected"),
        ({"op": "=", "args": [A, float("inf")]}, "not CQL2 JSON"),
        ({"op": "or", "args": [{"op": "=", "args": [A, n]} for n in range(600)]}, "more than 500 operations"),
        ({"op": "=", "args": [A, "x" * 200_000]}, "too long"),
    ],
)
def test_what_is_not_possible_is_a_sentence(document: object, problem: str) -> None:
    with pytest.raises(Invalid) as caught:
        condition_of(document)
    assert problem in caught.value.detail


def test_an_unknown_operator_is_told_what_is_possible() -> None:
    with pytest.raises(Invalid) as caught:
        condition_of({"op": "nearly", "args": [A, 1]})
    assert "s_intersects" in str(caught.value.hint)


@pytest.mark.parametrize("levels", [40, 110, 5_000])
def test_deep_nesting_is_refused(levels: int) -> None:
    document: object = True
    for _ in range(levels):
        document = {"op": "not", "args": [document]}
    with pytest.raises(Invalid, match=r"deeply|not CQL2 JSON"):
        condition_of(document)
