"""Choices of a digital twin: each narrows those after it, and a complete request is code and a search."""

import ast
from datetime import date
from typing import Any

import pytest
from fakes.twin_constraints import CLIMATE, EXTREMES
from pydantic import ValidationError

from eohub_catalogue.twin_contract import TwinForm, TwinQuery, TwinSource
from eohub_catalogue.twins import combinations_of, form_of

SOURCE = TwinSource(
    title="Climate", constraints="https://data.example.org/climate.json", polytope="polytope.example.org"
)
WHOLE: dict[str, Any] = {
    "activity": ["projections"], "model": ["IFS-NEMO"], "resolution": ["high"], "stream": ["clte"],
    "levtype": ["pl"], "levelist": ["1000", "850"], "param": ["131", "132"],
}  # fmt: skip
DAYS = {"start": date(2028, 6, 10), "end": date(2028, 6, 12)}


def form(document: object = CLIMATE, chosen: dict[str, Any] | None = None, **fields: Any) -> TwinForm:
    query = TwinQuery.model_validate({"chosen": chosen or {}, **fields})
    return form_of([SOURCE], SOURCE, combinations_of(document), query)


def values(form: TwinForm, key: str) -> list[str]:
    return next(([each.value for each in field.values] for field in form.fields if field.key == key), [])


def chosen(form: TwinForm) -> dict[str, tuple[str, ...]]:
    return {field.key: field.chosen for field in form.fields}


def request_in(code: str) -> dict[str, Any]:
    body = next(node for node in ast.parse(code).body if isinstance(node, ast.Assign))
    found: dict[str, Any] = ast.literal_eval(body.value)
    return found


def test_what_leaves_no_choice_is_chosen_and_the_rest_comes_in_order() -> None:
    first = form()
    assert [field.key for field in first.fields][:6] == [
        "class", "dataset", "activity", "experiment", "generation", "model",
    ]  # fmt: skip
    assert chosen(first)["dataset"] == ("climate-dt",)
    assert values(first, "activity") == ["projections", "story-nudging"]
    assert (first.missing, first.code, first.search) == ("activity", None, None)


def test_one_choice_narrows_those_after_it() -> None:
    assert values(form(chosen={"activity": ["projections"]}), "model") == ["ICON", "IFS-NEMO"]
    nemo = {"activity": ["projections"], "model": ["IFS-NEMO"]}
    assert values(form(chosen=nemo), "levtype") == ["o2d", "pl", "sfc"]
    icon = form(chosen=nemo | {"model": ["ICON"]})
    assert chosen(icon)["levtype"] == ("sfc",)
    assert values(icon, "levelist") == []
    assert values(icon, "param") == ["165", "166", "167"]


def test_a_choice_that_does_not_go_with_those_before_it_is_undone() -> None:
    changed = form(chosen={"activity": ["story-nudging"], "model": ["ICON"], "levtype": ["pl"]})
    assert chosen(changed)["model"] == ("IFS-FESOM",)
    assert chosen(changed)["levtype"] == ("sfc",)
    assert values(changed, "realization") == ["1", "2"]


def test_numbers_come_in_their_order_and_known_values_have_names() -> None:
    extremes = form(EXTREMES)
    assert values(extremes, "step") == ["0", "1", "2", "10"]
    param = next(field for field in extremes.fields if field.key == "param")
    assert [each.label for each in param.values] == ["31 (sea ice area fraction)", "167 (2 m temperature)"]
    assert param.several


def test_a_number_keeps_all_of_its_digits() -> None:
    document = [{"model": ["ICON"], "param": [130, 260048, 12345678, 0.5]}]
    assert values(form(document), "param") == ["130", "260048", "12345678", "0.5"]


def test_a_complete_request_is_at_most_eight_lines_that_carry_no_token() -> None:
    whole = form(chosen=WHOLE, **DAYS)
    assert (whole.missing, whole.code is None) == (None, False)
    code = whole.code or ""
    assert len(code.splitlines()) <= 8
    assert request_in(code) == {
        "class": "d1", "dataset": "climate-dt", "activity": "projections", "experiment": "SSP3-7.0",
        "generation": "2", "model": "IFS-NEMO", "realization": "1", "resolution": "high", "expver": "0001",
        "stream": "clte", "type": "fc", "levtype": "pl", "levelist": "850/1000", "param": "131/132",
        "date": "20280610/to/20280612", "time": "0000/to/2300",
    } | {"levelist": "1000/850"}  # fmt: skip
    assert 'address="polytope.example.org"' in code
    assert "~/.polytopeapirc" in code


