"""The tables of the isolation matrix in the operator guide. Run as a script, it writes them from what the
integration tests have found (`artifacts/isolation`)."""

import json
import sys
from pathlib import Path
from typing import Any

from integration.isolation_cells import INSIDE, TABLES, Answer, Row, Table

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "operators" / "isolation.md"
RESULTS = ROOT / "artifacts" / "isolation"
_BY_ACTOR = ("files-and-processes", "ports")


def markers(table: Table) -> tuple[str, str]:
    """What stands before and after a table in the guide."""
    return f"<!-- {table.name}: written by `make isolation` -->\n", f"<!-- end of {table.name} -->\n"


def cell(answer: Answer) -> str:
    """An answer as the guide shows it; where actors differ, the most common one first, then who differs."""
    if isinstance(answer, str):
        return answer
    said = list(answer.values())
    usual = max(sorted(set(said)), key=said.count)
    others = [f"{actor}: {each}" for actor, each in answer.items() if each != usual]
    return "; ".join([usual, *others])


def rendered(table: Table) -> str:
    """The table in Markdown."""
    lines = [
        " | ".join(["| resource", "way", *table.columns]) + " |",
        "|---|---|" + "---|" * len(table.columns),
        *(" | ".join([f"| {row.resource}", row.way, *map(cell, row.answers)]) + " |" for row in table.rows),
    ]
    return "\n".join(lines) + "\n"


def in_guide(table: Table, text: str) -> str:
    """What the guide says between the markers of a table."""
    start, end = markers(table)
    return text.partition(start)[2].partition(end)[0]


def found_answers(table: Table) -> dict[str, dict[str, str]]:
    """By row and column, what tests have found in all runs."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(RESULTS.glob(f"{table.name}-*.json")):
        rows: dict[str, Any] = json.loads(path.read_text("utf-8"))
        for name, answers in rows.items():
            found.setdefault(name, {}).update(answers)
    return found


def wanted_answers(table: Table, row: Row[Any]) -> dict[str, str]:
    """By column (and actor, where several ask in one), what the table says."""
    wanted: dict[str, str] = {}
    for column, answer in zip(table.columns, row.answers, strict=True):
        if table.name not in _BY_ACTOR:
            wanted[column] = str(answer)
            continue
        for actor in INSIDE:
            wanted[f"{column}, {actor}"] = answer if isinstance(answer, str) else answer[actor]
    return wanted


def differences(table: Table) -> list[str]:
    """Cells that no test has tried, or of which one found something else than the table says."""
    found = found_answers(table)
    return [
        f"{table.name}: {row.name}, {column}: {found.get(row.name, {}).get(column, 'not tried')}"
        for row in table.rows
        for column, answer in wanted_answers(table, row).items()
        if found.get(row.name, {}).get(column) != answer
    ]


def main() -> int:
    """Write the tables; without any table, and 1, where a cell was not tried or differs."""
    text = GUIDE.read_text("utf-8")
    wrong = [line for table in TABLES for line in differences(table)]
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    for table in TABLES:
        start, end = markers(table)
        text = text.replace(f"{start}{in_guide(table, text)}{end}", f"{start}{rendered(table)}{end}")
    if not wrong:
        GUIDE.write_text(text, "utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
