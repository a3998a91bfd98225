"""Why pgstac 0.10 with stac-fastapi-pgstac 7.2 answers otherwise than brute force, question by question."""

REFUSED = {
    "placeless": "no geometry, which STAC allows; its table demands one",
    "timeless": "no usable datetime",
}
"""The collections of which pgstac does not keep every item."""

_ACROSS = "west > east crosses the antimeridian (RFC 7946, 5.2); pgstac searches between the two longitudes"
_DRAWN_ACROSS = (
    "a polygon drawn across the antimeridian, as its bbox says or its form of a tile shows, lies on both of"
    " its sides and not on the rest of the earth"
)
_BEYOND = "longitudes beyond 180 go on behind the antimeridian; pgstac compares the numbers"
_HEIGHTS = "OGC API - Features allows six numbers; pgstac makes a solid of them that PostGIS cannot compare"
_TANGLED = "one item whose polygon crosses itself makes PostGIS refuse the whole search"
_NO_WORDS = "pgstac does not search the words of items, ignores the parameter and returns everything"
_NO_OPERATOR = "the query extension has this operator, pgstac refuses it"
_RANGES = "items with a range have no datetime to compare; pgstac takes their start for it"

DIFFERENCES = {
    "bbox: Europe": _DRAWN_ACROSS,
    "bbox: by GET": _DRAWN_ACROSS,
    "bbox: the whole earth": _BEYOND,
    "bbox: six numbers": _HEIGHTS,
    "bbox: heights above all items": _HEIGHTS,
    "bbox: across the antimeridian": _ACROSS,
    "bbox: across it, narrow": _ACROSS,
    "bbox: across it, wide": _ACROSS,
    "bbox: east of the antimeridian": _BEYOND,
    "bbox: west of the antimeridian": _BEYOND,
    "bbox: beyond 180": "OGC API - Features has no bound for longitudes; pgstac refuses those beyond 180",
    "intersects: a box": _DRAWN_ACROSS,
    "intersects: a concave polygon": _TANGLED,
    "intersects: both sides of the antimeridian": _TANGLED,
    "intersects: a polygon beyond 180": _BEYOND,
    "cql2 =: a boolean": "the text 'true' is not the truth value; pgstac converts one to the other",
    "cql2 <: where some values are no numbers": "one item with a text makes PostgreSQL refuse it all",
    "cql2 arithmetic": "pgstac has no arithmetic: 500",
    "cql2 datetime: after an instant": _RANGES,
    "cql2 s_intersects: bbox": "CQL2 has BBOX; pgstac does not read it: 500",
    "cql2 a_containedby": "CQL2 has the function; pgstac does not know it: 500",
    "cql2-json s_intersects": _DRAWN_ACROSS,
    "cql2-json t_before": "an item is before a moment when it has ended; pgstac compares its start",
    "cql2-text in a POST": "the extension allows it with filter-lang; pgstac reads JSON only in a POST",
    "q: a word": _NO_WORDS,
    "q: two words": _NO_WORDS,
    "q: one of two terms": _NO_WORDS,
    "q: the beginning of a word": _NO_WORDS,
    "q: in keywords": _NO_WORDS,
    "q: the name of a variable": _NO_WORDS,
    "q: without accents": _NO_WORDS,
    "q: nothing": _NO_WORDS,
    "q: by GET": _NO_WORDS,
    "query: in": _NO_OPERATOR,
    "query: startsWith": _NO_OPERATOR,
    "query: endsWith": _NO_OPERATOR,
    "query: contains": _NO_OPERATOR,
    "query: contains a sign of patterns": _NO_OPERATOR,
    "fields: properties without one of them": "a property that is null is a member too; pgstac leaves it out",
}
"""Each is a failure of the test while it does not differ, or differs without standing here."""
