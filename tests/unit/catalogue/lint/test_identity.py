"""What names an item, and what it is."""

from typing import Any

import pytest
from fakes.item_defects import codes
from fakes.stac_documents import cube_item


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "feature"}, "type"),
        ({"type": ["Feature"]}, "type"),
        ({"type": "Collection"}, "type_other"),
        ({"type": "FeatureCollection"}, "type_other"),
        ({"id": None}, "id_missing"),
        ({"id": ""}, "id_missing"),
        ({"id": {}}, "id_missing"),
        ({"id": 20200101}, "id_number"),
        ({"id": "a\nb"}, "id_control"),
        ({"id": "a\ud800"}, "id_control"),
        ({"id": "a" * 1025}, "id_long"),
        ({"id": "tiles/32/T/MT"}, "id_odd"),
        ({"id": "100%"}, "id_odd"),
        ({"id": " a"}, "id_odd"),
        ({"collection": 7}, "collection_broken"),
        ({"properties": []}, "properties_missing"),
        ({"stac_version": None}, "version_missing"),
        ({"stac_version": 1.1}, "version_missing"),
        ({"stac_version": "0.6.0"}, "version_old"),
        ({"stac_version": "0.8.1"}, "version_old"),
        ({"stac_version": "1.0.0-beta.2"}, "version_old"),
        ({"stac_version": "2.0.0"}, "version_unknown"),
        ({"stac_version": "9" * 19 + ".0"}, "version_unknown"),
        ({"stac_version": "newest"}, "version_unknown"),
        ({"links": None}, "links_missing"),
        ({"links": {"self": "a"}}, "links_missing"),
        ({"links": [{"rel": "self"}]}, "link_broken"),
        ({"links": ["https://a.example.org"]}, "link_broken"),
    ],
)
def test_a_defect_of_what_names_an_item_is_marked(changes: dict[str, Any], code: str) -> None:
    assert code in codes(cube_item(**changes))


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.2", "1.1.1"])
def test_versions_from_1_0_on_are_no_defect(version: str) -> None:
    assert codes(cube_item(stac_version=version)) == set()


@pytest.mark.parametrize("own", ["S2B_MSIL2A_20200101", "a:b", "grün", "a b", "x.y-z~1"])
def test_ids_with_usual_signs_are_no_defect(own: str) -> None:
    assert codes(cube_item(id=own)) == set()
