import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.index.candidates import extent_row, terms_expression
from eohub_catalogue.index.document import item_records
from eohub_catalogue.index.interval import BEGINNING, END, UNKNOWN
from eohub_catalogue.index.ports import ItemRecord, Position
from eohub_catalogue.index.query import item_query
from eohub_catalogue.index.statements import MOST_CANDIDATES, Search, page_statement, plan_statement
from eohub_catalogue.index.store import SqliteStore


@given(
    st.lists(st.lists(st.text(min_size=1), min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(
        tuple
    )
)
def test_no_text_is_ever_syntax_to_the_index(terms: tuple[tuple[str, ...], ...]) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE item_text USING fts5(words)")
    # What the parser of requests lets through: words with a letter or digit and no control characters.
    clean = tuple(
        tuple(word for word in term if any(map(str.isalnum, word)) and word.isprintable()) for term in terms
    )
    clean = tuple(term for term in clean if term)
    if clean:
        connection.execute(
            "SELECT rowid FROM item_text WHERE item_text MATCH ?", [terms_expression(clean)]
        ).fetchall()


@pytest.mark.parametrize(
    ("terms", "expression"),
    [
        ((("ice",),), '("ice"*)'),
        ((("sea", "ice"), ("land",)), '("sea"* AND "ice"*) OR ("land"*)'),
        ((('a"b', "NOT"),), '("a b"* AND "NOT"*)'),
    ],
)
def test_words_are_quoted_beginnings(terms: tuple[tuple[str, ...], ...], expression: str) -> None:
    assert terms_expression(terms) == expression


def test_values_never_stand_in_the_statement() -> None:
    marked = item_query(
        {
            "collections": "c0ll",
            "ids": "id3nt",
            "q": "w0rd",
            "bbox": "12.34,5,56.78,9",
            "datetime": "2020-01-01T00:00:00Z",
            "filter": "\"pr0p\" = 'v4lue' AND eo:cloud_cover < 98.76 AND n4me LIKE 'p4t%'",
            "sortby": "s0rt,-eo:cloud_cover",
        }
    )
    plan = plan_statement(Search(marked))
    for counts in ([1] * 5, [MOST_CANDIDATES + 1] * 5):
        page = page_statement(Search(marked), counts)
        for statement in (plan, page):
            assert not any(
                value in statement.sql
                for value in ("c0ll", "id3nt", "w0rd", "12.34", "1577836800", "pr0p", "v4lue", "98.76")
            )
            assert not any(value in statement.sql for value in ("n4me", "p4t", "s0rt"))
            assert ";" not in statement.sql


@pytest.mark.parametrize(
    ("given", "indexes"),
    [
        ({}, 1),
        ({"ids": "a"}, 1),
        ({"ids": "a", "collections": "c"}, 2),
        ({"bbox": "0,0,1,1", "datetime": "2020-01-01T00:00:00Z"}, 1),
        ({"ids": "a", "collections": "c", "q": "x", "bbox": "0,0,1,1"}, 4),
        ({"filter": "platform = 'x'"}, 1),
        ({"filter": "eo:cloud_cover < 5 AND platform = 'x'", "ids": "a"}, 2),
        ({"filter": "eo:cloud_cover < 5 OR platform = 'x'", "ids": "a"}, 1),
        ({"filter": "(eo:cloud_cover > 1 AND eo:cloud_cover < 5) AND id = 'a' AND collection IN ('c')"}, 3),
        ({"filter": "datetime > '2020-01-01' AND datetime <= '2020-12-31' AND created > '2020-01-01'"}, 1),
        ({"filter": "S_WITHIN(geometry, BBOX(0,0,1,1)) AND T_DURING(datetime, '2020-01-01')"}, 2),
        ({"filter": "NOT S_WITHIN(geometry, BBOX(0,0,1,1)) AND T_AFTER(datetime, '2020-01-01')"}, 1),
    ],
)
def test_each_index_that_can_be_used_is_asked_once(given: dict[str, object], indexes: int) -> None:
    assert plan_statement(Search(item_query(given))).sql.count("LIMIT :most") == indexes


def test_the_smallest_set_of_candidates_is_where_the_search_starts() -> None:
    query = item_query({"ids": "a", "q": "x"})
    by_ids = page_statement(Search(query), [2, 50]).sql
    by_words = page_statement(Search(query), [50, 2]).sql
    assert "FROM (SELECT pk FROM item WHERE id IN" in by_ids
    assert "FROM (SELECT rowid AS pk FROM item_text" in by_words


def test_large_sets_are_walked_by_time() -> None:
    many = [MOST_CANDIDATES + 1]
    assert "INDEXED BY item_by_time" in page_statement(Search(item_query({})), many).sql
    assert (
        "INDEXED BY item_by_collection" in page_statement(Search(item_query({"collections": "c"})), many).sql
    )
    assert "INDEXED BY item_by_time" in page_statement(Search(item_query({"collections": "c,d"})), many).sql


def test_an_extent_without_place_or_time_lies_where_nobody_searches() -> None:
    west, east, south, north, since, until = extent_row(None, UNKNOWN, UNKNOWN)
    assert min(west, east) > 360
    assert min(south, north) > 90
    assert since == until == BEGINNING / 86_400_000_000
    assert extent_row((1, 2, 3, 4), 0, END) == (1, 3, 2, 4, 0, END / 86_400_000_000)


@pytest.mark.parametrize("direction", ["asc", "desc"])
async def test_many_items_are_walked_by_cloud_cover_and_those_without_come_last(
    tmp_path: Path, direction: str
) -> None:
    store = SqliteStore.open(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    covers = {
        f"i{number:04}": None if number % 3 == 0 else number % 50 for number in range(MOST_CANDIDATES + 100)
    }
    documents = [
        {
            "type": "Feature",
            "id": identity,
            "geometry": None,
            "properties": {} if cover is None else {"eo:cloud_cover": cover},
        }
        for identity, cover in covers.items()
    ]
    await store.put_items([one for one in item_records(documents) if isinstance(one, ItemRecord)])
    query = item_query({"sortby": [{"field": "properties.eo:cloud_cover", "direction": direction}]})
    found: list[str] = []
    position: Position | None = None
    while position is not None or not found:
        page = await store.search(replace(query, limit=700, after=position))
        found += [item.id for item in page.items]
        position = page.next
    await store.close()
    with_cover = [one for one in covers if covers[one] is not None]
    last = [one for one in covers if covers[one] is None]
    is_down = direction == "desc"
    wanted = sorted(with_cover, key=lambda one: (covers[one] or 0, one), reverse=is_down)
    assert found == wanted + sorted(last, reverse=is_down)
