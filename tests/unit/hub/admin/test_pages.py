from datetime import UTC, datetime
from typing import Any

import pytest
from jinja2 import UndefinedError

from eohub_hub.admin.contract import Person, RunningServers
from eohub_hub.admin.pages import PAGES, page_templates

SHARED: dict[str, Any] = {
    "prefix": "/services/admin/",
    "hub": "/hub/",
    "visitor": "root",
    "pages": [(address, kind.title) for address, kind in PAGES],
    "path": "people",
    "xsrf": "token",
    "now": datetime(2026, 11, 25, tzinfo=UTC),
}
HOSTILE = "<script>alert(1)</script>\x1b[31m"


def written(template: str, **values: object) -> str:
    return page_templates().get_template(template).render(**SHARED, **values)


def people(*names: str, **values: object) -> str:
    rows = [Person(name=name, groups=(name,), last_activity=None, servers=0) for name in names]
    fields: dict[str, object] = {"search": "", "offset": 0, "previous_offset": None, "next_offset": None}
    return written("people.html", people=rows, **fields | values)


def test_whatever_people_are_called_is_text() -> None:
    assert "<script>" not in people(HOSTILE, search=HOSTILE)


def test_an_empty_list_says_why() -> None:
    assert "Nobody has logged in yet." in people()
    assert "Nobody&#39;s name contains" in people(search="x") or "Nobody's name contains" in people(
        search="x"
    )


def test_a_search_goes_on_with_the_same_words() -> None:
    assert 'href="?search=a%26b&amp;offset=50"' in people("x", search="a&b", next_offset=50)


def test_the_page_that_is_shown_is_marked_in_the_navigation() -> None:
    assert people("x").count("aria-current") == 1


def test_costs_are_whole_cents() -> None:
    found = RunningServers(servers=(), total=0, cost_micro_eur=0, price_micro_eur_per_hour=0)
    assert "No server runs now." in written("running.html", running=found)
    money = page_templates().filters["money"]
    assert [money(each) for each in (0, 4_999, 5_001, 123_456_789)] == [
        "0.00 EUR",
        "0.00 EUR",
        "0.01 EUR",
        "123.46 EUR",
    ]


def test_a_value_that_a_template_needs_is_never_left_out_quietly() -> None:
    with pytest.raises(UndefinedError):
        written("people.html")
