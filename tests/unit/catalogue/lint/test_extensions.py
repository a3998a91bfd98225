"""Extensions that an item names, or uses without naming them."""

from typing import Any

import pytest
from fakes.item_defects import codes
from fakes.stac_documents import cube_item, with_properties

LISTED = cube_item()["stac_extensions"]
EO = "https://stac-extensions.github.io/eo/v1.1.0/schema.json"


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        ("eo", "extensions_broken"),
        ([*LISTED, 7], "extensions_broken"),
        ([*LISTED, "https://a.example.org/stac/moon/v1/schema.json"], "extension_unknown"),
        ([*LISTED, "not an address"], "extension_unknown"),
        (LISTED[:1], "extension_undeclared"),
        (None, "extension_undeclared"),
    ],
)
def test_a_defect_of_the_list_of_extensions_is_marked(listed: Any, code: str) -> None:
    assert code in codes(cube_item(stac_extensions=listed))


def test_a_field_needs_the_extension_that_explains_it() -> None:
    item = with_properties(**{"eo:cloud_cover": 7})
    assert codes(item) == {"extension_undeclared"}
    assert codes(item | {"stac_extensions": [*LISTED, EO]}) == set()
    assert codes(item | {"stac_extensions": [*LISTED, "eo"]}) == set()


@pytest.mark.parametrize("field", ["s2:tile", "acme:thing", "landsat:wrs_path", ":", "plain"])
def test_fields_of_missions_and_unknown_ones_need_none(field: str) -> None:
    assert codes(with_properties(**{field: 1})) == set()


def test_the_message_names_a_few_of_the_fields() -> None:
    from eohub_catalogue.lint import defects_of

    changes = {f"{prefix}:x": 1 for prefix in ("eo", "sar", "sat", "view", "proj")}
    (defect,) = defects_of(with_properties(**changes))
    assert "(eo:, proj:, sar:)" in defect.message