def test_one_day_and_the_times_of_the_twin_are_asked_for_as_they_are() -> None:
    chosen = {"param": ["167"], "step": ["0", "10"]}
    request = request_in(form(EXTREMES, chosen, start=date(2026, 3, 1)).code or "")
    assert (request["date"], request["time"], request["step"]) == ("20260301", "0000", "0/10")


@pytest.mark.parametrize(
    ("place", "feature"),
    [
        (
            {"point": [8.5, 47.4]},
            {"type": "timeseries", "points": [[47.4, 8.5]], "time_axis": "date"},
        ),
        (
            {"bbox": [5, 45, 11, 48]},
            {"type": "boundingbox", "points": [[48.0, 5.0], [45.0, 11.0]]},
        ),
    ],
)
def test_a_place_is_a_feature_and_no_search(place: dict[str, Any], feature: dict[str, Any]) -> None:
    placed = form(chosen=WHOLE, **DAYS, **place)
    assert request_in(placed.code or "")["feature"] == feature
    assert placed.search is None
    assert len((placed.code or "").splitlines()) <= 8


def test_the_same_is_a_search_in_the_data_lake() -> None:
    search = form(chosen=WHOLE, **DAYS).search
    assert search is not None
    assert search.collections == ("EO.ECMWF.DAT.D1.DT_CLIMATE.G2.PROJECTIONS_SSP3-7.0_IFS-NEMO.R1",)
    assert (search.start, search.end) == ("2028-06-10", "2028-06-12")
    told = {each.property: each.value for each in search.properties}
    assert told["ecmwf:levtype"] == "pl"
    assert told["ecmwf:param"] == ("131", "132")
    extremes = form(EXTREMES, {"param": ["31"], "step": ["0"]}, start=date(2026, 3, 1)).search
    assert extremes is not None
    assert extremes.collections == ("EO.ECMWF.DAT.DT_EXTREMES",)
    assert form([{"dataset": ["other"], "param": ["1"]}], **DAYS).search is None


def test_a_request_without_a_day_is_not_complete() -> None:
    assert form(chosen=WHOLE).missing == "first day"
    assert form(chosen=WHOLE).code is None


def test_values_that_never_go_together_are_not_asked_for_together() -> None:
    document = [{"model": "a", "param": ["1", "2"]}, {"model": "a", "param": ["3"]}]
    assert chosen(form(document, {"param": ["1", "2"]}))["param"] == ("1", "2")
    assert chosen(form(document, {"param": ["1", "3"]}))["param"] == ("1",)


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        "text",
        [],
        [None, 7, "a", []],
        [{"date": ["20200101"]}],
        [{"a-b": ["1"], "": ["2"]}],
        [{"param": []}],
    ],
)
def test_a_document_of_another_form_allows_nothing(document: object) -> None:
    assert combinations_of(document) == ()
    assert form(document).fields == ()
    assert form(document).missing is None


def test_what_a_document_writes_stays_inside_of_a_literal() -> None:
    evil = '1"}\nimport os; os.system("x")#'
    code = form([{"dataset": ["d"], "param": [evil, True, {"a": 1}]}], start=date(2026, 3, 1)).code or ""
    assert len(code.splitlines()) <= 8
    assert request_in(code)["param"] == evil


@pytest.mark.parametrize(
    "fields",
    [
        {"chosen": {"param": ['"; x']}},
        {"point": [200, 0]},
        {"point": [0, 91]},
        {"bbox": [0, 10, 5, 5]},
        {"point": [0, 0], "bbox": [0, 0, 1, 1]},
        {"start": "2026-03-02", "end": "2026-03-01"},
        {"start": "tomorrow"},
    ],
)
def test_what_cannot_be_asked_for_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TwinQuery.model_validate(fields)
