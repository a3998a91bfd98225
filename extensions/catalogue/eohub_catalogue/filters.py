"""Filters on properties as CQL2, read by the `cql2` library."""

import cql2


def check_cql2(text: str) -> str | None:
    """What is wrong with CQL2 text, a sentence for the person, or None; blank text is no filter."""
    if not text.strip():
        return None
    try:
        cql2.parse_text(text)
    except cql2.ParseError as error:
        return f"This is not CQL2 text: {str(error).strip()}"[:500]
    return None
