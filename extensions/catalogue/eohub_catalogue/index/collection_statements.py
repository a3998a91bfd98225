"""The SQL of a search for collections: there are few enough of them to look at each."""

# Every value is a bound parameter; the texts put together here are constants of this module.
# ruff: noqa: S608

import json

from eohub_catalogue.index.candidates import terms_expression, where
from eohub_catalogue.index.ports import CollectionSearch
from eohub_catalogue.index.predicate import Parameters
from eohub_catalogue.index.statements import Statement


def collection_statements(query: CollectionSearch) -> tuple[Statement, Statement]:
    """How many collections match, as one number; and a page of them and one row more: id, body, links."""
    conditions: list[str] = []
    parameters: Parameters = {}
    if query.terms:
        conditions.append("pk IN (SELECT rowid FROM collection_text WHERE collection_text MATCH :terms)")
        parameters["terms"] = terms_expression(query.terms)
    if query.interval:
        conditions.append("start_time <= :end AND end_time >= :start")
        parameters |= {"start": query.interval[0], "end": query.interval[1]}
    if query.area:
        # An extent is a few boxes; a query's shape is covered by its boxes.
        conditions.append(
            "EXISTS (SELECT 1 FROM json_each(boxes) AS mine CROSS JOIN json_each(:boxes) AS asked"
            " WHERE mine.value ->> 0 <= asked.value ->> 2 AND mine.value ->> 2 >= asked.value ->> 0"
            " AND mine.value ->> 1 <= asked.value ->> 3 AND mine.value ->> 3 >= asked.value ->> 1"
            " AND is_related(:shape, 's_intersects', NULL, mine.value ->> 0, mine.value ->> 1,"
            " mine.value ->> 2, mine.value ->> 3))"
        )
        parameters["boxes"] = json.dumps(query.area.boxes)
    shapes = {"shape": query.area.shape} if query.area else {}
    count = Statement(f"SELECT count(*) FROM collection{where(conditions)}", parameters, shapes)
    position: Parameters = {"limit": query.limit + 1}
    if query.after is not None:
        conditions = [*conditions, "id > :after"]
        position["after"] = query.after
    page = f"SELECT id, body, links FROM collection{where(conditions)} ORDER BY id LIMIT :limit"
    return count, Statement(page, parameters | position, shapes)
