"""The guide's isolation matrix says what the integration tests assert, cell by cell."""

import pytest
from contract.isolation_tables import GUIDE, cell, in_guide, rendered, wanted_answers
from integration.isolation_cells import INSIDE, TABLES, Table

TEXT = GUIDE.read_text("utf-8")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_guide_shows_every_cell_of_the_matrix_and_no_other(table: Table) -> None:
    assert in_guide(table, TEXT) == rendered(table), "run: make isolation"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_has_an_answer_in_each_cell_and_no_row_twice(table: Table) -> None:
    names = [row.name for row in table.rows]
    assert len(set(names)) == len(names)
    for row in table.rows:
        assert len(row.answers) == len(table.columns), row.name
        assert all(answer for answer in wanted_answers(table, row).values()), row.name


def test_a_cell_in_which_actors_differ_names_who() -> None:
    differing = {INSIDE[0]: "refused", INSIDE[1]: "allowed", INSIDE[2]: "refused"}
    assert cell(differing) == f"refused; {INSIDE[1]}: allowed"
    assert cell("refused") == "refused"


def test_every_resource_of_the_stack_is_tried() -> None:
    tried = {row.resource for table in TABLES for row in table.rows}
    assert tried >= {
        "running server", "its WebSocket", "its token", "home folder", "S3 prefix", "S3 prefix of a group",
        "mount", "storage drive", "audit", "admin pages", "the hub's secrets", "the hub's databases",
    }  # fmt: skip
