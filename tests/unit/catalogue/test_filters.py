"""Filters as CQL2: what the panel's controls and a person's text become."""

from typing import Any

import pytest

from eohub_catalogue.contract import Criteria, PropertyFilter
from eohub_catalogue.filters import check_cql2, cql2_of
from eohub_toolkit.errors import Invalid


def asked(name: str, op: Any, value: Any) -> PropertyFilter:
    return PropertyFilter(property=name, op=op, value=value)


CLOUD = {"op": "<=", "args": [{"property": "eo:cloud_cover"}, 20.0]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Criteria(), None),
        (Criteria(cql2="  "), None),
        (Criteria(properties=(asked("eo:cloud_cover", "<=", 20),)), CLOUD),
        (Criteria(cql2="eo:cloud_cover <= 20"), CLOUD),
        (
            Criteria(properties=(asked("eo:cloud_cover", "<=", 20),), cql2="on"),
            {"op": "and", "args": [CLOUD, {"property": "on"}]},
        ),
        (
            Criteria(properties=(asked("platform", "in", ("a", "b")),)),
            {"op": "in", "args": [{"property": "platform"}, ["a", "b"]]},
        ),
        (
            Criteria(properties=(asked("created", ">", "2020-01-01"),)),
            {"op": ">", "args": [{"property": "created"}, {"date": "2020-01-01"}]},
        ),
        (
            Criteria(properties=(asked("updated", "=", "2020-01-01T00:00:00Z"),)),
            {"op": "=", "args": [{"property": "updated"}, {"timestamp": "2020-01-01T00:00:00Z"}]},
        ),
        (
            Criteria(properties=(asked("on", "=", True),)),
            {"op": "=", "args": [{"property": "on"}, True]},
        ),
    ],
)
def test_a_search_asks_one_filter(query: Criteria, expected: object) -> None:
    assert cql2_of(query) == expected


@pytest.mark.parametrize("text", ["", " ", "a = 1", "NOT a LIKE 'x%'", "a = 'not ((( not'"])
def test_text_that_can_be_read_has_no_problem(text: str) -> None:
    assert check_cql2(text) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = = 1", "not CQL2 text"),
        ("a", None),
        ("a = 'x", "not CQL2 text"),
        ("(" * 1900 + "a=1" + ")" * 1900, "nested too deeply"),
        ("(" * 40 + "a=1", "nested too deeply"),
        ("(" * 20 + "a=" + ")" * 20, "nested too deeply"),
        ("(" * 12 + "a=1 AND " * 400 + "b=", "nested too deeply"),
        ("((((" + "')))))'=" + "((((((((((((a=", "nested too deeply"),
        ("not " * 900 + "a=1", "nested too deeply"),
        ("- " * 900 + "a=1", "nested too deeply"),
        ("a=1 and " * 30_000 + "a=1", "too long"),
        ("a+" * 10_000 + "a=1", "too long"),
    ],
)
def test_text_that_cannot_be_read_is_a_sentence(text: str, problem: str | None) -> None:
    found = check_cql2(text)
    assert (found is None) if problem is None else (problem in str(found) and len(str(found)) <= 500)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("eo:cloud_cover <", "after “eo:cloud_cover <” a value or a property is missing"),
        ("a = 1 and\n b = ", "after “a = 1 and b =” a value or a property is missing"),
        ("cloud 20", "after “cloud” stands “20”, not AND, OR or a comparison such as = or <"),
        ("a == 1", "after “a =” stands “= 1”, not a value or a property"),
        ("(a = 1", "after “(a = 1” a closing parenthesis is missing"),
        ("ä = 'x", "the quotation mark of “'x” is not closed"),
        ("a = 'x' 'y'", "after “a = 'x'” stands “'y'”, not AND, OR or a comparison such as = or <"),
        ("= 1", "at its beginning stands “= 1”, not a value or a property"),
        (
            "platform = 'sentinel-2a' AND gsd =",
            "after “... = 'sentinel-2a' AND gsd =” a value or a property is missing",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_an_example(text: str, said: str) -> None:
    example = "Such as eo:cloud_cover < 20 AND platform = 'sentinel-2a'; texts stand in single quotes."
    assert check_cql2(text) == f"This is not CQL2 text: {said}. {example}"


def test_a_search_with_unreadable_text_is_refused() -> None:
    with pytest.raises(Invalid, match="not CQL2 text"):
        cql2_of(Criteria(cql2="cloud <"))
