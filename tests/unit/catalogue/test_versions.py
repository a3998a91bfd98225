"""Old versions of STAC are read as if they were brought up to date."""

import copy
from typing import Any

import pytest
from fakes.stac_documents import cube_item, real_documents
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.versions import up_to_date

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
OLD: dict[str, Any] = {
    "type": "Feature",
    "stac_version": "0.8.1",
    "stac_extensions": ["eo"],
    "id": "scene",
    "geometry": None,
    "properties": {"datetime": "2018-01-01T00:00:00Z", "eo:gsd": 10.0, "eo:platform": "sentinel-2a"},
    "links": [],
    "assets": {},
}


def test_fields_that_moved_are_found_at_their_new_place_and_the_item_stays_as_it_is() -> None:
    before = copy.deepcopy(OLD)
    properties: Any = up_to_date(OLD)["properties"]
    assert (properties["gsd"], properties["platform"]) == (10.0, "sentinel-2a")
    assert before == OLD


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "2.0.0", "", None, 7, ["0.8"]])
def test_only_versions_before_1_0_are_changed(version: Any) -> None:
    item = cube_item(stac_version=version)
    assert up_to_date(item) is item


@pytest.mark.parametrize("thing", [None, [], "item"])
def test_what_is_no_item_is_empty(thing: object) -> None:
    assert up_to_date(thing) == {}


@given(st.sampled_from(["0.6.0", "0.8.1", "0.9.0", "1.0.0-beta.2", "1.0.0-rc.1"]), st.data())
def test_no_old_item_makes_it_raise(version: str, data: st.DataObject) -> None:
    members = data.draw(st.dictionaries(st.sampled_from(sorted(OLD)), ANY_JSON))
    assert isinstance(up_to_date({**OLD, **members, "stac_version": version}), dict)


def test_real_items_of_old_versions_are_read() -> None:
    old = [item for _, item in real_documents() if str(item.get("stac_version")).startswith("0.")]
    assert len(old) > 10
    assert all(str(up_to_date(item)["stac_version"]).startswith("1.") for item in old)
