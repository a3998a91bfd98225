from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from eohub_hub.notices.model import LONGEST_BANNER, LONGEST_TERMS, Banner, TermsDraft

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_a_banner_without_an_end_is_shown_until_it_is_taken_down() -> None:
    assert Banner(text="Hello").is_shown_at(NOW + timedelta(days=10_000))


@pytest.mark.parametrize(("seconds", "shown"), [(-1, True), (0, False), (1, False)])
def test_a_banner_ends_at_its_time(seconds: int, shown: bool) -> None:
    banner = Banner(text="Maintenance", ends_at=NOW)
    assert banner.is_shown_at(NOW + timedelta(seconds=seconds)) is shown


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"text": ""},
        {"text": " \n "},
        {"text": "a" * (LONGEST_BANNER + 1)},
        {"text": "\x1b[31mred"},
        {"text": "right to left \u202e override"},
        {"text": "x", "level": "danger"},
        {"text": "x", "ends_at": "2026-11-25T12:00:00"},
        {"text": "x", "ends_at": "soon"},
        {"text": "x", "stops_new_servers": "yes"},
        {"text": "x", "colour": "red"},
        {"text": 7},
        {"text": ["x"]},
    ],
)
def test_a_banner_that_cannot_be_shown_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Banner.model_validate(wrong)


def test_lines_of_a_text_are_kept_and_its_edges_are_not() -> None:
    assert Banner(text="  Two \r\nlines\n\n").text == "Two\nlines"


def test_a_banner_survives_being_kept_as_json() -> None:
    banner = Banner(text="Maintenance", level="warning", ends_at=NOW, stops_new_servers=True)
    assert Banner.model_validate_json(banner.model_dump_json()) == banner


@pytest.mark.parametrize("text", ["", "\n", "x" * (LONGEST_TERMS + 1), "a\x00b"])
def test_terms_that_nobody_can_read_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TermsDraft(text=text)
