"""The old operators mean what CQL2 says."""

import json

import pytest

from eohub_catalogue.service.queryextension import cql2_of
from eohub_toolkit.errors import Invalid

CLOUD = {"property": "eo:cloud_cover"}


def test_no_query_is_no_filter() -> None:
    assert cql2_of(None) is None
    assert cql2_of({}) is None
    assert cql2_of("{}") is None


def test_all_operators_of_all_properties_have_to_hold() -> None:
    query = {"eo:cloud_cover": {"gte": 1, "lt": 20}, "platform": {"in": ["a", "b"]}}
    meant = {
        "op": "and",
        "args": [
            {"op": ">=", "args": [CLOUD, 1]},
            {"op": "<", "args": [CLOUD, 20]},
            {"op": "in", "args": [{"property": "platform"}, ["a", "b"]]},
        ],
    }
    assert cql2_of(query) == meant
    assert cql2_of(json.dumps(query)) == meant


@pytest.mark.parametrize(
    ("operator", "operand", "op", "meant"),
    [
        ("eq", "x", "=", "x"),
        ("neq", 5, "<>", 5),
        ("lte", 1.5, "<=", 1.5),
        ("gt", 0, ">", 0),
        ("startsWith", "S2", "like", "S2%"),
        ("endsWith", "_a", "like", r"%\_a"),
        ("contains", r"100%\b", "like", r"%100\%\\b%"),
    ],
)
def test_every_operator_has_its_meaning(operator: str, operand: object, op: str, meant: object) -> None:
    assert cql2_of({"p": {operator: operand}}) == {
        "op": "and",
        "args": [{"op": op, "args": [{"property": "p"}, meant]}],
    }


@pytest.mark.parametrize(
    "value",
    ["{", 5, [], "5", {"p": 5}, {"p": {"like": "x"}}, {"p": {"contains": 5}}, "[" * 20_000],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_query_is_a_sentence(value: object) -> None:
    with pytest.raises(Invalid, match=r"\.$"):
        cql2_of(value)
