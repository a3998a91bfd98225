"""ETags, and what a caller says about them."""

import pytest
from starlette.requests import Request

from eohub_catalogue.errors import ChangedMeanwhile
from eohub_catalogue.service.conditional import answer, matching


def request(method: str = "GET", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "path": "/", "headers": raw, "query_string": b""})


@pytest.mark.parametrize("given", ["{}", '"x", {}', "W/{}", "*"])
def test_what_the_caller_has_is_not_sent_again(given: str) -> None:
    first = answer(request(), "text", "application/json")
    again = answer(request(if_none_match=given.format(first.headers["etag"])), "text", "application/json")
    assert (first.status_code, first.body) == (200, b"text")
    assert (again.status_code, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-type" not in again.headers


@pytest.mark.parametrize(("method", "given"), [("GET", '"other"'), ("GET", ""), ("POST", "*")])
def test_all_else_is_sent(method: str, given: str) -> None:
    assert answer(request(method, if_none_match=given), "text", "application/json").status_code == 200


def test_a_change_goes_on_where_nobody_asks_or_the_document_is_the_same() -> None:
    assert matching(request("PUT"), None) is None
    assert matching(request("PUT"), '"a"') is None
    assert matching(request("PUT", if_match='"b", "a"'), '"a"') == '"a"'
    assert matching(request("PUT", if_match="*"), '"a"') == '"a"'


@pytest.mark.parametrize(("given", "present"), [('"b"', '"a"'), ("*", None), ('W/"a"', '"a"'), ("", '"a"')])
def test_a_change_of_another_document_is_refused(given: str, present: str | None) -> None:
    with pytest.raises(ChangedMeanwhile, match="somebody has changed"):
        matching(request("PUT", if_match=given), present)
