"""EOHub's STAC API and pgstac's are asked the same; brute force tells who is right."""

from pathlib import Path

import pytest
from integration.stac_compared import GUIDE, Comparison, Row, compare, guide
from integration.stac_differences import DIFFERENCES, REFUSED
from integration.stac_questions import QUESTIONS

NAMES = [question.name for question in QUESTIONS]


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    return compare(tmp_path_factory.mktemp("compared"))


@pytest.fixture(scope="module")
def rows(comparison: Comparison) -> dict[str, Row]:
    return {row.question.name: row for row in comparison.rows}


def test_there_are_enough_questions_and_each_has_a_name() -> None:
    assert len(QUESTIONS) >= 60
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_our_answer_is_right(rows: dict[str, Row], name: str) -> None:
    row = rows[name]
    assert row.ours.refusal is None
    assert set(row.ours.found) == set(row.right.found)
    assert row.ours_is_right, "the items are right, but not their order, number or members"


@pytest.mark.parametrize("name", NAMES)
def test_pgstac_answers_the_same_or_it_is_known_why_not(rows: dict[str, Row], name: str) -> None:
    row = rows[name]
    assert row.pgstac_is_right == (name not in DIFFERENCES), row.pgstac.short


def test_what_pgstac_does_not_keep_is_known(comparison: Comparison) -> None:
    assert comparison.refused.keys() == REFUSED.keys()


def test_the_guide_tells_what_was_found(comparison: Comparison) -> None:
    assert GUIDE.read_text() == guide(comparison), "run `make compare`"


def test_every_known_difference_is_one_of_a_question() -> None:
    assert set(NAMES) >= DIFFERENCES.keys()
    assert Path(GUIDE).is_file()
