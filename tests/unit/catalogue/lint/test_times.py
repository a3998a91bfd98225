"""The times of an item."""

from typing import Any

import pytest
from fakes.item_defects import codes
from fakes.stac_documents import with_properties

RANGE = {"start_datetime": "2020-01-01T00:00:00Z", "end_datetime": "2020-12-31T00:00:00Z"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"start_datetime": None, "end_datetime": None}, "datetime_missing"),
        ({"start_datetime": "soon"}, "start_datetime_broken"),
        ({"start_datetime": 2020}, "start_datetime_broken"),
        ({"datetime": "2020-02-30T00:00:00Z"}, "datetime_broken"),
        ({"end_datetime": None}, "interval_open"),
        ({"start_datetime": None}, "interval_open"),
        ({"start_datetime": "2100-01-01T00:00:00Z"}, "times_swapped"),
        ({"datetime": "2020-01-01T00:00:00"}, "datetime_no_zone"),
        ({"datetime": "2020-01-01 00:00"}, "datetime_no_zone"),
        ({"datetime": "2020-01-01"}, "datetime_form"),
        ({"datetime": "2020-01-01 00:00:00+00:00"}, "datetime_form"),
        ({"datetime": "20200101T000000Z"}, "datetime_form"),
        ({"datetime": "0000-01-01T00:00:00Z"}, "datetime_unlikely"),
        ({"datetime": "0001-01-01T00:00:00Z"}, "datetime_unlikely"),
        ({"end_datetime": "9999-12-31T23:59:59Z"}, "end_datetime_unlikely"),
        ({"end_datetime": "12020-12-31T23:59:59Z"}, "end_datetime_unlikely"),
        ({**RANGE, "datetime": "2021-01-01T00:00:00Z"}, "datetime_outside"),
    ],
)
def test_a_defect_of_a_time_is_marked(changes: dict[str, Any], code: str) -> None:
    assert code in codes(with_properties(**changes))


@pytest.mark.parametrize(
    "moment",
    [
        "2020-01-01T00:00:00Z",
        "2020-01-01T00:00:00.123456Z",
        "2020-01-01T02:00:00+02:00",
        "0850-06-01T00:00:00Z",
    ],
)
def test_times_as_stac_asks_for_them_are_no_defect(moment: str) -> None:
    changes = {"datetime": moment, "start_datetime": None, "end_datetime": None}
    assert codes(with_properties(**changes)) == set()
